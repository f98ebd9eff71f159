/** A short answer and one of a million tokens (the short mode: 200 000): the cost of a token and what is held. */
import { compete, cpuClock } from "../harness.mjs";

const OURS = ["http-streaming-llm: LLM stream()", "http-streaming-llm: chat stream()"];
const MIB = 1024 * 1024;

/** Called in the contender's process, which runs with `--expose-gc`. */
export async function open(name, { variant }) {
  const { models } = await import("../contenders/models.mjs");
  const read = await models[name]("openai", variant);
  return async ({ url, checkpoint, holds }) => {
    let tokens = 0;
    let characters = 0;
    let heapGrowth = 0;
    let heapAtFirst;
    const elapsed = cpuClock();
    await read(url, (text) => {
      tokens++;
      characters += text.length;
      if (!holds || tokens % checkpoint !== 0) return;
      globalThis.gc();
      const { heapUsed, external } = process.memoryUsage();
      heapAtFirst ??= heapUsed + external;
      heapGrowth = heapUsed + external - heapAtFirst;
    });
    return { nsPerToken: (elapsed() * 1e6) / tokens, heapGrowth, characters, tokens };
  };
}

export async function measure({ full, other, report, origin }) {
  const { PATHS } = await import("../contenders/models.mjs");
  const contenders = OURS.map((name) => ({ name, params: {} }));
  if (other) {
    contenders.push(
      ...OURS.map((name) => ({
        name: `${name}, other build`,
        of: name,
        params: { variant: "other" },
      })),
    );
  }
  const url = (tokens) => `${origin}/openai/burst/${tokens}${PATHS.openai}`;
  const options = { module: "sections/scale.mjs", execArgv: ["--expose-gc"], slowMs: Infinity };
  const few = await compete(contenders, {
    ...options,
    warmups: 6,
    rounds: full ? 15 : 7,
    run: { url: url(10_000) },
    measured: ({ nsPerToken }) => nsPerToken,
  });
  const length = full ? 1_000_000 : 200_000;
  const many = await compete(contenders, {
    ...options,
    warmups: 0,
    rounds: full ? 3 : 1,
    run: { url: url(length) },
    measured: ({ nsPerToken }) => nsPerToken,
  });
  // In a run of its own: collecting garbage at every checkpoint takes time.
  const held = await compete(contenders, {
    ...options,
    warmups: 0,
    rounds: 1,
    run: { url: url(length), checkpoint: length / 10, holds: true },
    measured: ({ heapGrowth }) => heapGrowth / MIB,
  });
  const results = {};
  for (const { name } of contenders) {
    results[`${name}, 10 000 tokens`] = few[name];
    results[`${name}, ${length} tokens`] = many[name];
  }
  report.table({
    section: "Scale",
    title: "The length of an answer: CPU time",
    unit: "ns per token",
    results,
    base: `${OURS[0]}, 10 000 tokens`,
  });
  report.table({
    section: "Scale",
    title: `What the last nine tenths of ${length} tokens add to the heap`,
    unit: "MiB",
    results: held,
    base: OURS[0],
  });
  for (const name of OURS) {
    report.target(
      `${name}: a token of ${length} against one of 10 000`,
      many[name].median / few[name].median,
      { atMost: 1.3 },
      "times",
    );
    const textBytes = held[name].results[0].characters * 0.9;
    report.target(
      `${name}: heap growth in a long answer, for each byte of its text`,
      (held[name].median * MIB) / textBytes,
      { atMost: 6 },
      "bytes",
    );
  }
}
