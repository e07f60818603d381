// iyagi watch with a headless Chromium as the browser. Environment: CHROME, IYAGI (the program), FOLDER for the notebook.
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { spawn } = require("node:child_process");
const { once } = require("node:events");
const readline = require("node:readline");
const { chromium } = require("playwright-core");
const { check, main } = require("./checks.js");

const { IYAGI, FOLDER } = process.env;
const FILE = path.join(FOLDER, "lesson.ipynb");

// save writes the notebook as many editors do: under another name first.
function save(...sources) {
  const cells = [{ cell_type: "markdown", id: "prose", metadata: {}, source: "# 제목\n\n" + "긴 글입니다.\n\n".repeat(80) }];
  sources.forEach((source, i) => cells.push({ cell_type: "code", id: `c${i}`, metadata: {}, execution_count: null, outputs: [], source }));
  const notebook = { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec: { name: "iyagi", display_name: "Go (Iyagi)", language: "go" } }, cells };
  fs.writeFileSync(FILE + "~", JSON.stringify(notebook));
  fs.renameSync(FILE + "~", FILE);
}

const PID = "fmt.Println(\"evaluator\", os.Getpid(), time.Now().UnixNano())";
let browser, watch, page, said = [];

// What the page shows, without the bar, which tells what cells print while they run and the page is still that of before.
const cells = () => page.evaluate(() => document.querySelector("main").innerText);
const shows = (text) => page.waitForFunction((text) => document.querySelector("main")?.innerText.includes(text), text);

check("opens", async () => {
  save(PID, "x := 1", "fmt.Println(\"value\", x*100)");
  watch = spawn(IYAGI, ["watch", "--no-open", FILE], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = readline.createInterface({ input: watch.stdout });
  const [address] = await once(lines, "line");
  assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/[A-Z2-7]{20,}\/$/);
  browser = await chromium.launch({ executablePath: process.env.CHROME, headless: true, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
  page = await browser.newPage();
  page.on("console", (m) => said.push(m.text()));
  page.on("pageerror", (e) => said.push(e.message));
  await page.goto(address);
  await shows("value 100");
}, { vital: true });

check("a saved change reaches the page, at the same place, and runs no more than it must", async () => {
  const first = /evaluator \d+ \d+/.exec(await cells())[0];
  await page.evaluate(() => scrollTo(0, 700));
  const before = await page.evaluate(() => scrollY);
  assert.ok(before > 300, `scrolled to ${before}`);
  save(PID, "x := 2", "fmt.Println(\"value\", x*100)");
  await shows("value 200");
  assert.equal(/evaluator \d+ \d+/.exec(await cells())[0], first, "the cell that did not change ran again");
  await page.waitForFunction((y) => Math.abs(scrollY - y) < 5, before);
});

check("errors", async () => {
  save(PID, "x := 2", "fmt.Println(\"value\", x*100)", "panic(\"oh\")");
  await shows("panic: oh");
  fs.writeFileSync(FILE, "{\"cells\": [");
  await page.waitForFunction(() => document.getElementById("iyagi-watch").innerText.includes("lesson.ipynb"));
  assert.match(await cells(), /value 200/);
  save(PID, "x := 3", "fmt.Println(\"value\", x*100)");
  await shows("value 300");
  assert.equal(await page.evaluate(() => document.getElementById("iyagi-watch").innerText), "");
});

check("the page's own policy lets the script run, and nothing complains", async () => assert.deepEqual(said, []));

check("ends", async () => {
  watch.kill("SIGINT");
  const [code] = await once(watch, "exit");
  assert.equal(code, 0);
  await browser.close();
});

main();
