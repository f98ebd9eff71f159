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

/** Called in the contender's process. */
export async function open(name, { variant }) {
  const { models } = await import("../contenders/models.mjs");
  const read = await models[name]("openai", variant);
  return async ({ url, readers }) => {
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
}

export async function measure({ full, other, report, origin }) {
  const { PATHS } = await import("../contenders/models.mjs");
  const contenders = CONTENDERS.map((name) => ({ name, params: {} }));
  if (other) {
    for (const name of CONTENDERS.slice(0, 2)) {
      contenders.push({ name: `${name}, other build`, of: name, params: { variant: "other" } });
    }
  }
  // Slow enough for every contender to keep pace: a reader that falls behind gets several records per read.
  const [tokens, ms] = full ? [60, 80] : [16, 50];
  const crowd = async (readers, among, rounds) =>
    compete(among, {
      module: "sections/crowd.mjs",
      rounds,
      run: { url: `${origin}/openai/crowd/${readers}/${tokens}/${ms}${PATHS.openai}`, readers },
      measured: ({ usPerToken }) => usPerToken,
      slowMs: Infinity,
    });
  const measured = full
    ? contenders
    : contenders.filter(
        ({ name }) => !name.endsWith("fetch") && !name.startsWith("hand-written chat"),
      );
  const results = await crowd(500, measured, full ? 3 : 1);
  const base = CONTENDERS[0];
  report.table({
    section: "Crowd",
    title: "500 streams, one record per write: CPU time",
    unit: "us per token",
    results,
    base,
  });
  for (const kind of ["LLM", "chat"]) {
    const ours = results[`${OURS}${kind} stream()`];
    const peers = Object.keys(results).filter((name) => name.startsWith(`hand-written ${kind}`));
    for (const peer of peers) {
      report.target(
        `500 streams, ${kind}: CPU per token against ${peer}`,
        ratio(ours, results[peer]),
        { atMost: 0.6 },
        "times",
      );
    }
    const openai = results["@langchain/openai: ChatOpenAI"];
    report.target(
      `500 streams, ${kind}: CPU per token against @langchain/openai`,
      ratio(ours, openai),
      { atMost: 0.4 },
      "times",
    );
  }
  if (!full) return;
  await measureSizes({ report, origin, path: PATHS.openai });
}

/** How many streams, tokens of each, and ms between them: about as many records per second for each size. */
const SIZES = [
  [1, 2000, 1],
  [10, 1000, 3],
  [100, 300, 15],
  [1000, 60, 150],
];

async function measureSizes({ report, origin, path }) {
  const names = [CONTENDERS[0], LIMIT];
  const costs = {};
  for (const [readers, tokens, ms] of SIZES) {
    const results = await compete(
      names.map((name) => ({ name, params: {} })),
      {
        module: "sections/crowd.mjs",
        rounds: 3,
        run: { url: `${origin}/openai/crowd/${readers}/${tokens}/${ms}${path}`, readers },
        measured: ({ usPerToken }) => usPerToken,
        slowMs: Infinity,
      },
    );
    for (const name of names) costs[`${readers} at a time: ${name}`] = results[name];
  }
  report.table({
    section: "Crowd",
    title: "By the number of streams: CPU time",
    unit: "us per token",
    results: costs,
    base: `100 at a time: ${CONTENDERS[0]}`,
  });
}
