"""A client of the kernel's sockets made of libzmq's own, for TestLibzmq.

Run: python libzmq.py CONNECTION_FILE. It prints nothing and ends with 0 when all
is well. The test's kernel answers every request with the reply of its kind,
and before a history_reply publishes as many stream messages as the request
asks for, each with its number.
"""

import hashlib
import hmac
import json
import sys
import uuid

import zmq
from zmq.utils.monitor import recv_monitor_message

WAIT = 30_000  # ms

info = json.load(open(sys.argv[1]))
ctx = zmq.Context()


def connect(kind, channel, **options):
    s = ctx.socket(kind)
    s.linger = 0
    s.rcvtimeo = s.sndtimeo = WAIT
    for name, value in options.items():
        s.setsockopt(getattr(zmq, name), value)
    port = info[channel + "_port"]
    if info["transport"] == "ipc":
        s.connect(f"ipc://{info['ip']}-{port}")
    else:
        s.connect(f"tcp://{info['ip']}:{port}")
    return s


def sign(parts):
    return hmac.new(info["key"].encode(), b"".join(parts), hashlib.sha256).hexdigest().encode()


def request(s, kind, content, *buffers):
    msg_id = uuid.uuid4().hex
    header = {"msg_id": msg_id, "msg_type": kind, "session": "py", "username": "py", "version": "5.4",
              "date": "2026-01-02T03:04:05.000006Z"}
    parts = [json.dumps(p).encode() for p in (header, {}, {}, content)]
    s.send_multipart([b"<IDS|MSG>", sign(parts), *parts, *buffers], copy=False)
    return msg_id


def receive(s):
    frames = s.recv_multipart()
    at = frames.index(b"<IDS|MSG>")
    parts = frames[at + 2:at + 6]
    assert frames[at + 1] == sign(parts), "wrong signature"
    header, parent, _, content = map(json.loads, parts)
    return header["msg_type"], parent, content, frames[at + 6:]


def ask(s, kind, content=None, *buffers):
    msg_id = request(s, kind, content or {}, *buffers)
    got, parent, content, _ = receive(s)
    assert got == kind.replace("_request", "_reply"), got
    assert parent["msg_id"] == msg_id
    return content


def main():
    # As VS Code does: one routing id on three sockets.
    shell, control, stdin = (connect(zmq.DEALER, c, ROUTING_ID=b"one") for c in ("shell", "control", "stdin"))
    sub = connect(zmq.SUB, "iopub", SUBSCRIBE=b"", RCVHWM=0)
    assert receive(sub)[0] == "iopub_welcome"
    for s in (shell, control):
        for _ in range(10):
            ask(s, "kernel_info_request")

    # Every message arrives, in order, for each of two subscribers.
    second = connect(zmq.SUB, "iopub", SUBSCRIBE=b"", RCVHWM=0)
    assert receive(second)[0] == "iopub_welcome"
    request(shell, "history_request", {"n": 20_000})
    for s in (sub, second):
        for n in range(20_000):
            kind, _, content, _ = receive(s)
            assert kind == "stream" and content["text"].split()[0] == str(n), (n, content)
    receive(shell)

    # ZeroMQ's own heartbeat: the connection lives on because PINGs are answered.
    beating = connect(zmq.DEALER, "control", HEARTBEAT_IVL=50, HEARTBEAT_TIMEOUT=5000, HEARTBEAT_TTL=1000)
    monitor = beating.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    for _ in range(8):
        ask(beating, "kernel_info_request")
        assert not monitor.poll(50), recv_monitor_message(monitor)
    beating.disable_monitor()

    hb = connect(zmq.REQ, "hb")
    for n in range(20):
        hb.send(b"ping %d" % n)
        assert hb.recv() == b"ping %d" % n

    # Large buffers, both ways.
    big = bytes(range(256)) * 200_000
    request(shell, "comm_msg", {"comm_id": "c", "data": {}}, big, b"", b"x")
    kind, _, _, buffers = receive(sub)
    assert kind == "comm_msg" and buffers == [big, b"", b"x"], (kind, [len(b) for b in buffers])

    # A REQ and a client without a routing id are served too.
    req = connect(zmq.REQ, "shell")
    ask(req, "kernel_info_request")
    ask(connect(zmq.DEALER, "shell"), "kernel_info_request")

    # An end and a new beginning of subscriptions.
    topic = connect(zmq.SUB, "iopub", SUBSCRIBE=b"nothing has this topic")
    assert receive(topic)[2] == {"subscription": "nothing has this topic"}
    topic.setsockopt(zmq.SUBSCRIBE, b"kernel.")
    assert receive(topic)[2] == {"subscription": "kernel."}
    topic.setsockopt(zmq.UNSUBSCRIBE, b"kernel.")
    topic.setsockopt(zmq.SUBSCRIBE, b"fence")
    assert receive(topic)[2] == {"subscription": "fence"}
    request(shell, "history_request", {"n": 10})
    receive(shell)
    assert not topic.poll(100)

    # Last words: all that was published before the kernel closed its sockets.
    request(control, "shutdown_request", {"restart": False})
    kinds = []
    while kinds[-1:] != ["status"]:
        kinds.append(receive(second)[0])
    assert kinds == ["comm_msg"] + ["stream"] * 910 + ["status"], (len(kinds), set(kinds))
    assert receive(control)[0] == "shutdown_reply"
    ctx.destroy(linger=0)


main()
