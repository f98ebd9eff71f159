/**
 * What a fresh process costs up to the first token of its first answer, and what of it each part costs; and how
 * large the package is.
 */
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { writeGuideTables } from "../../../scripts/guide-tables.mjs";
import { SIZE_BUDGET } from "../../../scripts/size-budget.mjs";
import { median, ratio } from "../harness.mjs";
import { buildOf } from "../package-under-test.mjs";

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL("../start-up-process.mjs", import.meta.url));
const DIST = new URL("../../../dist/", import.meta.url);
const RESULTS = new URL("../results/", import.meta.url);

const TEXT = "http-streaming-llm: text";
const CHAT = "http-streaming-llm: chat";
const BY_HAND = { [TEXT]: "by hand on fetch: text", [CHAT]: "by hand on fetch: chat" };

const TEXT_CORE = ["language_models/llms", "outputs"];
const CHAT_CORE = ["language_models/chat_models", "messages", "outputs"];

/** What a program with such a model imports, of core and besides, and the model in `contenders/models.mjs`. */
const CONTENDERS = {
  [TEXT]: { core: coreOfPackage(), model: "http-streaming-llm: LLM stream()" },
  [BY_HAND[TEXT]]: {
    core: TEXT_CORE,
    own: ["eventsource-parser"],
    model: "hand-written LLM, fetch",
  },
  [CHAT]: { core: coreOfPackage(), model: "http-streaming-llm: chat stream()" },
  [BY_HAND[CHAT]]: {
    core: CHAT_CORE,
    own: ["eventsource-parser"],
    model: "hand-written chat model, fetch",
  },
  "by hand on undici: text": {
    core: TEXT_CORE,
    own: ["eventsource-parser", "undici"],
    model: "hand-written LLM, undici",
  },
};
const FULL_ONLY = {
  "@langchain/openai": {
    core: CHAT_CORE,
    own: ["@langchain/openai"],
    model: "@langchain/openai: ChatOpenAI",
  },
};
const OTHER = {
  "http-streaming-llm, other build: text": { ...CONTENDERS[TEXT], variant: "other" },
};

/** The parts of a start up to the first token: their names in tables, and their CPU time, of the start and of core's. */
const PARTS = {
  "Node itself": ({ node }) => node.cpuMs,
  "the parts of @langchain/core": (_, core) => core.imports.cpuMs,
  // Two processes differ by more than a model of a few lines takes.
  "modules of its own": ({ imports }, core) => Math.max(0, imports.cpuMs - core.imports.cpuMs),
  "the parts of undici": ({ undici }) => undici?.cpuMs ?? 0,
  "the first call, up to its first token": ({ firstToken }) => firstToken.cpuMs,
};
const WHOLE = "all of it";
const wholeOf = ({ node, imports, undici, firstToken }) =>
  node.cpuMs + imports.cpuMs + (undici?.cpuMs ?? 0) + firstToken.cpuMs;

function coreOfPackage() {
  const files = readdirSync(DIST).filter((name) => name.endsWith(".js"));
  const names = files.flatMap((name) => {
    const text = readFileSync(new URL(name, DIST), "utf8");
    return [...text.matchAll(/ from "@langchain\/core\/([^"]+)";$/gm)].map(([, entry]) => entry);
  });
  return [...new Set(names)];
}

/** A file with these imports: one after the other, they would take a tenth longer than a program's. */
function importsFile(name, specifiers) {
  mkdirSync(RESULTS, { recursive: true });
  const file = new URL(`imports-${name.replaceAll(/\W+/g, "-")}.mjs`, RESULTS);
  writeFileSync(file, specifiers.map((specifier) => `import "${specifier}";\n`).join(""));
  return file.href;
}

async function start(...args) {
  const { stdout } = await run(process.execPath, [PROGRAM, ...args]);
  return JSON.parse(stdout);
}

/** Gives functions that start a contender, and a process that only imports what it takes of core. */
function starters(name, { core, model, own, variant = "ours" }, url) {
  const specifiers = core.map((entry) => `@langchain/core/${entry}`);
  const program = importsFile(name, own ? [...specifiers, ...own] : [buildOf(variant)]);
  const coreAlone = importsFile(`core of ${name}`, specifiers);
  return {
    name,
    startProgram: () => start(program, model, variant, url),
    startCore: () => start(coreAlone),
    startImports: () => start(program),
  };
}

