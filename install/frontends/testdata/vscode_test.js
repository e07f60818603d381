// A client that treats a kernel as the Jupyter extension of VS Code does: zeromq of Node, one routing id for shell, control and stdin, no heartbeat, kernel_info on
// shell and control until it is heard, cursor positions in UTF-16 units, and an end by killing the tree of processes, with no shutdown_request.
"use strict";

const assert = require("node:assert/strict");
const { spawn, execFileSync } = require("node:child_process");
const { createHmac, randomUUID } = require("node:crypto");
const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");
const zmq = require("zeromq");
const { CELLS, KERNEL, check, main, skip, until } = require("./checks.js");

const FOLDER = process.env.FOLDER;

// findSpec looks where VS Code looks first, and hides a kernel as VS Code does when its program is not there.
function findSpec() {
  for (const root of process.env.JUPYTER_PATH.split(path.delimiter)) {
    const file = path.join(root, "kernels", KERNEL, "kernel.json");
    if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, "utf8"));
  }
  throw new Error(`no kernelspec ${KERNEL} in ${process.env.JUPYTER_PATH}`);
}

async function freePorts(n) {
  const servers = await Promise.all(Array.from({ length: n }, () => new Promise((ok) => {
    const s = net.createServer().listen(0, "127.0.0.1", () => ok(s));
  })));
  const ports = servers.map((s) => s.address().port);
  await Promise.all(servers.map((s) => new Promise((ok) => s.close(ok))));
  return ports;
}

class Client {
  // heard is every message that came, in order of arrival, with .channel; waiters are asked again at each.
  heard = [];
  waiters = new Set();
  session = randomUUID();
  key = randomUUID();

  static all = [];

  static async start(name = "kernel.json", quote = (s) => s) {
    const c = new Client();
    Client.all.push(c);
    await c.launch(path.join(FOLDER, randomUUID(), name), quote);
    await c.handshake();
    return c;
  }

