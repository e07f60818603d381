// Published pages in a headless Chromium. Environment: CHROME, PAGES (a folder with the HTML files), ARTIFACTS for screenshots and PDF files.
"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { chromium } = require("playwright-core");
const { check, main } = require("./checks.js");

const { PAGES, ARTIFACTS } = process.env;
const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const NAMES = fs.readdirSync(PAGES).filter((name) => name.endsWith(".html"));

let browser;

// open returns a page that has been read, and what it asked for and complained of by then.
async function open(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "ko-KR", offline: true, permissions: [], ...options });
  const page = await context.newPage();
  page.asked = [];
  page.said = [];
  page.on("request", (r) => { if (!/^data:/.test(r.url()) && r.url() !== page.address) page.asked.push(r.url()); });
  page.on("console", (m) => page.said.push(m.text()));
  page.on("pageerror", (e) => page.said.push(e.message));
  page.address = pathToFileURL(path.join(PAGES, name)).href;
  await page.goto(page.address, { waitUntil: "load" });
  page.done = () => context.close();
  return page;
}

check("browser", async () => {
  assert.ok(NAMES.length > 3, `pages: ${NAMES}`);
  browser = await chromium.launch({ executablePath: process.env.CHROME, headless: true, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
}, { vital: true });

for (const name of NAMES) { // each is read once; the checks change its screen
  let page;
  check(`${name} stands alone`, async () => {
    page = await open(name, { colorScheme: "light" });
    assert.notEqual(await page.title(), "run", "a script of the notebook ran");
    assert.equal(await page.evaluate(() => [...document.images].filter((i) => !i.complete || !i.naturalWidth).map((i) => i.alt).join()), "", "pictures that are not shown");
    assert.deepEqual(page.asked, []);
    assert.deepEqual(page.said, []);
  });

  check(`${name} is accessible`, async () => {
    await page.screenshot({ path: path.join(ARTIFACTS, `page-${name.replace(".html", "")}.png`), fullPage: true });
    await page.evaluate(AXE);
    await accessible(page, { resultTypes: ["violations"] });
  });

  check(`${name} is accessible in the dark`, async () => {
    await page.emulateMedia({ colorScheme: "dark" });
    await accessible(page, { resultTypes: ["violations"], runOnly: ["color-contrast"] });
  });

  check(`${name} is accessible on a narrow screen`, async () => {
    await page.setViewportSize({ width: 380, height: 900 });
    await page.evaluate(() => new Promise((ok) => requestAnimationFrame(() => requestAnimationFrame(ok)))); // the page has heard of it
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page is wider than the screen");
    await accessible(page, { resultTypes: ["violations"], runOnly: ["scrollable-region-focusable", "link-name", "button-name"] });
    await page.screenshot({ path: path.join(ARTIFACTS, `page-${name.replace(".html", "")}-narrow-dark.png`), fullPage: true });
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  check(`${name} has anchors`, async () => {
    const broken = await page.evaluate(() => [...document.querySelectorAll('a[href^="#"]')].filter((a) => !document.getElementById(decodeURIComponent(a.hash.slice(1)))).map((a) => a.outerHTML));
    assert.deepEqual(broken, []);
    const last = page.locator(".contents a").last();
    if (await last.count()) {
      await last.click();
      const id = await page.evaluate(() => decodeURIComponent(location.hash.slice(1)));
      await page.waitForFunction((id) => { const y = document.getElementById(id).getBoundingClientRect().top; return y >= 0 && y < innerHeight; }, id);
    }
  });

  check(`${name} on paper`, async () => {
    const pdf = await page.pdf({ path: path.join(ARTIFACTS, `page-${name.replace(".html", "")}.pdf`), format: "A4", preferCSSPageSize: true });
    assert.ok(pdf.length > 10000);
    assert.deepEqual(page.asked, []);
    await page.done();
  });
}

// accessible runs axe-core's rules.
async function accessible(page, options) {
  const { violations } = await page.evaluate((options) => axe.run(document, options), options);
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200) + " " + (n.any[0]?.message ?? "")).join(" | ")}`), []);
}

check("theme is remembered", async () => {
  const page = await open("features.html", { colorScheme: "light" });
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.click("button.theme");
  const dark = await background();
  assert.notEqual(light, dark);
  await page.reload();
  assert.equal(await background(), dark);
  await page.emulateMedia({ media: "print" });
  assert.equal(await background(), light, "paper is light");
  await page.done();
});

check("copy", async () => {
  const page = await open("features.html");
  await page.evaluate(() => { document.addEventListener("copy", () => { window.copied = String(getSelection()); }); navigator.clipboard && (navigator.clipboard.writeText = (s) => { window.copied = s; return Promise.resolve(); }); });
  const block = page.locator(".cell .code").first();
  await block.hover();
  await block.locator("button.copy").click();
  await page.waitForFunction(() => window.copied !== undefined);
  assert.equal(await page.evaluate(() => window.copied), 'fmt.Println("hello")\n// a comment');
  await page.done();
});

check("works without JavaScript", async () => {
  const page = await open("features.html", { javaScriptEnabled: false });
  assert.ok(await page.locator(".contents a").first().isVisible());
  assert.ok(!(await page.locator("button.copy").first().isVisible()));
  assert.ok(!(await page.locator("button.theme").isVisible()));
  await page.done();
});

check("narrow: contents fold", async () => {
  const page = await open("features.html", { viewport: { width: 380, height: 800 } });
  assert.ok(!(await page.locator(".contents a").first().isVisible()));
  await page.click(".contents summary");
  assert.ok(await page.locator(".contents a").first().isVisible());
  await page.done();
});

main(() => browser?.close());
