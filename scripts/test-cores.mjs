// @ts-check
/**
 * Runs the tests on other versions of LangChain, each in a copy of the project in the system's temporary
 * folder, and prints a table of what passed:
 *
 *     npm run test:cores                                    the lowest core, one of each minor, the newest
 *     npm run test:cores -- --cores 1.1.49,1.4.0 test/behaviour/models
 *     npm run test:cores -- --graphs 1.4.13,1.7.3           LangGraph's checkpoints, SQLite's among them
 *     npm run test:cores -- --graphs all                    its lowest and newest that `langchain` allows
 *     npm run test:cores -- --write                         the table goes into docs/runtimes.md, too
 *
 * The copy has this project's development dependencies, but LangChain's packages of its own.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";

import { writeGuideTables } from "./guide-tables.mjs";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CORE = "@langchain/core";
const GRAPH = "@langchain/langgraph";
/** Of the project, what no test needs, or what has packages of its own. */
const LEFT_OUT = new Set(["node_modules", ".git", "dist", "coverage", "api", "benchmarks"]);

/** @typedef {{ core: string, langchain: string, graph: string, sqlite?: boolean }} Versions */
/** @typedef {{ numPassedTests: number, numFailedTests: number, testResults: { name: string, status: string, message: string, assertionResults: { status: string, fullName: string }[] }[] }} Report */

/** @param {string} spec @param {string[]} fields */
async function view(spec, fields) {
  const { stdout } = await run("npm", ["view", spec, ...fields, "--json"], { maxBuffer: 1e8 });
  return /** @type {unknown} */ (JSON.parse(stdout));
}

/** @param {string} a @param {string} b */
function compare(a, b) {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  return [0, 1, 2].map((i) => (left?.[i] ?? 0) - (right?.[i] ?? 0)).find((diff) => diff !== 0) ?? 0;
}

/** Whether a version is in a range as LangChain writes them: "^1.2.3", "1.2.3", ">=1.2.3 <2". */
/** @param {string} version @param {string} range */
function allows(range, version) {
  const lowest = /\d+\.\d+\.\d+/.exec(range)?.[0] ?? "0.0.0";
  if (/^\d/.test(range)) return version === range;
  return compare(version, lowest) >= 0 && version.split(".")[0] === lowest.split(".")[0];
}

/** Released versions, the lowest first. */
/** @param {string} name */
async function releases(name) {
  const all = /** @type {string[]} */ (await view(name, ["versions"]));
  return all.filter((version) => /^[\d.]+$/.test(version)).sort(compare);
}

/** The lowest version in a range, the newest of each of its minors. */
/** @param {string[]} versions @param {string} range */
function oneOfEachMinor(versions, range) {
  const allowed = versions.filter((version) => allows(range, version));
  const newest = new Map(allowed.map((version) => [version.replace(/\.\d+$/, ""), version]));
  return [...new Set([allowed[0] ?? "", ...newest.values()])];
}

/** @typedef {{ version: string, core: string, graph: string }} Release What it says of the versions it is for. */

/** The releases of a package of LangChain's, the newest first. */
/** @param {string} name @returns {Promise<Release[]>} */
async function releasesOf(name) {
  const [core, graph] = [`peerDependencies.${CORE}`, `dependencies.${GRAPH}`];
  const found = /** @type {Record<string, string>[]} */ (
    await view(`${name}@1`, ["version", core, graph])
  );
  return found
    .map((one) => ({ version: one.version ?? "", core: one[core] ?? "", graph: one[graph] ?? "" }))
    .filter(({ version }) => /^[\d.]+$/.test(version))
    .sort((a, b) => compare(b.version, a.version));
}

/** The newest `langchain` and LangGraph that a core may be used with; or the newest with a LangGraph that is given. */
/** @param {string} core @param {string} [given] @returns {Promise<Versions>} */
async function versionsFor(core, given) {
  const [agents, graphs] = await Promise.all([releasesOf("langchain"), releasesOf(GRAPH)]);
  for (const { version: langchain, core: range, graph: wanted } of agents) {
    if (!allows(range, core)) continue;
    const graph = graphs.find(
      ({ version, core: peer }) =>
        allows(wanted, version) && (version === given || (!given && allows(peer, core))),
    );
    if (graph !== undefined) return { core, langchain, graph: graph.version };
  }
  throw new Error(
    `No langchain goes with ${CORE} ${core} and ${GRAPH} ${given ?? "of any version"}.`,
  );
}