  async launch(file, quote) {
    const [shell_port, control_port, stdin_port, iopub_port, hb_port] = await freePorts(5);
    this.file = file;
    const info = { version: 0, transport: "tcp", ip: "127.0.0.1", shell_port, control_port, stdin_port, iopub_port, hb_port,
      signature_scheme: "hmac-sha256", key: this.key, kernel_name: KERNEL };
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, JSON.stringify(info));
    const spec = findSpec();
    assert.ok(spec.argv.includes("{connection_file}"));
    const argv = spec.argv.map((a) => a.replace("{connection_file}", quote(file)));
    this.process = spawn(argv[0], argv.slice(1), { env: { ...process.env, ...spec.env }, stdio: ["ignore", "pipe", "pipe"] });
    this.printed = "";
    for (const s of [this.process.stdout, this.process.stderr]) s.on("data", (d) => (this.printed += d));
    this.exited = new Promise((ok) => this.process.once("exit", ok));
    // the sockets connect at once, long before the kernel listens
    const options = { routingId: this.session, sendHighWaterMark: 0, receiveHighWaterMark: 0, maxMessageSize: -1, linger: 0 };
    this.sockets = { shell: new zmq.Dealer(options), control: new zmq.Dealer(options), stdin: new zmq.Dealer(options),
      iopub: new zmq.Subscriber({ receiveHighWaterMark: 0, maxMessageSize: -1, linger: 0 }) };
    this.sockets.iopub.subscribe();
    for (const [channel, socket] of Object.entries(this.sockets)) {
      socket.connect(`tcp://127.0.0.1:${info[channel + "_port"]}`);
      this.listen(channel, socket);
    }
  }

  async listen(channel, socket) {
    for await (const frames of socket) {
      const at = frames.findIndex((f) => f.equals(Buffer.from("<IDS|MSG>")));
      const [signature, ...parts] = frames.slice(at + 1);
      const want = createHmac("sha256", this.key);
      parts.slice(0, 4).forEach((p) => want.update(p));
      const [header, parent_header, metadata, content] = parts.map((p, i) => (i < 4 ? JSON.parse(p) : p));
      if (want.digest("hex") !== signature.toString()) throw new Error(`${channel}: wrong signature under ${header.msg_type}`);
      this.heard.push({ channel, header, parent_header, metadata, content, frames });
      for (const w of [...this.waiters]) w();
    }
  }

  // the first message that fits, past or future
  wait(what, fits, limit = 20000) {
    return new Promise((ok, fail) => {
      const timer = setTimeout(() => {
        this.waiters.delete(look);
        fail(new Error(`${what}: not within ${limit} ms; last heard: ${JSON.stringify(this.heard.slice(-4).map((m) => [m.channel, m.header.msg_type, m.content]))}; the kernel printed: ${this.printed.slice(-2000)}`));
      }, limit);
      const look = () => {
        const m = this.heard.find(fits);
        if (!m) return;
        clearTimeout(timer);
        this.waiters.delete(look);
        ok(m);
      };
      this.waiters.add(look);
      look();
    });
  }

  chains = { shell: Promise.resolve(), control: Promise.resolve(), stdin: Promise.resolve() };

  async send(channel, msg_type, content, metadata = {}, parent = {}) {
    const header = { msg_id: randomUUID(), session: this.session, username: "", date: new Date().toISOString(), msg_type, version: "5.2" };
    const parts = [header, parent, metadata, content].map((p) => Buffer.from(JSON.stringify(p)));
    const sign = createHmac("sha256", this.key);
    parts.forEach((p) => sign.update(p));
    await (this.chains[channel] = this.chains[channel].then(() => this.sockets[channel].send(["<IDS|MSG>", sign.digest("hex"), ...parts])));
    return header.msg_id;
  }

  of = (id) => (m) => m.parent_header.msg_id === id;

  reply = (id, limit) => this.wait("reply", (m) => m.channel !== "iopub" && m.channel !== "stdin" && this.of(id)(m), limit);

  idle = (id, limit) => this.wait("idle", (m) => m.channel === "iopub" && this.of(id)(m) && m.content.execution_state === "idle", limit);

  iopub = (id) => this.heard.filter((m) => m.channel === "iopub" && this.of(id)(m));

  // request sends, waits for the reply and for idle, and sees that iopub was busy first
  async request(channel, msg_type, content, metadata, limit) {
    const id = await this.send(channel, msg_type, content, metadata);
    const [reply] = await Promise.all([this.reply(id, limit), this.idle(id, limit)]);
    assert.equal(reply.channel, channel);
    assert.equal(this.iopub(id)[0].content.execution_state, "busy", `first on iopub under ${msg_type}`);
    return { id, reply, content: reply.content, iopub: this.iopub(id) };
  }

  executeId(code) {
    return this.send("shell", "execute_request", { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: true, stop_on_error: false },
      { cellId: `vscode-notebook-cell:/notebook.ipynb#${randomUUID()}`, deletedCells: [] });
  }

  async execute(code, limit) {
    const id = await this.executeId(code);
    const [reply] = await Promise.all([this.reply(id, limit), this.idle(id, limit)]);
    const iopub = this.iopub(id);
    return { id, reply, content: reply.content, iopub, text: iopub.filter((m) => m.header.msg_type === "stream").map((m) => m.content.text).join("") };
  }

  async handshake() {
    this.infos = [];
    const heard = () => this.heard.some((m) => m.channel === "iopub") && this.heard.some((m) => m.header.msg_type === "kernel_info_reply");
    for (const end = Date.now() + 60000; !heard(); ) {
      if (this.process.exitCode !== null || Date.now() > end) throw new Error(`no reply and iopub message within a minute; the kernel printed: ${this.printed}`);
      for (const channel of ["control", "shell"]) this.infos.push(await this.send(channel, "kernel_info_request", {}));
      await Promise.race([new Promise((r) => setTimeout(r, 500)), this.wait("sign of life", heard, 70000)]);
    }
  }

  // what VS Code does on stop and restart: the descendants, then the kernel itself, are told to end; nobody asks the kernel
  async kill() {
    const all = descendants(this.process.pid);
    for (const pid of [...all].reverse()) try { process.kill(pid); } catch {}
    this.process.kill();
    for (const s of Object.values(this.sockets)) s.close();
    await until("exit of the kernel", 10000, () => this.process.exitCode !== null || this.process.signalCode !== null);
    return all;
  }
}

