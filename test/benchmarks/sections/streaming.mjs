/** Whole answers over a loopback connection, as fast as the reader can. */
import { compete, cpuClock, median, ratio } from "../harness.mjs";

const OURS = "http-streaming-llm: ";
const LIMIT = "undici and JSON.parse";
const GROUPS = {
  openai: [
    "LLM stream()",
    "chat stream()",
    "LLM _astream",
    "LLM invoke()",
    "chat invoke()",
    "LLM streamSync()",
  ]
    .map((way) => OURS + way)
    .concat(
      "hand-written LLM, fetch",
      "hand-written LLM, undici",
      "hand-written chat model, fetch",
      "hand-written chat model, undici",
      "@langchain/openai: ChatOpenAI",
      "openai",
      "ai",
      LIMIT,
    ),
  ollama: ["LLM stream()", "chat stream()"]
    .map((way) => OURS + way)
    .concat(
      "hand-written LLM, fetch",
      "hand-written chat model, fetch",
      "@langchain/ollama: ChatOllama",
      "ollama",
      LIMIT,
    ),
};

/** What the short mode leaves out, besides Ollama's wire. */
const FULL_ONLY = [
  "hand-written LLM, fetch",
  "hand-written chat model, fetch",
  `${OURS}chat invoke()`,
];

/**
 * How much of it: as many answers as fit into the `ms` of a turn, the same for all contenders, and so many
 * at least. An answer has as many tokens for a slow contender, which only gives fewer of them. Slow is who
 * takes seconds for one; the others would not be warm after one answer, and look slower than they are.
 */
const WARM_UP = { warm: { answers: 1, ms: 0 }, slowMs: 1500 };
const FULL = {
  warmups: 10,
  warmUpMs: 3000,
  rounds: 5,
  run: { answers: 3, ms: 1000 },
  slow: { rounds: 3, run: { answers: 2 } },
};
const SHORT = {
  warmups: 6,
  warmUpMs: 800,
  rounds: 2,
  run: { answers: 2, ms: 300 },
  slow: { rounds: 1, run: { answers: 1 } },
};

/** Called in the contender's process. */
export async function open(name, { kind, variant }) {
  const { models } = await import("../contenders/models.mjs");
  const read = await models[name](kind, variant);
  const readOnce = async (url) => {
    let tokens = 0;
    let characters = 0;
    const start = performance.now();
    const elapsed = cpuClock();
    await read(url, (text) => {
      tokens++;
      characters += text.length;
    });
    return { ms: performance.now() - start, cpuMs: elapsed(), tokens, characters };
  };
  // Several answers per turn, as a busy server reads them: one alone would measure caches gone cold meanwhile.
  return async ({ url, answers, ms = 0 }) => {
    const all = [];
    const start = performance.now();
    while (all.length < answers || performance.now() - start < ms) all.push(await readOnce(url));
    const of = (name) => median(all.map((each) => each[name]));
    return { ms: of("ms"), cpuMs: of("cpuMs"), characters: of("characters") };
  };
}

const TOKENS = 20_000;

export async function measure({ full, other, report, origin }) {
  const { PATHS } = await import("../contenders/models.mjs");
  for (const kind of full ? Object.keys(GROUPS) : ["openai"]) {
    for (const way of full ? ["burst", "records"] : ["burst"]) {
      const url = `${origin}/${kind}/${way}/${TOKENS}${PATHS[kind]}`;
      const effort = full ? FULL : SHORT;
      const wall = await compete(contendersOf(kind, full, other), {
        module: "sections/streaming.mjs",
        ...WARM_UP,
        ...effort,
        run: { ...effort.run, url },
        measured: ({ ms }) => (ms * 1e6) / TOKENS,
      });
      check(wall);
      tell(report, kind, way, wall);
    }
  }
}

function contendersOf(kind, full, other) {
  const group = GROUPS[kind];
  const names = full ? group : group.filter((name) => !FULL_ONLY.includes(name));
  const contenders = names.map((name) => ({ name, params: { kind } }));
  if (!other) return contenders;
  const others = names
    .filter((name) => name.startsWith(OURS))
    .map((name) => ({
      name: `${name}, other build`,
      of: name,
      params: { kind, variant: "other" },
    }));
  return [...contenders, ...others];
}

function tell(report, kind, way, wall) {
  const cpu = Object.fromEntries(
    Object.entries(wall).map(([name, { results }]) => [name, withCpu(results)]),
  );
  const wire = `${kind === "ollama" ? "JSON lines" : "SSE"}, ${TOKENS} tokens, ${way === "burst" ? "64 KiB per HTTP chunk" : "one HTTP chunk per record"}`;
  const table = { section: "Streaming", unit: "ns per token", base: `${OURS}LLM stream()` };
  report.table({ ...table, title: `${wire}: time`, results: wall });
  report.table({ ...table, title: `${wire}: CPU time`, results: cpu });
  if (way === "burst") judge(report, kind, wall);
}

function withCpu(results) {
  const rounds = results.map(({ cpuMs }) => (cpuMs * 1e6) / TOKENS);
  return { median: median(rounds), rounds };
}

function check(results) {
  const lengths = new Set(
    Object.values(results).map(({ results: [{ characters }] }) => characters),
  );
  if (lengths.size !== 1) {
    const all = Object.entries(results).map(
      ([
        name,
        {
          results: [first],
        },
      ]) => [name, first.characters],
    );
    throw new Error(`The contenders disagree: ${JSON.stringify(all)}`);
  }
}

/** By time, for what is promised is tokens per second. */
function judge(report, kind, results) {
  const gain = (peer, ours) => ratio(results[peer], results[OURS + ours]);
  const target = (ours, peer, bounds) => {
    if (!(peer in results) || !(OURS + ours in results)) return;
    report.target(
      `${ours}: times as fast as ${peer} (${kind === "ollama" ? "JSON lines" : "SSE"})`,
      gain(peer, ours),
      bounds,
      "times",
    );
  };
  if (kind === "ollama") {
    for (const ours of ["LLM stream()", "chat stream()"]) {
      target(ours, "@langchain/ollama: ChatOllama", { atLeast: 5 });
    }
    return;
  }
  for (const client of ["fetch", "undici"]) {
    target("LLM stream()", `hand-written LLM, ${client}`, { atLeast: 5 });
    target("chat stream()", `hand-written chat model, ${client}`, { atLeast: 5 });
  }
  for (const ours of ["LLM stream()", "chat stream()"]) {
    target(ours, "@langchain/openai: ChatOpenAI", { atLeast: 5 });
    target(ours, "openai", { atLeast: 3 });
    target(ours, "ai", { atLeast: 3 });
  }
  target("LLM invoke()", LIMIT, { atLeast: 1 });
  target("chat invoke()", LIMIT, { atLeast: 1 });
  report.target(
    `LLM _astream: its time against ${LIMIT}`,
    1 / gain(LIMIT, "LLM _astream"),
    { atMost: 1.3 },
    "times",
  );
  report.target(
    "LLM streamSync(): tokens per second against _astream",
    ratio(results[`${OURS}LLM _astream`], results[`${OURS}LLM streamSync()`]),
    { atLeast: 0.5 },
    "times",
  );
}
