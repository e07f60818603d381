"""nbclient, nbconvert and papermill: the programs that run notebooks with nobody there. NOTEBOOKS lists the project's own, one a line."""

import os
import re
import subprocess
import sys
import unittest

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

import checks
from checks import CELLS, KERNEL

FOLDER, ARTIFACTS = os.environ["FOLDER"], os.environ["ARTIFACTS"]
TUTORIALS = [n for n in os.environ["NOTEBOOKS"].split("\n") if n]


def notebook(*names, **tags):
    cells = [nbformat.v4.new_markdown_cell("# 이야기\n\n한글")]
    for name in names:
        cells.append(nbformat.v4.new_code_cell(CELLS[name], metadata={"tags": tags.get(name, [])}))
    nb = nbformat.v4.new_notebook(cells=cells)
    nb.metadata.kernelspec = {"name": KERNEL, "display_name": KERNEL, "language": "go" if KERNEL == "iyagi" else "python"}
    return nb


def saved(name, nb):
    path = os.path.join(FOLDER, name)
    nbformat.write(nb, path)
    return path


def plain():
    return notebook("result", "hello", "keep", "kept", "markdown", "cards")


def outputs(nb):
    return [(c.source, o) for c in nb.cells if c.cell_type == "code" for o in c.outputs]


def shape(nb):
    """what stays the same from run to run: for each cell the kinds of its outputs, their MIME types and stream names; a stream may come in any number of pieces"""
    def one(o):
        return (o.output_type, o.get("name") or tuple(sorted(o.get("data", {}))))
    return [sorted({one(o) for o in c.outputs}) for c in nb.cells if c.cell_type == "code"]


def command(*argv, **kw):
    return subprocess.run([sys.executable, "-m", *argv], cwd=FOLDER, capture_output=True, text=True, timeout=200, **kw)


class Test(unittest.TestCase):
    maxDiff = 4000

    def assert_ran(self, nb):
        code = [c for c in nb.cells if c.cell_type == "code" and c.source.strip()]
        self.assertEqual([c.execution_count for c in code], list(range(1, len(code) + 1)))
        self.assertEqual([o for _, o in outputs(nb) if o.output_type == "error"], [])

    def assert_plain(self, nb):
        self.assert_ran(nb)
        code = [c for c in nb.cells if c.cell_type == "code"]
        self.assertEqual(code[0].outputs[0].data["text/plain"], "2")
        self.assertEqual(code[1].outputs[0].text, "hello, world\n")
        self.assertEqual(code[3].outputs[0].data["text/plain"], "42")
        self.assertEqual(code[4].outputs[0].data["text/markdown"], "**bold**")
        shown = "".join(o.data.get("text/html", "") for o in code[5].outputs if "data" in o)
        for name in "foo", "bar", "baz":
            self.assertIn(name, shown)

    def test_nbclient(self):
        nb = plain()
        NotebookClient(nb, timeout=60, kernel_name=KERNEL).execute()
        self.assert_plain(nb)
        nbformat.validate(nb)

    def test_nbclient_tutorials(self):
        for path in TUTORIALS:
            with self.subTest(notebook=os.path.basename(path)):
                nb = nbformat.read(path, as_version=4)
                stored = shape(nb)
                ran = NotebookClient(nb, timeout=60, kernel_name=KERNEL, resources={"metadata": {"path": os.path.dirname(path)}}).execute()
                self.assert_ran(ran)
                self.assertEqual(shape(ran), stored)
                self.assertEqual(ran.metadata.language_info.name, "go")
                nbformat.write(ran, os.path.join(ARTIFACTS, os.path.basename(path)))

    def test_nbclient_stops_at_an_error(self):
        with self.assertRaises(CellExecutionError) as failed:
            NotebookClient(notebook("result", "error", "hello"), timeout=60, kernel_name=KERNEL).execute()
        self.assertIn("boom", str(failed.exception))

    def test_nbclient_goes_on_where_an_error_is_meant(self):
        nb = notebook("error", "hello", error=["raises-exception"])
        NotebookClient(nb, timeout=60, kernel_name=KERNEL).execute()
        self.assertEqual([o.output_type for _, o in outputs(nb)], ["error", "stream"])

    def test_nbclient_has_nobody_to_ask(self):
        nb = notebook("input")
        NotebookClient(nb, timeout=30, kernel_name=KERNEL, allow_errors=True).execute()
        self.assertTrue(outputs(nb))

    def test_nbclient_times_out(self):
        """a cell that runs too long is interrupted, and what follows is run"""
        nb = notebook("loop", "hello")
        NotebookClient(nb, timeout=2, kernel_name=KERNEL, interrupt_on_timeout=True, allow_errors=True).execute()
        self.assertEqual([o.output_type for _, o in outputs(nb)], ["error", "stream"])

    def convert(self, path, name):
        done = command("nbconvert", "--to", "html", "--execute", path, "--output-dir", ARTIFACTS, "--output", name,
                       "--ExecutePreprocessor.kernel_name=" + KERNEL, "--HTMLExporter.language_code=ko")
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        with open(os.path.join(ARTIFACTS, name + ".html"), encoding="utf-8") as f:
            page = f.read()
        self.assertIn('lang="ko"', page)
        self.assertNotIn("output_error", page.split("<body", 1)[1])
        # the code is highlighted by the lexer that language_info names
        self.assertRegex(page.split("<body", 1)[1], r'<div class="highlight[^>]*><pre>(<span></span>)?<span class="[a-z]')
        return page

    def test_nbconvert(self):
        page = self.convert(saved("page.ipynb", plain()), "page")
        self.assertIn("hello, world", page)
        self.assertIn("이야기", page)
        self.assertRegex(page, re.compile(r"<table.*?foo.*?</table>", re.S))

    def test_nbconvert_tutorials(self):
        for path in TUTORIALS:
            with self.subTest(notebook=os.path.basename(path)):
                self.convert(path, os.path.basename(path).removesuffix(".ipynb"))

    def test_nbconvert_fails_with_the_cell(self):
        done = command("nbconvert", "--to", "html", "--execute", saved("bad.ipynb", notebook("error")), "--ExecutePreprocessor.kernel_name=" + KERNEL)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("boom", done.stderr)

    def test_papermill(self):
        out = os.path.join(FOLDER, "out.ipynb")
        done = command("papermill", "--kernel", KERNEL, "--no-progress-bar", saved("in.ipynb", plain()), out)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        self.assert_plain(nbformat.read(out, as_version=4))

    def test_papermill_tutorials(self):
        for path in TUTORIALS:
            with self.subTest(notebook=os.path.basename(path)):
                out = os.path.join(FOLDER, os.path.basename(path))
                done = command("papermill", "--kernel", KERNEL, "--no-progress-bar", path, out)
                self.assertEqual(done.returncode, 0, done.stderr[-3000:])
                self.assert_ran(nbformat.read(out, as_version=4))


if __name__ == "__main__":
    checks.main()