function descendants(pid) {
  const rows = execFileSync("ps", ["-A", "-o", "ppid=,pid="], { encoding: "utf8" }).trim().split("\n").map((l) => l.trim().split(/\s+/).map(Number));
  const found = [];
  for (let next = [pid]; next.length; found.push(...next)) next = rows.filter(([p]) => next.includes(p)).map(([, c]) => c);
  return found;
}

const alive = (pid) => {
  try {
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    try { process.kill(pid, 0); } catch { return false; }
    return !fs.existsSync("/proc/self/status");
  }
};

const gone = (pids) => until(`end of ${pids.filter(alive)}`, 10000, () => !pids.some(alive));

let c;

check("kernelspec", () => {
  const spec = findSpec();
  assert.equal(spec.argv.filter((a) => a === "{connection_file}").length, 1);
  if (KERNEL === "python3") return;
  assert.ok(path.isAbsolute(spec.argv[0]) && fs.existsSync(spec.argv[0]), spec.argv[0]);
  assert.equal(spec.language, "go");
  assert.equal(spec.display_name, "Go (Iyagi)");
  assert.equal(spec.interrupt_mode, "message");
  assert.equal(spec.metadata?.supported_encryption, undefined);
});

check("start", async () => {
  c = await Client.start();
  for (const id of c.infos) {
    const reply = await c.reply(id);
    assert.equal(reply.content.status, "ok");
  }
  const last = c.heard.find((m) => m.header.msg_type === "kernel_info_reply").content;
  if (KERNEL === "python3") return;
  assert.equal(last.language_info.name, "go");
  assert.equal(last.language_info.mimetype, "text/x-go");
  assert.equal(last.language_info.file_extension, ".go");
  assert.match(last.language_info.version, /^1\.\d+/);
}, { vital: true });

check("kernel_info on control is busy and idle", async () => {
  const r = await c.request("control", "kernel_info_request", {});
  assert.deepEqual(r.iopub.map((m) => m.content.execution_state), ["busy", "idle"]);
});

check("execute", async () => {
  const r = await c.execute(CELLS.result);
  assert.deepEqual(r.iopub.map((m) => m.header.msg_type), ["status", "execute_input", "execute_result", "status"]);
  assert.equal(r.iopub[2].content.data["text/plain"], "2");
  assert.equal(r.content.status, "ok");
});

check("two cells at once keep their order", async () => {
  const ids = [await c.executeId(CELLS.hello), await c.executeId(CELLS.result)];
  await Promise.all(ids.map((id) => c.idle(id)));
  const order = c.heard.filter((m) => m.channel === "iopub" && ids.includes(m.parent_header.msg_id)).map((m) => ids.indexOf(m.parent_header.msg_id));
  assert.deepEqual(order, [...order].sort());
});

check("input comes to the stdin socket of the same routing id", async () => {
  const id = await c.executeId(CELLS.input);
  const asked = await c.wait("input_request", (m) => m.channel === "stdin" && c.of(id)(m));
  await c.send("stdin", "input_reply", { status: "ok", value: "김" }, {}, asked.header);
  await c.idle(id);
  assert.match(c.iopub(id).map((m) => m.content.text ?? "").join(""), /got 김/);
});

for (const name of ["complete", "complete_hangul", "complete_emoji"]) {
  check(name.replace("_", " with "), async () => {
    // JavaScript counts UTF-16 units: the cursor behind an emoji stands further than the text is long in code points
    if (KERNEL === "python3" && name === "complete_emoji") throw skip("ipykernel fails on a cursor behind the end");
    const code = CELLS[name];
    const r = await c.request("shell", "complete_request", { code, cursor_pos: code.length });
    assert.equal(r.content.status, "ok");
    assert.ok(r.content.matches.some((m) => m.includes(CELLS[name + "_want"] ?? CELLS.completion.split(" ")[0])), `${r.content.matches}`);
    const typed = r.content.metadata._jupyter_types_experimental;
    assert.ok(typed.length >= r.content.matches.length && typed.every((t) => typeof t.text === "string"));
  });
}

