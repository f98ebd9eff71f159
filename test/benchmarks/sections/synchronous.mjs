/** The synchronous path beside the asynchronous one: how late a token is, and how soon the first one comes. */
import { compete, difference, median } from "../harness.mjs";

const OURS = "http-streaming-llm: ";
const SYNC = `${OURS}LLM streamSync()`;
const ASYNC = `${OURS}LLM stream()`;

/** Called in the contender's process. */
export async function open(name) {
  const { models } = await import("../contenders/models.mjs");
  const read = await models[name]("openai");
  return async ({ url, count }) => {
    const latencies = [];
    for (let call = 0; call < count; call++) {
      const start = process.hrtime.bigint();
      let first;
      await read(url, (text) => {
        const now = process.hrtime.bigint();
        first ??= now - start;
        if (count === 1 && text !== "") latencies.push(Number(now - BigInt(text)) / 1e6);
      });
      if (count > 1) latencies.push(Number(first) / 1e6);
    }
    return { ms: median(latencies) };
  };
}

export async function measure({ full, report, origin }) {
  const { PATHS } = await import("../contenders/models.mjs");
  const contenders = [SYNC, ASYNC].map((name) => ({ name, params: {} }));
  const options = {
    module: "sections/synchronous.mjs",
    measured: ({ ms }) => ms,
    slowMs: Infinity,
  };
  const latency = await compete(contenders, {
    ...options,
    rounds: full ? 7 : 3,
    run: { url: `${origin}/openai/clock/${full ? "100/5" : "60/3"}${PATHS.openai}`, count: 1 },
  });
  const table = { section: "Synchronous", unit: "ms", base: ASYNC };
  report.table({
    ...table,
    title: "From the server's write to the reader, median",
    results: latency,
  });
  report.target(
    "streamSync(): latency of a token at the median",
    latency[SYNC].median,
    { atMost: 1 },
    "ms",
  );
  const first = await compete(contenders, {
    ...options,
    rounds: full ? 7 : 3,
    run: { url: `${origin}/openai/burst/10${PATHS.openai}`, count: 30 },
  });
  report.table({
    ...table,
    title: "From the call to the first token, warm, median",
    results: first,
  });
  report.target(
    "streamSync(): a warm first token, later than the asynchronous one by",
    difference(first[SYNC], first[ASYNC]),
    { atMost: 5 },
    "ms",
  );
}
