// What the Node scripts of this folder share: the cells that they send and a report for the Go test that runs them. Environment: see checks.py.
"use strict";

const fs = require("node:fs");

exports.KERNEL = process.env.KERNEL;

exports.CELLS = (() => {
  const parts = fs.readFileSync(process.env.CELLS, "utf8").split(/^-- (\S+) --\n/m).slice(1);
  const cells = {};
  for (let i = 0; i < parts.length; i += 2) cells[parts[i]] = parts[i + 1].trimEnd();
  return cells;
})();

const checks = [];

// check registers one check; they run in the order of their registration, each whether or not the one before it failed. Without a vital one the others have no sense.
exports.check = (name, body, { vital = false } = {}) => checks.push({ name, body, vital });

exports.skip = (reason) => Object.assign(new Error(reason), { skip: true });

exports.main = async (finish) => {
  const line = (value) => fs.appendFileSync(process.env.REPORT, JSON.stringify(value) + "\n");
  let done = 0;
  for (const { name, body, vital } of checks.filter((c) => c.vital || c.name.includes(process.env.ONLY ?? ""))) {
    done++;
    try {
      await body();
      line({ test: name, status: "ok" });
    } catch (e) {
      line({ test: name, status: e.skip ? "skip" : "fail", detail: e.skip ? e.message : String(e.stack ?? e) });
      if (vital) break;
    }
  }
  await finish?.();
  line({ done });
  process.exit(0); // a socket or a page that is still open must not keep the script alive
};

// until polls what announces itself in no other way.
exports.until = async (what, limit, get) => {
  for (const end = Date.now() + limit; ; ) {
    const got = await get();
    if (got) return got;
    if (Date.now() > end) throw new Error(`${what}: not within ${limit} ms`);
    await new Promise((r) => setTimeout(r, 20));
  }
};
