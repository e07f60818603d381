"""Jupyter's own conformance suite, with a sample for each of its tests."""

import jupyter_kernel_test

import checks
from checks import CELLS, KERNEL


class Kernel(jupyter_kernel_test.KernelTests):
    kernel_name = KERNEL
    language_name = {"python3": "python"}.get(KERNEL, "go")
    file_extension = {"python3": ".py"}.get(KERNEL, ".go")
    code_hello_world = CELLS["hello"]
    code_stderr = CELLS["stderr"]
    completion_samples = [
        {"text": CELLS["complete"], "matches": CELLS["completion"].split()},
        {"text": CELLS["complete_members"], "matches": CELLS["completion_members"].split()},
    ]
    complete_code_samples = [CELLS[k] for k in ("result", "hello", "error", "lines", "input")]
    incomplete_code_samples = CELLS["incomplete"].split("\n\n")
    invalid_code_samples = CELLS["invalid"].split("\n\n")
    code_page_something = CELLS["page"]
    code_generate_error = CELLS["error"]
    code_execute_result = [{"code": "1 + 1", "result": "2"}, {"code": "1 + 2", "result": "3"}, {"code": "6 * 7", "result": "42"},
                           {"code": "1 * 2", "result": "2"}]
    code_display_data = [{"code": CELLS["html"], "mime": "text/html"}, {"code": CELLS["markdown"], "mime": "text/markdown"}]
    code_history_pattern = CELLS["history"]
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = CELLS["inspect"]
    code_clear_output = CELLS["clear"]


class Welcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = KERNEL
    support_iopub_welcome = KERNEL != "python3"


# the suites are run through the subclasses above, not by themselves
del jupyter_kernel_test

if __name__ == "__main__":
    checks.main()
