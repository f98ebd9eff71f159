/** Many streams at a time, one record per network write: what a token costs a server that relays them. */
import { compete, cpuClock, ratio } from "../harness.mjs";

const OURS = "http-streaming-llm: ";
const LIMIT = "undici's dispatch and JSON.parse";
const CONTENDERS = [
  `${OURS}LLM stream()`,
  `${OURS}chat stream()`,
  "hand-written LLM, fetch",
  "hand-written LLM, undici",
  "hand-written chat model, fetch",
  "hand-written chat model, undici",
  "@langchain/openai: ChatOpenAI",
  LIMIT,
];

const BY_HAND = "hand-written chat model, undici";

/** Other wires, in the full mode: which part of the others' CPU time is allowed. Most of it is the network's. */
const WIRES = {
  calls: {
    title: "of a tool call's arguments",
    peers: { [BY_HAND]: 0.7, "@langchain/openai: ChatOpenAI": 0.5 },
  },
  messages: {
    title: "of messages",
    peers: { [BY_HAND]: 0.8, "@langchain/anthropic: ChatAnthropic": 0.8 },
  },
};

/** Called in the contender's process. */
export async function open(name, { kind = "openai", variant }) {
  const { models } = await import("../contenders/models.mjs");
  const read = await models[name](kind, variant);
  const readCrowd = async ({ url, readers }) => {
    let tokens = 0;
    let elapsed;
    let startTokens = 0;
    const readOne = async () => {
      let isFirst = true;
      await read(url, (text) => {
        if (text === "") return;
        tokens++;
        if (isFirst && ++startTokens === readers) {
          // Everybody has begun. What connecting cost is not counted.
          elapsed = cpuClock();
          tokens = 0;
        }
        isFirst = false;
      });
    };
    await Promise.all(Array.from({ length: readers }, readOne));
    return { usPerToken: (elapsed() * 1000) / tokens, tokens };
  };
  // The last of several counts: V8 drops compiled code in the half minute in which the others have their turns.
  return async ({ url, readers, crowds = 1 }) => {
    for (let crowd = 1; crowd < crowds; crowd++) await readCrowd({ url, readers });
    return readCrowd({ url, readers });
  };
}

/** What the short mode leaves out. */
const FULL_ONLY = [
  "hand-written LLM, fetch",
  "hand-written chat model, fetch",
  "hand-written chat model, undici",
  LIMIT,
];

/**
 * How many streams, tokens of each, and ms between them: slow enough for every contender to keep pace, for
 * a reader that falls behind gets several records per read. With much fewer tokens, what is measured is
 * how streams end, and with fewer warm-ups, how code is compiled, which a server has long behind it.
 */
const FULL = { readers: 500, tokens: 60, ms: 80, crowds: 2, rounds: 5, warmups: 2 };
const SHORT = { readers: 100, tokens: 60, ms: 16, rounds: 1 };
const OF_WIRES = { readers: 200, tokens: 60, ms: 40, crowds: 2, rounds: 3, warmups: 1 };

/** About as many records per second for each size. */
const SIZES = [
  { readers: 1, tokens: 2000, ms: 1 },
  { readers: 10, tokens: 1000, ms: 3 },
  { readers: 100, tokens: 300, ms: 15 },
  { readers: 1000, tokens: 60, ms: 150 },
];

async function crowd(
  contenders,
  { readers, tokens, ms, crowds, rounds, warmups },
  server,
  kind = "openai",
) {
  const { PATHS } = await import("../contenders/models.mjs");
  return compete(contenders, {
    module: "sections/crowd.mjs",
    rounds,
    warmups,
    run: {
      url: `${server}/${kind}/crowd/${readers}/${tokens}/${ms}${PATHS[kind]}`,
      readers,
      crowds,
    },
    measured: ({ usPerToken }) => usPerToken,
    slowMs: Infinity,
  });
}

export async function measure({ full, other, report, origin }) {
  const size = full ? FULL : SHORT;
  const names = full ? CONTENDERS : CONTENDERS.filter((name) => !FULL_ONLY.includes(name));
  const contenders = names.map((name) => ({ name, params: {} }));
  if (other) {
    for (const name of CONTENDERS.slice(0, 2)) {
      contenders.push({ name: `${name}, other build`, of: name, params: { variant: "other" } });
    }
  }
  const results = await crowd(contenders, size, origin);
  report.table({
    section: "Crowd",
    title: `${size.readers} streams, one record per write: CPU time`,
    unit: "us per token",
    results,
    base: CONTENDERS[0],
  });
  judge(report, size.readers, results);
  if (!full) return;
  await measureWires({ report, origin });
  await measureSizes({ report, origin });
}

async function measureWires({ report, origin }) {
  const ours = `${OURS}chat stream()`;
  for (const [kind, { title, peers }] of Object.entries(WIRES)) {
    const names = [ours, ...Object.keys(peers)];
    const contenders = names.map((name) => ({ name, params: { kind } }));
    const results = await crowd(contenders, OF_WIRES, origin, kind);
    const whole = `${OF_WIRES.readers} streams ${title}`;
    const told = { section: "Crowd", unit: "us per token", results, base: ours };
    report.table({ ...told, title: `${whole}, one record per write: CPU time` });
    for (const [peer, atMost] of Object.entries(peers)) {
      const share = ratio(results[ours], results[peer]);
      report.target(`${whole}: CPU per token against ${peer}`, share, { atMost }, "times");
    }
  }
}

function judge(report, readers, results) {
  for (const kind of ["LLM", "chat"]) {
    const target = (peer, atMost) => {
      report.target(
        `${readers} streams, ${kind}: CPU per token against ${peer}`,
        ratio(results[`${OURS}${kind} stream()`], results[peer]),
        { atMost },
        "times",
      );
    };
    for (const name of Object.keys(results)) {
      if (name.startsWith(`hand-written ${kind}`)) target(name, 0.6);
    }
    target("@langchain/openai: ChatOpenAI", 0.4);
  }
}

async function measureSizes({ report, origin }) {
  const names = [CONTENDERS[0], LIMIT];
  const contenders = names.map((name) => ({ name, params: {} }));
  const costs = {};
  for (const size of SIZES) {
    const results = await crowd(contenders, { ...size, rounds: 3 }, origin);
    for (const name of names) costs[`${size.readers} at a time: ${name}`] = results[name];
  }
  report.table({
    section: "Crowd",
    title: "By the number of streams: CPU time",
    unit: "us per token",
    results: costs,
    base: `100 at a time: ${CONTENDERS[0]}`,
  });
}
