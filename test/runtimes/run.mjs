/**
 * Runs the packed package in every runtime that it is for, and through every bundler, and writes the tables of
 * docs/runtimes.md.
 *
 *   npm run test:runtimes                        everything, some minutes
 *   npm run test:runtimes -- --only=Bun,Deno     some of it, and no table
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const GUIDE = here("../../docs/runtimes.md");

const { values: options } = parseArgs({ options: { only: { type: "string" } } });
const only = options.only?.toLowerCase().split(",");
const wanted = ({ name }) => only?.some((word) => name.toLowerCase().includes(word)) ?? true;

install();
// Not before it is installed.
const { Missing, RUNTIMES } = await import("./runtimes.mjs");
const { BUNDLERS, buildAndRun, clean, sizes, versionOf } = await import("./bundles.mjs");
const { startServer } = await import("./server.mjs");

/** What is counted, as the hosts name it. */
const KINDS = ["undici", "fetch", "synchronous"];

let failures = 0;
const server = await startServer();
const runtimeRows = [];
for (const runtime of RUNTIMES.filter(wanted)) runtimeRows.push(await check(runtime));
const bundlerRows = [];
for (const bundler of BUNDLERS.filter(wanted)) bundlerRows.push(await bundle(bundler));
clean();
server.close();
const sizeRows = (await sizes()).map(([what, where, bytes]) => [
  what,
  where,
  `${(bytes / 1024).toFixed(1)} KiB`,
]);

const tables = {
  runtimes: table(
    ["Runtime", "Version", "Default", "Over undici", "Over fetch", "Synchronous path"],
    runtimeRows,
  ),
  bundlers: table(["Bundler", "Version", "Settings", "Streams", "Synchronous path"], bundlerRows),
  sizes: table(["What is imported", "For", "Minified, gzip"], sizeRows),
};
if (only === undefined) writeTables(tables);
for (const rows of Object.values(tables)) console.log(`\n${rows}`);
process.exitCode = failures > 0 ? 1 : 0;

/** The runtimes and bundlers, and the package as users get it. */
function install() {
  if (!existsSync(here("node_modules"))) {
    execFileSync("npm", ["ci", "--ignore-scripts"], { cwd: here("."), stdio: "inherit" });
  }
  const target = here("node_modules/http-streaming-llm");
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const packed = execFileSync(
    "npm",
    ["pack", "--json", "--ignore-scripts", "--pack-destination", target],
    {
      cwd: here("../.."),
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  const [{ filename }] = JSON.parse(packed);
  execFileSync("tar", ["-xzf", `${target}/${filename}`, "-C", target, "--strip-components=1"]);
}

async function check(runtime) {
  const { name, transport } = runtime;
  const { origin, silent } = server;
  const where = { origin, silent, connectPhase: "headers", isFetch: transport === "fetch" };
  try {
    const results = await runtime.check(where, { startPages: startServer });
    const version = await runtime.version();
    const counts = KINDS.map((kind) => count(name, kind, results[kind]));
    console.log([name, version, ...counts].join(", "));
    return [name, version, transport, ...counts];
  } catch (error) {
    const isMissing = error instanceof Missing;
    if (!isMissing) failures++;
    console.log(`${name}: ${isMissing ? `skipped, ${error.message}` : error.stack}`);
    return [name, isMissing ? "skipped" : "failed", transport, ...KINDS.map(() => "")];
  }
}

async function bundle(bundler) {
  const { name, settings, synchronous } = bundler;
  const version = versionOf(name.split(",")[0]);
  const works = await buildAndRun(bundler, server.origin).then(
    () => true,
    (error) => {
      failures++;
      console.log(`${name}: ${error.stack}`);
      return false;
    },
  );
  console.log(`${name}: ${works ? "streams" : "failed"}`);
  const [streams, blocks] = works ? ["yes", synchronous ? "yes" : "none"] : ["no", ""];
  return [name, version, settings, streams, blocks];
}

function count(name, kind, checks) {
  if (checks === undefined) return "none";
  const failed = checks.filter(({ error }) => error !== undefined);
  failures += failed.length;
  for (const { name: what, error } of failed) console.log(`${name}, ${kind}, ${what}: ${error}`);
  return `${checks.length - failed.length} of ${checks.length}`;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Each table has a place in the guide, between two comments. */
function writeTables(all) {
  let text = readFileSync(GUIDE, "utf8");
  for (const [name, rows] of Object.entries(all)) {
    const [begin, end] = [`<!-- table: ${name} -->`, `<!-- end: ${name} -->`];
    const from = text.indexOf(begin) + begin.length;
    text = `${text.slice(0, from)}\n\n${rows}\n\n${text.slice(text.indexOf(end))}`;
  }
  writeFileSync(GUIDE, text);
  execFileSync("npx", ["prettier", "--write", GUIDE], { cwd: here("../.."), stdio: "ignore" });
}
