"""jupyter console in a terminal of its own, with a person's keys."""

import os
import re
import sys
import unittest

import pexpect

import checks
from checks import CELLS, KERNEL

CTRL_C, CTRL_D, UP, TAB = "\x03", "\x04", "\x1b[A", "\t"


class Console:
    argv = []

    def setUp(self):
        env = dict(os.environ, TERM="xterm", COLUMNS="120", LINES="40", PROMPT_TOOLKIT_NO_CPR="1")
        self.console = pexpect.spawn(sys.executable, ["-m", "jupyter_console", "--kernel", KERNEL, *self.argv], env=env, encoding="utf-8", timeout=40,
                                     dimensions=(40, 120))
        self.log = self.console.logfile_read = open(os.path.join(os.environ["FOLDER"], self.id() + ".tty"), "w", encoding="utf-8")

    def tearDown(self):
        self.console.close(force=True)
        self.log.close()

    def expect(self, pattern):
        """waits for a pattern in what the screen shows, whatever escape sequences stand between its letters"""
        between = r"(?:\x1b\[[0-9;?]*[A-Za-z]|\s)*"
        self.console.expect(between.join(re.escape(c) for c in pattern.replace(" ", "")))

    def enter(self, number, code):
        self.expect("In [%d]:" % number)
        self.console.send(code + "\r")

    def leave(self, number):
        self.expect("In [%d]:" % number)
        self.console.send(CTRL_D)
        if self.console.expect([pexpect.EOF, "[Ee]xit"]):
            self.console.send("y\r")
            self.console.expect(pexpect.EOF)
        self.console.wait()


class Terminal(Console, unittest.TestCase):
    def test_session(self):
        self.enter(1, CELLS["result"])
        self.expect("Out[1]:")
        self.expect("2")
        self.enter(2, CELLS["hello"])
        self.expect("hello, world\r\n")
        self.leave(3)

    def test_error(self):
        self.enter(1, CELLS["error"].split("\n")[-1])
        self.expect("boom")
        self.leave(2)

    def test_interrupt(self):
        self.enter(1, CELLS["keep"])
        self.enter(2, CELLS["console_loop"])
        self.expect("looping")
        self.console.send(CTRL_C)
        self.enter(3, CELLS["kept"])
        self.expect("Out[3]:")
        self.expect("42")
        self.leave(4)

    def test_incomplete_input_goes_on(self):
        self.expect("In [1]:")
        first, rest = CELLS["console_block"].split("\n", 1)
        self.console.send(first + "\r")
        self.expect("...:")
        self.console.send(rest.replace("\n", "\r") + "\r\r")
        self.expect("block 2")
        self.leave(2)

    def test_input(self):
        self.enter(1, CELLS["input"].replace("\n", "; "))
        self.expect("name?")
        self.console.send("Kim\r")
        self.expect("got Kim")
        self.leave(2)

    def test_tab_completes(self):
        self.expect("In [1]:")
        self.console.send(CELLS["console_tab"] + TAB)
        self.expect(CELLS["console_tabbed"])
        self.console.send(CTRL_C)

    def test_up_recalls_history(self):
        self.enter(1, CELLS["result"])
        self.expect("In [2]:")
        self.console.send(UP + "\r")
        self.expect("Out[2]:")
        self.leave(3)


class SimplePrompt(Console, unittest.TestCase):
    argv = ["--simple-prompt"]

    def test_session(self):
        self.enter(1, CELLS["hello"])
        self.expect("hello, world")
        self.enter(2, CELLS["result"])
        self.expect("Out[2]:")
        self.leave(3)


if __name__ == "__main__":
    checks.main()