/** A copy of the project with these versions. */
/** @param {Versions} versions */
async function copyWith({ core, langchain, graph, sqlite }) {
  const folder = path.join(tmpdir(), "http-streaming-llm-cores", `${core}-${graph}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const dependencies = {
    [CORE]: core,
    langchain,
    [GRAPH]: graph,
    ...(sqlite && { "@langchain/langgraph-checkpoint-sqlite": "^1" }),
  };
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ dependencies }));
  await run(
    "npm",
    ["install", "--no-audit", "--no-fund", "--no-package-lock", "--legacy-peer-deps"],
    { cwd: folder },
  );
  await cp(ROOT, folder, {
    recursive: true,
    filter: (source) => !LEFT_OUT.has(path.basename(source)),
  });
  await linkMissing(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
  return folder;
}

/** Links packages of the project that a copy has not got. */
/** @param {string} from @param {string} to */
async function linkMissing(from, to) {
  await mkdir(to, { recursive: true });
  const there = new Set(await readdir(to));
  for (const name of await readdir(from)) {
    const [source, target] = [path.join(from, name), path.join(to, name)];
    if (name.startsWith("@")) await linkMissing(source, target);
    // Caches and the like are of the place that they are in.
    else if (!name.startsWith(".") && !there.has(name)) await symlink(source, target);
  }
}

/** Runs tests in a folder. */
/** @param {string} folder @param {string[]} filters @param {NodeJS.ProcessEnv} env @returns {Promise<Report>} */
async function test(folder, filters, env) {
  const report = path.join(folder, "report.json");
  const options = ["--reporter=json", `--outputFile=${report}`, "--typecheck.enabled=false"];
  const vitest = path.join(ROOT, "node_modules/vitest/vitest.mjs");
  const settings = { cwd: folder, env: { ...process.env, ...env }, maxBuffer: 1e9 };
  await run(process.execPath, [vitest, "run", ...options, ...filters], settings).catch(() => {
    // Tests that fail are in the report.
  });
  return /** @type {Report} */ (JSON.parse(await readFile(report, "utf8")));
}

/** @param {string} folder @param {string} name */
async function installed(folder, name) {
  const file = path.join(folder, "node_modules", name, "package.json");
  const { version } = /** @type {{ version: string }} */ (JSON.parse(await readFile(file, "utf8")));
  return version;
}

/** The lines of the table so far. */
/** @type {string[]} */
const table = [];

/** Prints a line of the table. */
/** @param {(string | number)[]} cells */
function tell(cells) {
  const line = `| ${cells.join(" | ")} |`;
  table.push(line);
  console.log(line);
}

/** Tests these versions and prints their row of the table. */
/** @param {Versions} versions @param {string[]} filters */
async function row(versions, filters) {
  const folder = await copyWith(versions);
  const sqlite = path.join(
    folder,
    "node_modules/@langchain/langgraph-checkpoint-sqlite/dist/index.js",
  );
  const report = await test(
    folder,
    filters,
    versions.sqlite ? { SQLITE_CHECKPOINTER: sqlite } : {},
  );
  const names = [CORE, "langchain", GRAPH];
  const cells = await Promise.all(names.map((name) => installed(folder, name)));
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  const failed = report.numFailedTests + broken.length;
  tell([...cells, report.numPassedTests, failed]);
  for (const { name, message } of broken) console.error(`  ${name}: ${message}`);
  for (const { assertionResults } of report.testResults) {
    for (const { status, fullName } of assertionResults) {
      if (status === "failed") console.error(`  ${fullName}`);
    }
  }
  if (failed > 0) process.exitCode = 1;
  else await rm(folder, { recursive: true, force: true });
}

const { values, positionals } = parseArgs({
  options: {
    cores: { type: "string" },
    graphs: { type: "string" },
    write: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const { peerDependencies } = /** @type {{ peerDependencies: Record<string, string> }} */ (
  JSON.parse(await readFile(path.join(ROOT, "package.json"), "utf8"))
);
const cores = await releases(CORE);
const newest = cores.at(-1) ?? "";

tell([CORE, "langchain", GRAPH, "passed", "failed"]);
tell(["---", "---", "---", "---", "---"]);
if (values.graphs === undefined) {
  const chosen = values.cores?.split(",") ?? oneOfEachMinor(cores, peerDependencies[CORE] ?? "");
  for (const core of chosen) await row(await versionsFor(core), positionals);
} else {
  const core = values.cores ?? newest;
  const [langchain] = await releasesOf("langchain");
  const graphs = (await releases(GRAPH)).filter((graph) => allows(langchain?.graph ?? "", graph));
  const all = [graphs[0] ?? "", graphs.at(-1) ?? ""];
  for (const graph of values.graphs === "all" ? all : values.graphs.split(",")) {
    const versions = await versionsFor(core, graph);
    await row({ ...versions, sqlite: true }, ["test/unit/langchain/chat/message-json.test.ts"]);
  }
}
if (values.write) writeGuideTables({ cores: table.join("\n") });
