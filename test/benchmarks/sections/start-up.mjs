/** What importing the package costs, what the first call costs besides, and how large the package is. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { SIZE_BUDGET } from "../../../scripts/size-budget.mjs";
import { median, ratio } from "../harness.mjs";

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL("../start-up-process.mjs", import.meta.url));
const MODULE = new URL("../../../dist/index.js", import.meta.url);

const OURS = "http-streaming-llm";
const OTHER = "http-streaming-llm, other build";
const CONTENDERS = [OURS, "hand-written LLM, undici"];
const FULL_ONLY = ["@langchain/openai"];

async function start(contender, origin) {
  const [name, variant] = contender === OTHER ? [OURS, "other"] : [contender, "ours"];
  const { stdout } = await run(process.execPath, [
    PROGRAM,
    name,
    variant,
    `${origin}/openai/burst/1/chat/completions`,
  ]);
  return JSON.parse(stdout);
}

export async function measure({ full, other, report, origin }) {
  const contenders = full ? [...CONTENDERS, ...FULL_ONLY] : [...CONTENDERS];
  if (other) contenders.push(OTHER);
  const starts = Object.fromEntries(contenders.map((name) => [name, []]));
  for (let round = 0; round < (full ? 15 : 2); round++) {
    for (const name of contenders) starts[name].push(await start(name, origin));
  }
  const summary = (name, number) => {
    const rounds = starts[name].map(number);
    return { median: median(rounds), rounds };
  };
  const table = (title, number) => {
    const results = Object.fromEntries(contenders.map((name) => [name, summary(name, number)]));
    report.table({ section: "start-up", title, unit: "CPU ms", results, base: OURS });
  };
  table("importing it after @langchain/core", ({ own }) => own.cpuMs);
  table("the first call", ({ firstCall }) => firstCall.cpuMs);
  table("both", ({ own, firstCall }) => own.cpuMs + firstCall.cpuMs);

  const core = summary(OURS, (each) => each.core.cpuMs);
  report.fact("import @langchain/core: CPU time", core.median, "ms");
  const facts = {
    "import http-streaming-llm after it: time": ({ own }) => own.ms,
    "first call: time": ({ firstCall }) => firstCall.ms,
    "fifth call: time": ({ laterCall }) => laterCall.ms,
  };
  for (const [title, number] of Object.entries(facts)) {
    report.fact(title, summary(OURS, number).median, "ms");
  }
  report.target(
    "import http-streaming-llm: CPU time, of that of @langchain/core",
    ratio(
      summary(OURS, ({ own }) => own.cpuMs),
      core,
    ),
    { atMost: 0.2 },
    "×",
  );
  report.target(
    "Workers and sockets that importing leaves behind",
    Math.max(...starts[OURS].map(({ active }) => active.length)),
    { atMost: 0 },
    "",
  );
  reportSize(report);
}

function reportSize(report) {
  const bytes = readFileSync(MODULE);
  report.target("dist/index.js", bytes.length / 1024, { atMost: SIZE_BUDGET.module }, "KiB");
  report.fact("dist/index.js, compressed", gzipSync(bytes).length / 1024, "KiB");
}
