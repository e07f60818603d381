// JupyterLab in a headless Chromium, with the menus and keys that a person uses. Environment: PYTHON with jupyterlab in it, CHROME, ARTIFACTS for the screenshots,
// NOTEBOOKS, one a line, to open and run besides the script's own.
"use strict";

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");
const { chromium } = require("playwright-core");
const { CELLS, KERNEL, check, main, until } = require("./checks.js");

const { FOLDER, ARTIFACTS } = process.env;
const TUTORIALS = process.env.NOTEBOOKS.split("\n").filter(Boolean);
const ROOT = path.join(FOLDER, "notebooks");
const RUN_LIMIT = 60000;

let server, url, browser, page;

function write(name, cells) {
  const source = (text) => text.split(/(?<=\n)/);
  fs.mkdirSync(ROOT, { recursive: true });
  fs.writeFileSync(path.join(ROOT, name), JSON.stringify({ nbformat: 4, nbformat_minor: 5,
    metadata: { kernelspec: { name: KERNEL, display_name: KERNEL === "python3" ? "Python 3 (ipykernel)" : "Go (Iyagi)", language: KERNEL === "python3" ? "python" : "go" } },
    cells: cells.map((text, i) => ({ id: `cell-${i}`, cell_type: "code", metadata: {}, source: source(text), outputs: [], execution_count: null })) }));
}

function settings() {
  const put = (plugin, value) => {
    const file = path.join(FOLDER, "settings", ...plugin.split(":").map((p, i) => (i ? p + ".jupyterlab-settings" : p)));
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, JSON.stringify(value));
  };
  put("@jupyterlab/apputils-extension:notification", { fetchNews: "false", checkForUpdates: false });
  put("@jupyterlab/notebook-extension:tracker", { windowingMode: "none" }); // the page holds every cell, seen or not
}

async function start() {
  settings();
  const port = await new Promise((ok) => {
    const s = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = s.address();
      s.close(() => ok(port));
    });
  });
  server = spawn(process.env.PYTHON, ["-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", `--port=${port}`, "--ServerApp.port_retries=0",
    `--ServerApp.root_dir=${ROOT}`, "--IdentityProvider.token=t", "--ServerApp.shutdown_no_activity_timeout=0"],
    { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, JUPYTERLAB_SETTINGS_DIR: path.join(FOLDER, "settings"), JUPYTERLAB_WORKSPACES_DIR: path.join(FOLDER, "workspaces") } });
  url = `http://127.0.0.1:${port}`;
  await until("JupyterLab", 60000, () => server.exitCode !== null || fetch(`${url}/api/status?token=t`).then((r) => r.ok, () => false));
  assert.equal(server.exitCode, null, "JupyterLab ended");
  browser = await chromium.launch({ executablePath: process.env.CHROME, headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
  page = await browser.newPage({ viewport: { width: 1280, height: 1000 }, locale: "ko-KR" });
  page.setDefaultTimeout(30000);
  page.on("pageerror", (e) => console.error("page:", e.message));
}

async function stop() {
  await browser?.close();
  if (!server || server.exitCode !== null) return;
  const kernels = await fetch(`${url}/api/kernels?token=t`).then((r) => r.json());
  for (const k of kernels) await fetch(`${url}/api/kernels/${k.id}?token=t`, { method: "DELETE" });
  server.kill("SIGTERM");
  await until("end of JupyterLab", 20000, () => server.exitCode !== null || server.signalCode !== null).catch(() => server.kill("SIGKILL"));
}

const PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)";

// open opens a notebook in a fresh workspace and waits until its n cells are there and its kernel is connected
async function open(name, n) {
  await page.goto(`${url}/lab/tree/${encodeURIComponent(name)}?reset&token=t`);
  await until(`${n} cells`, RUN_LIMIT, async () => (await page.locator(`${PANEL} .jp-Cell`).count()) >= n);
  await page.locator(".jp-LabShell-splash, #jupyterlab-splash").waitFor({ state: "detached" });
  await idle();
}

async function idle() {
  await page.waitForSelector(`${PANEL} .jp-Notebook-ExecutionIndicator[data-status="idle"]`, { state: "attached", timeout: RUN_LIMIT });
  await page.locator("#jp-main-statusbar", { hasText: "| Idle" }).waitFor({ timeout: RUN_LIMIT });
}

const cell = (i) => page.locator(`${PANEL} .jp-CodeCell`).nth(i);

const prompt = (i) => cell(i).locator(".jp-InputPrompt").innerText();