export async function measure({ full, other, report, origin, write }) {
  const all = { ...CONTENDERS, ...(full && FULL_ONLY), ...(other && OTHER) };
  const url = `${origin}/openai/burst/1/chat/completions`;
  const contenders = Object.entries(all).map(([name, how]) => starters(name, how, url));
  const starts = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < (full || write ? 25 : 5); round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const { name, startProgram, startCore } = contenders[(round + turn) % contenders.length];
      starts[name].push([await startProgram(), await startCore()]);
    }
  }
  const summary = (name, number) => {
    const rounds = starts[name].map((steps) => number(...steps));
    return { median: median(rounds), rounds };
  };
  reportStarts(report, contenders, summary);
  const [{ startImports }] = contenders;
  const { open } = await startImports();
  report.target("Workers and sockets that importing leaves behind", open.length, { atMost: 0 }, "");
  reportSize(report);
  if (write) writeGuide(summary);
}

function reportStarts(report, contenders, summary) {
  const table = (title, results, base) => {
    report.table({ section: "start-up", title, unit: "CPU ms", results, base });
  };
  const wholes = contenders.map(({ name }) => [name, summary(name, wholeOf)]);
  table("a fresh process up to its first token", Object.fromEntries(wholes), TEXT);
  for (const name of Object.entries(BY_HAND).flat()) {
    const parts = Object.entries(PARTS).map(([part, number]) => [part, summary(name, number)]);
    const whole = [WHOLE, summary(name, wholeOf)];
    table(`${name}, part by part`, Object.fromEntries([...parts, whole]), WHOLE);
  }
  for (const [name, byHand] of Object.entries(BY_HAND)) {
    report.target(
      `a fresh process up to its first token, ${name}: CPU time, of that ${byHand}`,
      ratio(summary(name, wholeOf), summary(byHand, wholeOf)),
      { atMost: 1.1 },
      "×",
    );
  }
  const facts = {
    "import http-streaming-llm with the parts of @langchain/core: time": ({ imports }) =>
      imports.ms,
    "first call, up to its first token: time": ({ undici, firstToken }) =>
      undici.ms + firstToken.ms,
    "fifth call: time": ({ laterCall }) => laterCall.ms,
  };
  for (const [title, number] of Object.entries(facts)) {
    report.fact(title, summary(TEXT, number).median, "ms");
  }
  report.target(
    "import http-streaming-llm: CPU time, of that of @langchain/core",
    ratio(
      summary(TEXT, PARTS["modules of its own"]),
      summary(TEXT, PARTS["the parts of @langchain/core"]),
    ),
    { atMost: 0.2 },
    "×",
  );
}

function reportSize(report) {
  const bytes = readFileSync(new URL("index.js", DIST));
  report.target("dist/index.js", bytes.length / 1024, { atMost: SIZE_BUDGET.module }, "KiB");
  report.fact("dist/index.js, compressed", gzipSync(bytes).length / 1024, "KiB");
}

/** The table of docs/performance.md. */
function writeGuide(summary) {
  const columns = Object.entries(BY_HAND).flat();
  const row = (words, cellOf) => `| ${[words, ...columns.map(cellOf)].join(" | ")} |`;
  const ms = (number) => (name) => {
    const { median: middle } = summary(name, number);
    return middle === 0 ? "–" : middle.toFixed(0);
  };
  const times = (name) => {
    const byHand = BY_HAND[name];
    if (byHand === undefined) return "1";
    return ratio(summary(name, wholeOf), summary(byHand, wholeOf)).toFixed(2);
  };
  const rows = [
    row("", (name) => name),
    row("---", () => "--:"),
    ...Object.entries(PARTS).map(([part, number]) => row(part, ms(number))),
    row(WHOLE, ms(wholeOf)),
    row("times the one by hand", times),
  ];
  writeGuideTables({ "cold start": rows.join("\n") }, "performance.md");
}
