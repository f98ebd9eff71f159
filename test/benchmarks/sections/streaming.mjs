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

/** What the short mode leaves out. */
const SLOW = [
  "hand-written LLM, fetch",
  "hand-written chat model, fetch",
  `${OURS}chat invoke()`,
  "ollama",
];

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
  return async ({ url, answers }) => {
    const all = [];
    for (let answer = 0; answer < answers; answer++) all.push(await readOnce(url));
    const of = (name) => median(all.map((each) => each[name]));
    return { ms: of("ms"), cpuMs: of("cpuMs"), characters: of("characters") };
  };
}

export async function measure({ full, other, report, origin }) {
  const { PATHS } = await import("../contenders/models.mjs");
  const tokens = 20_000;
  const ways = full ? ["burst", "records"] : ["burst"];
  for (const [kind, group] of Object.entries(GROUPS)) {
    for (const way of ways) {
      const names = full ? group : group.filter((name) => !SLOW.includes(name));
      const contenders = names.map((name) => ({ name, params: { kind } }));
      if (other) {
        for (const name of group.filter((each) => each.startsWith(OURS))) {
          contenders.push({
            name: `${name}, other build`,
            of: name,
            params: { kind, variant: "other" },
          });
        }
      }
      const url = `${origin}/${kind}/${way}/${tokens}${PATHS[kind]}`;
      const wall = await compete(contenders, {
        module: "sections/streaming.mjs",
        warmups: 2,
        rounds: full ? 7 : 2,
        run: { url, answers: full ? 5 : 3 },
        measured: ({ ms }) => (ms * 1e6) / tokens,
      });
      check(wall);
      const cpu = Object.fromEntries(
        Object.entries(wall).map(([name, { results }]) => [name, withCpu(results, tokens)]),
      );
      const wire = `${kind === "ollama" ? "JSON lines" : "SSE"}, ${tokens} tokens, ${way === "burst" ? "64 KiB per HTTP chunk" : "one HTTP chunk per record"}`;
      const base = `${OURS}LLM stream()`;
      report.table({
        section: "Streaming",
        title: `${wire}: time`,
        unit: "ns per token",
        results: wall,
        base,
      });
      report.table({
        section: "Streaming",
        title: `${wire}: CPU time`,
        unit: "ns per token",
        results: cpu,
        base,
      });
      if (way === "burst") judge(report, kind, cpu);
    }
  }
}

function withCpu(results, tokens) {
  const rounds = results.map(({ cpuMs }) => (cpuMs * 1e6) / tokens);
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

/** By CPU time: it is what a token costs, and what else the machine does hardly changes it. */
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