const outputs = (i) => cell(i).locator(".jp-OutputArea-output");

async function theme(name) {
  await page.locator(".lm-MenuBar-item", { hasText: /^Settings$/ }).click();
  await page.hover('.lm-Menu-item:has-text("Theme")');
  await page.click(`.lm-Menu-item[data-command="apputils:change-theme"]:has-text("${name}")`);
  await page.waitForSelector(`body[data-jp-theme-name="${name}"]`, { state: "attached" });
  await page.waitForSelector("#jupyterlab-splash", { state: "detached" });
}

async function menu(name, command) {
  await page.locator(".lm-MenuBar-item", { hasText: new RegExp(`^${name}$`) }).click();
  await page.locator(`.lm-Menu-item[data-command="${command}"]`).click();
}

// finished waits until cell i shows a number in place of the star
const finished = (i) => until(`end of cell ${i}`, RUN_LIMIT, async () => /\[\d+\]/.test(await prompt(i)));

const started = (i) => until(`start of cell ${i}`, RUN_LIMIT, async () => /\[\*\]/.test(await prompt(i)));

async function run(i) {
  await cell(i).locator(".cm-content").click();
  await page.locator(`${PANEL} .jp-CodeCell.jp-mod-active .cm-editor.cm-focused`).waitFor();
  assert.ok(await cell(i).evaluate((e) => e.classList.contains("jp-mod-active")));
  await page.keyboard.press("Control+Enter");
}

const shoot = (name) => page.screenshot({ path: path.join(ARTIFACTS, `jupyterlab-${name}.png`) });

async function shown(i, text) {
  await until(`"${text}" under cell ${i}`, RUN_LIMIT, async () => (await outputs(i).allInnerTexts()).join("\n").includes(text)).catch(async (e) => {
    await shoot(`missing-${i}`);
    throw new Error(`${e.message}; it shows ${JSON.stringify(await outputs(i).allInnerTexts())}`);
  });
}

check("open a notebook", async () => {
  write("run.ipynb", [CELLS.result, CELLS.hello, CELLS.markdown, CELLS.cards, CELLS.error]);
  write("loop.ipynb", [CELLS.keep, CELLS.loop, CELLS.kept, CELLS.sleep, CELLS.input]);
  write("type.ipynb", [""]);
  for (const t of TUTORIALS) fs.copyFileSync(t, path.join(ROOT, path.basename(t)));
  await start();
  await open("run.ipynb", 5);
}, { vital: true });

check("run all", async () => {
  await menu("Run", "runmenu:run-all");
  await finished(4);
  await shown(0, "2");
  await shown(1, "hello, world");
  await shown(2, "bold");
  assert.equal(await outputs(2).locator("strong").innerText(), "bold");
  await shown(4, "boom");
});

check("the run card", async () => {
  const card = outputs(3).locator("table").first();
  await card.scrollIntoViewIfNeeded();
  const text = (await outputs(3).allInnerTexts()).join("\n");
  for (const name of ["foo", "bar", "baz"]) assert.match(text, new RegExp(name));
  const box = await card.boundingBox();
  assert.ok(box.width > 50 && box.height > 20, JSON.stringify(box));
  await shoot("card");
  await outputs(3).first().screenshot({ path: path.join(ARTIFACTS, "jupyterlab-card-alone.png") });
  await theme("JupyterLab Dark");
  await shoot("card-dark");
  await theme("JupyterLab Light");
});

check("a saved notebook has the outputs", async () => {
  await page.keyboard.press("Control+s");
  const saved = await until("save", 10000, () => {
    const text = fs.readFileSync(path.join(ROOT, "run.ipynb"), "utf8");
    if (!text.endsWith("}") && !text.endsWith("}\n")) return null; // the server is writing it
    const nb = JSON.parse(text);
    return nb.cells[4].outputs.length && nb;
  });
  assert.equal(saved.cells[1].outputs[0].text.join(""), "hello, world\n");
  assert.deepEqual(saved.cells.map((c) => c.execution_count), [1, 2, 3, 4, 5]);
  if (KERNEL !== "python3") assert.equal(saved.metadata.language_info.name, "go");
});

check("reload keeps outputs and kernel", async () => {
  await open("run.ipynb", 5);
  await shown(1, "hello, world");
  await run(0);
  await until("the next number", RUN_LIMIT, async () => /\[6\]/.test(await prompt(0)));
  await shoot("reloaded");
});