check("inspect", async () => {
  const r = await c.request("shell", "inspect_request", { code: CELLS.inspect, cursor_pos: CELLS.inspect.length, detail_level: 0 });
  assert.equal(r.content.found, true);
  assert.match(r.content.data["text/plain"], new RegExp(CELLS.inspected));
});

check("inspect at a place that is not one", async () => {
  // VS Code puts text[0:column]+insert together, which below line 1 is not the code
  const r = await c.request("shell", "inspect_request", { code: ")(" + CELLS.inspect + "\n", cursor_pos: 1000, detail_level: 0 });
  assert.equal(r.content.status, "ok");
});

for (const channel of ["shell", "control"]) {
  for (const cell of ["loop", "sleep"]) {
    check(`interrupt of a ${cell} on ${channel}`, async () => {
      if (KERNEL === "python3" && channel === "shell") throw skip("ipykernel is interrupted by a signal");
      await c.execute(CELLS.keep);
      const id = await c.executeId(CELLS[cell]);
      await c.wait("start of the cell", (m) => m.header.msg_type === "execute_input" && c.of(id)(m));
      const stop = await c.request(channel, "interrupt_request", {});
      assert.equal(stop.content.status, "ok");
      const [reply] = await Promise.all([c.reply(id), c.idle(id)]);
      assert.equal(reply.content.status, "error");
      assert.equal((await c.execute(CELLS.kept)).iopub[2].content.data["text/plain"], "42");
    });
  }
}

check("a comm that nobody waits for is closed", async () => {
  for (const target_name of ["jupyter.widget", "jupyter.widget.control"]) {
    const comm_id = randomUUID();
    const id = await c.send("shell", "comm_open", { comm_id, target_name, target_module: null, data: {} }, { version: "2.1.0" });
    await c.idle(id);
    const kinds = c.iopub(id).map((m) => m.header.msg_type);
    assert.ok(kinds.includes("comm_close"), `${target_name}: ${kinds}`);
    assert.deepEqual([kinds[0], kinds.at(-1)], ["status", "status"]);
  }
  const info = await c.request("shell", "comm_info_request", { target_name: "jupyter.widget" });
  assert.deepEqual(info.content.comms, {});
});

check("an unknown message is passed over", async () => {
  await c.send("control", "no_such_request", {});
  await c.send("shell", "no_such_request", {});
  assert.equal((await c.execute(CELLS.result)).content.status, "ok");
});

check("kill leaves nothing behind", async () => {
  const pids = [];
  for (const cell of ["child", "grandchild"]) pids.push(Number(/pid (\d+)/.exec((await c.execute(CELLS[cell])).text)[1]));
  const loop = await c.executeId(CELLS.loop);
  await c.wait("start of the loop", (m) => m.header.msg_type === "execute_input" && c.of(loop)(m));
  const killed = await c.kill();
  if (KERNEL === "python3") {
    pids.filter(alive).forEach((pid) => process.kill(pid));
    return;
  }
  await gone([...killed, ...pids]);
  assert.deepEqual(fs.readdirSync(path.dirname(c.file)), [path.basename(c.file)]);
});

check("restart after a kill", async () => {
  c = await Client.start();
  assert.equal((await c.execute(CELLS.result)).content.status, "ok");
  await gone(await c.kill());
});

check("a file name in quotes, with spaces and Hangul", async () => {
  if (KERNEL === "python3") throw skip("ipykernel takes the quotes for a part of the name");
  c = await Client.start("내 kernel file.json", (s) => `"${s}"`);
  assert.equal((await c.execute(CELLS.result)).content.status, "ok");
  await gone(await c.kill());
});

// kernels of checks that failed
main(() => Client.all.forEach((c) => c.process?.exitCode === null && c.process.kill("SIGTERM")));
