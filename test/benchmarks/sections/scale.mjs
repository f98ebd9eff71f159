/** A short answer and one of a million tokens (the short mode: 200 000): the cost of a token and what is held. */
import { compete, cpuClock, median, ratio } from "../harness.mjs";

const OURS = ["http-streaming-llm: LLM stream()", "http-streaming-llm: chat stream()"];
const MIB = 1024 * 1024;

/** The short answer is read several times in a run: one alone takes a few hundredths of a second. */
const SHORT_ANSWER = { tokens: 10_000, answers: 5 };

/** Called in the contender's process, which runs with `--expose-gc`. */
export async function open(name, { variant }) {
  const { models } = await import("../contenders/models.mjs");
  const read = await models[name]("openai", variant);
  return ({ url, answers, checkpoint }) =>
    checkpoint === undefined ? timeOf(read, url, answers) : heldBy(read, url, checkpoint);
}

async function timeOf(read, url, answers) {
  const times = [];
  for (let answer = 0; answer < answers; answer++) {
    let tokens = 0;
    const elapsed = cpuClock();
    await read(url, () => tokens++);
    times.push((elapsed() * 1e6) / tokens);
  }
  return { nsPerToken: median(times) };
}

/** How much larger the heap is at the last checkpoint than at the first. */
async function heldBy(read, url, checkpoint) {
  const heaps = [];
  let tokens = 0;
  let characters = 0;
  await read(url, (text) => {
    tokens++;
    characters += text.length;
    if (tokens % checkpoint !== 0) return;
    globalThis.gc();
    const { heapUsed, external } = process.memoryUsage();
    heaps.push(heapUsed + external);
  });
  return { heapGrowth: heaps.at(-1) - heaps[0], characters };
}

export async function measure({ full, other, report, origin }) {
  const { PATHS } = await import("../contenders/models.mjs");
  const url = (tokens) => `${origin}/openai/burst/${tokens}${PATHS.openai}`;
  const names = full ? OURS : OURS.slice(0, 1);
  const contenders = names.map((name) => ({ name, params: {} }));
  if (other) {
    for (const of of names) {
      contenders.push({ name: `${of}, other build`, of, params: { variant: "other" } });
    }
  }
  const length = full ? 1_000_000 : 200_000;
  await measureTime({ full, report, names, contenders, url, length });
  await measureHeap({ report, names, contenders, url, length });
}

const OPTIONS = { module: "sections/scale.mjs", execArgv: ["--expose-gc"], slowMs: Infinity };

/** Both lengths in one competition, so that they are compared round by round, and after the same warm-up. */
async function measureTime({ full, report, names, contenders, url, length }) {
  const few = { url: url(SHORT_ANSWER.tokens), answers: SHORT_ANSWER.answers };
  const many = { url: url(length), answers: 1 };
  const title = (name, tokens) => `${name}, ${tokens} tokens`;
  const both = contenders.flatMap(({ name, of = name, params }) => [
    { name: title(name, SHORT_ANSWER.tokens), of, params, run: few },
    { name: title(name, length), of, params, run: many },
  ]);
  const results = await compete(both, {
    ...OPTIONS,
    warmups: full ? 3 : 1,
    warm: few,
    rounds: full ? 5 : 2,
    measured: ({ nsPerToken }) => nsPerToken,
  });
  report.table({
    section: "Scale",
    title: "The length of an answer: CPU time",
    unit: "ns per token",
    results,
    base: title(OURS[0], SHORT_ANSWER.tokens),
  });
  for (const name of names) {
    report.target(
      `${name}: a token of ${length} against one of ${SHORT_ANSWER.tokens}`,
      ratio(results[title(name, length)], results[title(name, SHORT_ANSWER.tokens)]),
      { atMost: 1.3 },
      "times",
    );
  }
}

/** In processes of their own: collecting garbage at every checkpoint takes time. */
async function measureHeap({ report, names, contenders, url, length }) {
  const results = await compete(contenders, {
    ...OPTIONS,
    warmups: 0,
    rounds: 1,
    run: { url: url(length), checkpoint: length / 10 },
    measured: ({ heapGrowth }) => heapGrowth / MIB,
  });
  report.table({
    section: "Scale",
    title: `What the last nine tenths of ${length} tokens add to the heap`,
    unit: "MiB",
    results,
    base: OURS[0],
  });
  for (const name of names) {
    const textBytes = results[name].results[0].characters * 0.9;
    report.target(
      `${name}: heap growth in a long answer, for each byte of its text`,
      (results[name].median * MIB) / textBytes,
      { atMost: 6 },
      "bytes",
    );
  }
}