check("interrupt from the menu", async () => {
  await open("loop.ipynb", 5);
  await run(0);
  await finished(0);
  await run(1);
  await started(1);
  await page.waitForSelector('.jp-Notebook-ExecutionIndicator[data-status="busy"]', { state: "attached" });
  await menu("Kernel", "kernelmenu:interrupt");
  await finished(1);
  assert.equal(await cell(1).locator('[data-mime-type="application/vnd.jupyter.stderr"], [data-mime-type="application/vnd.jupyter.error"]').count(), 1);
  await shoot("interrupted");
});

check("interrupt from the keyboard", async () => {
  await run(3);
  await started(3);
  await page.keyboard.press("Escape");
  await page.keyboard.press("i");
  await page.keyboard.press("i");
  await finished(3);
});

check("state is kept", async () => {
  await run(2);
  await shown(2, "42");
});

check("input", async () => {
  await run(4);
  await cell(4).locator(".jp-Stdin-input").fill("김");
  await page.keyboard.press("Enter");
  await finished(4);
  await shown(4, "got 김");
});

check("restart", async () => {
  await menu("Kernel", "kernelmenu:restart");
  await page.locator(".jp-Dialog .jp-mod-accept").click();
  await page.waitForSelector(".jp-Dialog", { state: "detached" });
  await idle();
  await run(2);
  await until("the first number", RUN_LIMIT, async () => /\[1\]/.test(await prompt(2)));
  await shown(2, "kept"); // the error names the variable that is no more
  await shoot("restarted");
});

check("restart out of a loop", async () => {
  await run(1);
  await started(1);
  await page.keyboard.press("Escape");
  await page.keyboard.press("0");
  await page.keyboard.press("0");
  await page.locator(".jp-Dialog .jp-mod-accept").click();
  await idle();
  await run(0);
  await until("the first number", RUN_LIMIT, async () => /\[1\]/.test(await prompt(0)));
});

check("completion and its documentation", async () => {
  await open("type.ipynb", 1);
  await cell(0).locator(".cm-content").click();
  await page.keyboard.type(CELLS.lab_tab);
  // JupyterLab gives a kernel one second; the first answer of ipykernel takes longer
  for (let presses = KERNEL === "python3" ? 4 : 1; presses-- && !(await page.locator(".jp-Completer-item").count()); ) {
    await page.keyboard.press("Tab");
    await page.waitForSelector(".jp-Completer-item", { timeout: 4000 }).catch((e) => {
      if (!presses) throw e;
    });
  }
  const items = await page.locator(".jp-Completer-item").allInnerTexts();
  assert.ok(items.some((t) => t.includes(CELLS.lab_tabbed)), items.join());
  await shoot("completion");
  await page.keyboard.press("Escape");
});

check("tooltip", async () => {
  await cell(0).locator(".cm-content").click();
  await page.keyboard.press("Control+a");
  await page.keyboard.type(CELLS.lab_inspect);
  await page.keyboard.press("Shift+Tab");
  await page.waitForSelector(".jp-Tooltip");
  assert.match(await page.locator(".jp-Tooltip").innerText(), new RegExp(CELLS.lab_inspected));
  await shoot("tooltip");
  await page.keyboard.press("Escape");
});

for (const t of TUTORIALS) {
  const name = path.basename(t, ".ipynb");
  check(`tutorial ${name}`, async () => {
    await open(path.basename(t), JSON.parse(fs.readFileSync(t, "utf8")).cells.length);
    // as a reader has it first: nobody has trusted the file
    const height = await page.locator(".jp-WindowedPanel-inner, .jp-Notebook").first().evaluate((e) => e.scrollHeight);
    await page.setViewportSize({ width: 1280, height: Math.min(12000, height + 200) });
    await shoot(`${name}-untrusted`);
    const tables = await page.locator(".jp-OutputArea-output table").count();
    assert.ok(tables > 0, "no run card in the stored outputs");
    await page.setViewportSize({ width: 1280, height: 1000 });
    await menu("Run", "runmenu:run-all");
    const n = await page.locator(".jp-CodeCell").count();
    for (let i = 0; i < n; i++) await finished(i);
    assert.equal(await page.locator('[data-mime-type="application/vnd.jupyter.error"]').count(), 0);
    assert.equal(await page.locator(".jp-OutputArea-output table").count(), tables);
    await page.setViewportSize({ width: 1280, height: Math.min(12000, height + 200) });
    await shoot(name);
    await page.setViewportSize({ width: 1280, height: 1000 });
  });
}

main(stop);
