"""What the scripts of this folder share: the cells that they send, a report for the Go test that runs them, and helpers to talk to a kernel.

A script is a module of unittest cases that ends in checks.main(). Environment: KERNEL is the kernelspec's name, CELLS the file of its cells (txtar: `-- name --`, then
the code), REPORT the file that gets a line of JSON for each check: {"test", "status": "ok" | "fail" | "skip", "detail"}, and in the end {"done": N}.
"""

import json
import os
import queue
import re
import time
import traceback
import unittest

from jupyter_kernel_test import msgspec_v5

KERNEL = os.environ["KERNEL"]


def read_cells(path):
    with open(path, encoding="utf-8") as f:
        parts = re.split(r"^-- (\S+) --\n", f.read(), flags=re.M)
    return {name: code.rstrip("\n") for name, code in zip(parts[1::2], parts[2::2])}


CELLS = read_cells(os.environ["CELLS"])


class Report(unittest.TestResult):
    """writes each outcome at once, so that a script that hangs still says what it did before"""

    def __init__(self, path):
        super().__init__()
        self.path, self.count, self.subtests_failed = path, 0, set()

    def line(self, **kw):
        with open(self.path, "a", encoding="utf-8") as f:
            f.write(json.dumps(kw) + "\n")

    def add(self, test, status, detail=""):
        self.count += 1
        name = re.sub(r"^__main__\.", "", test.id()).replace(".test_", "/").replace(" ", "/")
        self.line(test=name, status=status, detail=detail)

    def addSuccess(self, test):
        if test.id() not in self.subtests_failed:
            self.add(test, "ok")

    def addFailure(self, test, err):
        self.add(test, "fail", "".join(traceback.format_exception(*err)))

    addError = addFailure

    def addSkip(self, test, reason):
        self.subtests_failed.add(getattr(test, "test_case", test).id())
        self.add(test, "skip", reason)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.subtests_failed.add(test.id())
            self.addFailure(subtest, err)


def main():
    report = Report(os.environ["REPORT"])
    loader = unittest.TestLoader()
    loader.testNamePatterns = [os.environ["ONLY"]] if os.environ.get("ONLY") else None
    loader.loadTestsFromName("__main__").run(report)
    report.line(done=report.count)


def wait_until(what, true, limit=20):
    """polls what the operating system does not announce"""
    end = time.monotonic() + limit
    while not true():
        if time.monotonic() > end:
            raise AssertionError("%s: not within %g s" % (what, limit))
        time.sleep(0.02)


class Run:
    """what came back for one request: .reply (the content), .header of the reply, .messages of iopub from busy to idle"""

    def __init__(self, reply, messages):
        self.message, self.messages = reply, messages
        self.reply = reply["content"]

    def of(self, kind):
        return [m["content"] for m in self.messages if m["msg_type"] == kind]

    def text(self, name="stdout"):
        return "".join(c["text"] for c in self.of("stream") if c["name"] == name)


def validate(m):
    """holds a message against the schema of its kind"""
    if m["msg_type"] in msgspec_v5.schema_fragments:
        msgspec_v5.validate_message(m, m["msg_type"])


def collect(kc, msg_id, channel="shell", timeout=60, on_message=None, on_stdin=None):
    """the reply to msg_id and what iopub said under it, until both the reply and idle are there"""
    end, reply, messages, idle = time.monotonic() + timeout, None, [], False
    replies = kc.control_channel if channel == "control" else kc.shell_channel
    while reply is None or not idle:
        if time.monotonic() > end:
            raise AssertionError("after %g s: reply %s, idle %s, %d messages on iopub, the last %r" % (
                timeout, reply and reply["content"], idle, len(messages), messages[-1:]))
        if on_stdin:
            try:
                on_stdin(kc.get_stdin_msg(timeout=0.01))
            except queue.Empty:
                pass
        try:
            m = kc.get_iopub_msg(timeout=0.05 if not idle else 0.001)
            if m["parent_header"].get("msg_id") == msg_id:
                if idle:
                    raise AssertionError("after idle came %s %r" % (m["msg_type"], m["content"]))
                messages.append(m)
                if on_message:
                    on_message(m)
                idle = m["msg_type"] == "status" and m["content"]["execution_state"] == "idle"
        except queue.Empty:
            pass
        if reply is None:
            try:
                m = replies.get_msg(timeout=0.05 if idle else 0.001)
                if m["parent_header"].get("msg_id") == msg_id:
                    reply = m
            except queue.Empty:
                pass
    first = messages[0]
    if first["msg_type"] != "status" or first["content"]["execution_state"] != "busy":
        raise AssertionError("the first message of iopub is %s %r, not busy" % (first["msg_type"], first["content"]))
    for m in [reply] + messages:
        validate(m)
    return Run(reply, messages)


def execute(kc, code, timeout=60, on_message=None, on_stdin=None, **kw):
    kw.setdefault("allow_stdin", on_stdin is not None)
    return collect(kc, kc.execute(code, **kw), "shell", timeout, on_message, on_stdin)


def ask(kc, kind, content, channel="shell", timeout=10):
    message = kc.session.msg(kind, content)
    (kc.control_channel if channel == "control" else kc.shell_channel).send(message)
    return collect(kc, message["header"]["msg_id"], channel, timeout)
