/**
 * Measures the built package against its peers and its targets.
 *
 *   npm run bench                           under a minute on a machine that does nothing else
 *   npm run bench:full                      more rounds, more tokens, more contenders, and the section "scale"
 *   npm run bench -- --only=decoding,memory some sections
 *   npm run bench -- --compare=<build>      beside another build of the package (a path to its index.js)
 *   npm run bench -- --wires <folder>       decoding a folder of recorded bodies (*.sse, *.ndjson, *.jsonl; a
 *                                           folder in it is one entry, its bodies in sequence)
 *   npm run bench -- --only=start-up --write puts its table into docs/performance.md
 *
 * The tables go to stdout, and with all rounds to results/<mode>.json.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { startServer } from "./harness.mjs";
import { Report } from "./report.mjs";

/** A short run is too short for "scale", which compares a million tokens with few. */
const FULL_ONLY = ["scale"];
const SECTIONS = [
  "decoding",
  "wires",
  "streaming",
  "answers",
  "crowd",
  "scale",
  "synchronous",
  "memory",
  "start-up",
];

const { values: options } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    only: { type: "string" },
    compare: { type: "string" },
    wires: { type: "string" },
    write: { type: "boolean", default: false },
  },
});

// What it is measured against is no dependency of the package: a project of its own, installed on demand.
if (!existsSync(new URL("node_modules/", import.meta.url))) {
  execFileSync("npm", ["ci"], { cwd: new URL(".", import.meta.url), stdio: "inherit" });
}
if (options.compare !== undefined) {
  process.env.BENCH_OTHER_BUILD = pathToFileURL(options.compare).href;
}
const { full } = options;
const sections =
  (options.only ?? (options.wires && "wires"))?.split(",") ??
  SECTIONS.filter((name) => full || !FULL_ONLY.includes(name));
const report = new Report();
const server = await startServer();
const start = performance.now();
try {
  for (const section of sections) {
    const { measure } = await import(`./sections/${section}.mjs`);
    await measure({
      full,
      other: options.compare !== undefined,
      report,
      origin: server.origin,
      wires: options.wires,
      write: options.write,
    });
    process.stderr.write(`  ${section}: ${Math.round((performance.now() - start) / 1000)} s\n`);
  }
} finally {
  server.close();
}

const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`;
console.log(`${machine}\n\n${report}`);
const results = new URL("results/", import.meta.url);
mkdirSync(results, { recursive: true });
const file = new URL(`${full ? "full" : "short"}.json`, results);
const { tables, facts, targets } = report;
writeFileSync(file, JSON.stringify({ machine, full, tables, facts, targets }, null, 2));
