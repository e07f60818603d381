"""Records what jupyter_client sends to a kernel, as golden data for the Go tests.

Run: python capture.py > frames.json    (needs jupyter_client and pyzmq)

A ROUTER of pyzmq stands in for the kernel's sockets. Each record has the
channel, the frames as they were received (the routing id too, in base64), and
the versions are those of the first record.
"""

import base64
import json
import sys
import tempfile

import jupyter_client
import zmq
from jupyter_client import BlockingKernelClient, write_connection_file

KEY = b"a0436f6c-1916-498b-8eb9-e81ab9368e84"


def main():
    ctx = zmq.Context()
    sockets, ports = {}, {}
    for name in ("shell", "control", "stdin"):
        sockets[name] = ctx.socket(zmq.ROUTER)
        ports[name + "_port"] = sockets[name].bind_to_random_port("tcp://127.0.0.1")
    with tempfile.NamedTemporaryFile(suffix=".json") as f:
        write_connection_file(f.name, key=KEY, ip="127.0.0.1", iopub_port=1, hb_port=1, **ports)
        client = BlockingKernelClient()
        client.load_connection_file(f.name)
    client.start_channels(iopub=False, hb=False)

    records = []

    def record(channel):
        frames = sockets[channel].recv_multipart()
        records.append({
            "channel": channel,
            "frames": [base64.b64encode(f).decode() for f in frames],
        })

    def message(channel, kind, content=None, **more):
        getattr(client, channel + "_channel").send(client.session.msg(kind, content, **more))
        record(channel)

    client.kernel_info()
    record("shell")
    message("control", "kernel_info_request", {})
    client.execute("fmt.Println(\"한글 <&> \\u2028 😀\")", user_expressions={"n": "len(s)"}, allow_stdin=True)
    record("shell")
    client.execute("x", silent=True, stop_on_error=False)
    record("shell")
    client.complete("strings.Sp", 10)
    record("shell")
    client.inspect("strings.Split", 13, detail_level=1)
    record("shell")
    client.is_complete("for {")
    record("shell")
    client.history(hist_access_type="tail", n=5)
    record("shell")
    client.comm_info("jupyter.widget")
    record("shell")
    client.input("한 줄")
    record("stdin")
    client.shutdown(restart=True)
    record("control")
    message("control", "interrupt_request", {})
    message("control", "usage_request", {})
    message("control", "debug_request", {"type": "request", "seq": 1, "command": "debugInfo"})
    message("shell", "comm_open", {"comm_id": "c1", "target_name": "jupyter.widget", "data": {"state": {"value": 7}}},
            metadata={"version": "2.1.0", "n": 12345678901234567890})
    message("shell", "comm_close", {"comm_id": "c1", "data": {}})
    # With buffers, a parent and an unknown field.
    parent = client.session.msg("execute_request", {})
    parent["header"]["subshell_id"] = "s1"
    parent["header"]["x-unknown"] = [1, 2]
    client.session.send(client.shell_channel.socket, "comm_msg",
                        {"comm_id": "c1", "data": {"method": "update", "state": {}, "buffer_paths": [["image"]]},
                         "unknown": True},
                        parent=parent, buffers=[b"\x00\x01<IDS|MSG>", b""])
    record("shell")
    client.stop_channels()
    json.dump({
        "jupyter_client": jupyter_client.__version__, "pyzmq": zmq.__version__, "libzmq": zmq.zmq_version(),
        "key": KEY.decode(), "records": records,
    }, sys.stdout, indent=1)
    print()


main()
