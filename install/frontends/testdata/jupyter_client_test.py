"""jupyter_client, as every Python front end uses it, over tcp and over ipc."""

import os
import queue
import signal
import subprocess
import sys
import time
import unittest

import psutil
from dateutil.parser import isoparse
from jupyter_client.manager import KernelManager

import checks
from checks import CELLS, KERNEL, ask, execute, wait_until


def start(transport="tcp", **kw):
    km = KernelManager(kernel_name=KERNEL, transport=transport)
    km.start_kernel(**kw)
    return km, connect(km)


def connect(km):
    kc = km.blocking_client()
    kc.start_channels(hb=True)
    kc.wait_for_ready(timeout=60)
    return kc


def family(pid):
    p = psutil.Process(pid)
    return [p] + p.children(recursive=True)


def assert_gone(processes, limit=10):
    _, alive = psutil.wait_procs(processes, timeout=limit)
    left = [p for p in alive if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
    assert not left, "still there: %s" % [(p.pid, p.cmdline()) for p in left]


def pid_in(run):
    return int(run.text().split("pid")[1].split()[0])


class Tcp(unittest.TestCase):
    transport = "tcp"

    @classmethod
    def setUpClass(cls):
        cls.km, cls.kc = start(cls.transport)

    @classmethod
    def tearDownClass(cls):
        everyone = family(cls.km.provisioner.pid)
        cls.kc.stop_channels()
        cls.km.shutdown_kernel()
        assert_gone(everyone)

    def test_kernel_info(self):
        for channel in ("shell", "control"):
            with self.subTest(channel=channel):
                run = ask(self.kc, "kernel_info_request", {}, channel)
                info = run.reply
                self.assertEqual(info["status"], "ok")
                self.assertEqual(info["implementation"], {"python3": "ipython"}.get(KERNEL, KERNEL))
                self.assertTrue(info["implementation_version"])
                self.assertTrue(info["banner"])
                self.assertTrue(all(link["text"] and link["url"] for link in info["help_links"]))
                self.assertTrue(info["language_info"]["mimetype"])
                self.assertIsNot(info["language_info"].get("pygments_lexer"), "")
                self.assertEqual([m["msg_type"] for m in run.messages], ["status", "status"])
                self.assertGreaterEqual(run.message["header"]["version"], "5.3")

    def test_execute(self):
        first = execute(self.kc, CELLS["result"])
        self.assertEqual(first.of("execute_result")[0]["data"]["text/plain"], "2")
        self.assertEqual([m["msg_type"] for m in first.messages], ["status", "execute_input", "execute_result", "status"])
        self.assertEqual(first.reply["status"], "ok")
        self.assertEqual(first.reply["user_expressions"], {})
        self.assertEqual(first.of("execute_result")[0]["execution_count"], first.reply["execution_count"])
        again = execute(self.kc, CELLS["result"])
        self.assertEqual(again.reply["execution_count"], first.reply["execution_count"] + 1)

    def test_dates_have_a_zone(self):
        run = execute(self.kc, CELLS["result"])
        for m in run.messages + [run.message]:
            date = m["header"]["date"]
            self.assertIsNotNone((isoparse(date) if isinstance(date, str) else date).tzinfo)
        started = run.message["metadata"]["started"]
        self.assertIsNotNone((isoparse(started) if isinstance(started, str) else started).tzinfo)

    def test_streams(self):
        run = execute(self.kc, CELLS["order"])
        self.assertEqual([(c["name"], c["text"]) for c in run.of("stream")],
                         [(name, text) for i in range(3) for name, text in (("stdout", "out %d\n" % i), ("stderr", "err %d\n" % i))])

    def test_silent(self):
        count = execute(self.kc, CELLS["result"]).reply["execution_count"]
        run = execute(self.kc, CELLS["result"], silent=True)
        self.assertEqual([m["msg_type"] for m in run.messages], ["status", "status"])
        self.assertEqual(execute(self.kc, CELLS["result"]).reply["execution_count"], count + 1)

    def test_store_history(self):
        count = execute(self.kc, CELLS["result"]).reply["execution_count"]
        execute(self.kc, CELLS["result"], store_history=False)
        self.assertEqual(execute(self.kc, CELLS["result"]).reply["execution_count"], count + 1)

    def test_user_expressions(self):
        got = execute(self.kc, "", user_expressions={"two": CELLS["result"], "bad": "no_such_name"}).reply["user_expressions"]
        self.assertEqual(got["two"]["data"]["text/plain"], "2")
        self.assertEqual(got["two"]["status"], "ok")
        self.assertEqual(got["bad"]["status"], "error")

    def test_error(self):
        run = execute(self.kc, CELLS["error"])
        shown = run.of("error")
        self.assertEqual(len(shown), 1)
        self.assertEqual(run.reply["status"], "error")
        for c in shown[0], run.reply:
            self.assertTrue(c["ename"])
            self.assertIn("boom", c["evalue"])
            self.assertTrue(c["traceback"] and all(isinstance(line, str) for line in c["traceback"]))
        self.assertIn("2", "\n".join(shown[0]["traceback"]))
        self.assertEqual(execute(self.kc, CELLS["result"]).reply["status"], "ok")

    def test_stop_on_error(self):
        for stop, want in ((True, ["error", "aborted", "aborted"]), (False, ["error", "ok", "ok"])):
            with self.subTest(stop_on_error=stop):
                ids = [self.kc.execute(code, stop_on_error=stop) for code in (CELLS["late_error"], CELLS["result"], CELLS["hello"])]
                got = {}
                while len(got) < 3:
                    m = self.kc.get_shell_msg(timeout=20)
                    got[m["parent_header"]["msg_id"]] = m["content"]["status"]
                self.assertEqual([got[i] for i in ids], want)
                time.sleep(0.3)  # ipykernel keeps aborting for a moment after an error

    def test_stdin(self):
        asked = []

        def answer(m):
            asked.append(m)
            self.kc.input("김")

        run = execute(self.kc, CELLS["input"], on_stdin=answer)
        self.assertEqual([m["msg_type"] for m in asked], ["input_request"])
        self.assertIs(asked[0]["content"]["password"], False)
        self.assertIn("got 김", run.text())

    def test_stdin_goes_to_the_requester(self):
        other = self.km.blocking_client()
        other.start_channels(hb=False)
        try:
            run = execute(self.kc, CELLS["input"], on_stdin=lambda m: self.kc.input("one"))
            self.assertIn("got one", run.text())
            with self.assertRaises(queue.Empty):
                other.get_stdin_msg(timeout=0.2)
        finally:
            other.stop_channels()

    def test_stdin_refused(self):
        run = execute(self.kc, CELLS["input"], timeout=20, allow_stdin=False)
        if KERNEL == "python3":
            self.assertEqual(run.reply["status"], "error")
        else:  # Scanln returns an error that the cell may handle; what it says is for the reader
            self.assertIn("got", run.text() + str(run.reply))

    def interrupted(self, cell):
        execute(self.kc, CELLS["keep"])

        def busy(m):
            if m["msg_type"] == "execute_input":
                self.km.interrupt_kernel()

        run = execute(self.kc, CELLS[cell], timeout=30, on_message=busy)
        self.assertEqual(run.reply["status"], "error")
        self.assertEqual(len(run.of("error")), 1)
        self.assertEqual(execute(self.kc, CELLS["kept"]).of("execute_result")[0]["data"]["text/plain"], "42")

    def test_interrupt_loop(self):
        self.interrupted("loop")

    def test_interrupt_sleep(self):
        self.interrupted("sleep")

    def test_interrupt_when_idle(self):
        execute(self.kc, CELLS["keep"])
        self.km.interrupt_kernel()
        self.km.interrupt_kernel()
        time.sleep(0.3)  # by signal there is nothing to wait for
        self.assertEqual(execute(self.kc, CELLS["kept"]).reply["status"], "ok")

    def test_interrupt_ends_children(self):
        if KERNEL == "python3":
            self.skipTest("ipykernel leaves them alone")
        child = []

        def started(m):
            if m["msg_type"] == "stream" and not child:
                child.append(psutil.Process(int(m["content"]["text"].split("pid")[1].split()[0])))
                self.km.interrupt_kernel()

        run = execute(self.kc, CELLS["wait_for_child"], timeout=30, on_message=started)
        self.assertEqual(len(child), 1)
        self.assertEqual(run.reply["status"], "error")
        assert_gone(child)

    def test_late_output(self):
        """what a cell's goroutine prints after the cell has ended goes to that cell"""
        if KERNEL == "python3":
            self.skipTest("ipykernel gives it to the newest cell")
        first = execute(self.kc, CELLS["later"])
        execute(self.kc, CELLS["result"])
        while True:
            m = self.kc.get_iopub_msg(timeout=20)
            if m["msg_type"] == "stream":
                break
        self.assertEqual(m["content"]["text"], "late\n")
        self.assertEqual(m["parent_header"]["msg_id"], first.message["parent_header"]["msg_id"])

    def test_run_card(self):
        run = execute(self.kc, CELLS["cards"])
        self.assertEqual(run.reply["status"], "ok")
        self.assertEqual([c["data"] for c in run.of("execute_result")], [])
        cards = run.of("display_data")
        self.assertEqual(len(cards), 1)
        if KERNEL == "python3":
            return
        updates = run.of("update_display_data")
        for update in updates:
            self.assertEqual(update["transient"]["display_id"], cards[0]["transient"]["display_id"])
        last = (cards + updates)[-1]
        self.assertLessEqual({"text/html", "text/markdown", "text/plain"}, set(last["data"]))
        about = last["metadata"]["iyagi"]
        self.assertEqual(about["kind"], "process")
        self.assertEqual([t["name"] for t in about["tasks"]], ["foo", "bar", "baz"])
        self.assertEqual(len({t["pid"] for t in about["tasks"]}), 3)
        self.assertEqual({t["ppid"] for t in about["tasks"]}, {about["parent"]["pid"]})
        self.assertEqual({(t["state"], t["exit_code"]) for t in about["tasks"]}, {("exited", 0)})
        self.assertEqual([line["seq"] for line in about["output"]], [1, 2, 3])
        for line in about["output"]:
            task = about["tasks"][line["task"] - 1]
            self.assertEqual(line["text"].rstrip("\n"), "%s %d" % (task["name"], task["pid"]))

    def test_lines(self):
        begin = time.monotonic()
        run = execute(self.kc, CELLS["lines"], timeout=120)
        seconds = time.monotonic() - begin
        self.assertEqual(run.text(), "".join("line %d\n" % i for i in range(100000)))
        # jupyter_server drops what exceeds 1000 messages a second
        self.assertLess(len(run.messages), 1000 * max(1, seconds))

    def test_comm(self):
        run = execute(self.kc, CELLS["result"])
        msg = self.kc.session.msg("comm_open", {"comm_id": "c1", "target_name": "no.such.target", "data": {}})
        self.kc.shell_channel.send(msg)
        got = []
        while not got or got[-1]["content"].get("execution_state") != "idle":
            m = self.kc.get_iopub_msg(timeout=10)
            if m["parent_header"].get("msg_id") == msg["header"]["msg_id"]:
                got.append(m)
        closed = [m["content"]["comm_id"] for m in got if m["msg_type"] == "comm_close"]
        self.assertEqual(closed, ["c1"])
        self.assertEqual(ask(self.kc, "comm_info_request", {}).reply["comms"], {})

    def test_usage(self):
        reply = ask(self.kc, "usage_request", {}, "control").reply
        self.assertGreater(reply["kernel_memory"], 1 << 20)
        self.assertGreaterEqual(reply["kernel_cpu"], 0)
        self.assertIn("pid", reply)

    def assert_no_answer(self, channel="shell"):
        with self.assertRaises(queue.Empty):
            getattr(self.kc, "get_%s_msg" % channel)(timeout=0.5)
        self.assertEqual(execute(self.kc, CELLS["result"]).reply["status"], "ok")

    def test_unknown_message(self):
        self.kc.shell_channel.send(self.kc.session.msg("nonsense_request", {}))
        self.assert_no_answer()

    def test_wrong_signature(self):
        for channel in ("shell", "control"):
            with self.subTest(channel=channel):
                key, self.kc.session.key = self.kc.session.key, b"another key"
                try:
                    message = self.kc.session.msg("kernel_info_request", {})
                    getattr(self.kc, channel + "_channel").send(message)
                finally:
                    self.kc.session.key = key
                self.assert_no_answer(channel)

    def test_garbage(self):
        for frames in ([b""], [b"x"] * 3, [b"<IDS|MSG>"], [b"<IDS|MSG>", b"0" * 64, b"{", b"{}", b"{}", b"{}"], [b"\xff" * 1000]):
            self.kc.shell_channel.socket.send_multipart(frames)
        self.assert_no_answer()

    def test_complete_and_inspect(self):
        code = CELLS["complete_members"]
        reply = ask(self.kc, "complete_request", {"code": code, "cursor_pos": len(code)}).reply
        self.assertEqual(reply["status"], "ok")
        self.assertIsInstance(reply["metadata"], dict)
        self.assertEqual(sorted(m.strip(".") for m in reply["matches"]), CELLS["completion_members"].split())
        kinds = reply["metadata"].get("_jupyter_types_experimental", [])
        self.assertEqual(len(kinds), len(reply["matches"]))
        self.assertTrue(all(isinstance(k["text"], str) for k in kinds))
        for detail in (0, 1):
            found = ask(self.kc, "inspect_request", {"code": CELLS["inspect"], "cursor_pos": len(CELLS["inspect"]), "detail_level": detail}).reply
            self.assertTrue(found["found"])
            self.assertIn(CELLS["inspected"], found["data"]["text/plain"])

    def test_second_client_sees_the_first(self):
        other = connect(self.km)
        try:
            mine = self.kc.execute(CELLS["hello"])
            end, seen = time.monotonic() + 20, ""
            while "hello, world" not in seen:
                self.assertLess(time.monotonic(), end)
                m = other.get_iopub_msg(timeout=20)
                if m["msg_type"] == "stream" and m["parent_header"]["msg_id"] == mine:
                    seen += m["content"]["text"]
            checks.collect(self.kc, mine)
        finally:
            other.stop_channels()

    def test_restart(self):
        execute(self.kc, CELLS["keep"])
        child = psutil.Process(pid_in(execute(self.kc, CELLS["child"])))
        before = family(self.km.provisioner.pid)
        self.km.restart_kernel()
        self.kc.wait_for_ready(timeout=60)
        if KERNEL != "python3":
            assert_gone(before + [child])
        else:
            child.kill()
        run = execute(self.kc, CELLS["kept"])
        self.assertEqual(run.reply["status"], "error")
        self.assertEqual(run.reply["execution_count"], 1)


class Ipc(Tcp):
    transport = "ipc"


class Life(unittest.TestCase):
    """the end of a kernel"""

    def leave(self, transport, end, code=None):
        """starts a kernel with a child, ends it, and sees that all of it is gone"""
        km, kc = start(transport)
        children = []
        if KERNEL != "python3":  # ipykernel leaves them behind, or waits for them for ever
            children = [psutil.Process(pid_in(execute(kc, CELLS[cell]))) for cell in ("child", "grandchild")]
        everyone = family(km.provisioner.pid)
        sockets = [km.ip + "-%d" % getattr(km, name + "_port") for name in km.ports and ("shell", "iopub", "stdin", "hb", "control")]
        end(km, kc)
        assert_gone(everyone)
        assert_gone(children)
        if KERNEL != "python3" and transport == "ipc":
            self.assertEqual([s for s in sockets if os.path.exists(s)], [])

    def test_shutdown(self):
        for transport in ("tcp", "ipc"):
            with self.subTest(transport=transport):
                def end(km, kc):
                    reply = ask_only(kc, "shutdown_request", {"restart": False})
                    self.assertEqual(reply["msg_type"], "shutdown_reply")
                    self.assertIs(reply["content"]["restart"], False)
                    wait_until("exit of the kernel", lambda: not km.is_alive())
                    self.assertEqual(km.provisioner.process.returncode, 0)
                    kc.stop_channels()
                self.leave(transport, end)

    def test_sigterm(self):
        def end(km, kc):
            os.kill(km.provisioner.pid, signal.SIGTERM)
            wait_until("exit of the kernel", lambda: not km.is_alive())
            kc.stop_channels()
        self.leave("ipc", end)

    def test_kill(self):
        def end(km, kc):
            os.kill(km.provisioner.pid, signal.SIGKILL)
            wait_until("exit of the kernel", lambda: not km.is_alive())
            kc.stop_channels()
        self.leave("tcp", end)

    def test_parent_dies(self):
        script = ("import sys\nsys.path.insert(0, %r)\nimport jupyter_client_test as j\nkm, kc = j.start()\n"
                  "print(km.provisioner.pid, flush=True)\nsys.stdin.read()" % os.path.dirname(os.path.abspath(__file__)))
        parent = subprocess.Popen([sys.executable, "-B", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        everyone = family(int(parent.stdout.readline()))
        parent.kill()
        parent.communicate()
        assert_gone(everyone, 20)

    def test_no_path(self):
        env = {k: v for k, v in os.environ.items() if k != "PATH"}
        km, kc = start(env=env)
        try:
            self.assertEqual(execute(kc, CELLS["hello"]).text(), "hello, world\n")
        finally:
            kc.stop_channels()
            km.shutdown_kernel(now=True)


def ask_only(kc, kind, content):
    """the reply on control of a request after which iopub may be gone"""
    message = kc.session.msg(kind, content)
    kc.control_channel.send(message)
    while True:
        m = kc.control_channel.get_msg(timeout=10)
        if m["parent_header"].get("msg_id") == message["header"]["msg_id"]:
            return m


if __name__ == "__main__":
    checks.main()
