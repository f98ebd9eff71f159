/** Decoding alone: bytes in memory to records. */
import { SMITHY } from "../contenders/decoders.mjs";
import { compete, cpuClock, ratio } from "../harness.mjs";
import { cut, randomNumbers, records } from "../wire.mjs";

const KIB64 = 64 * 1024;

const TEXT_DECODER = "eventsource-parser 4 + TextDecoder";
const READLINE = 'readline, on("line")';

/** Which bytes, in which reads, and what a user would write to read them. */
const WORKLOADS = {
  "SSE, 64 KiB reads": {
    family: "sse",
    kind: "openai",
    events: 4000,
    size: KIB64,
    user: TEXT_DECODER,
  },
  "SSE, one event per read": { family: "sse", kind: "openai", events: 2000, user: TEXT_DECODER },
  "SSE, random 1 to 40-byte reads": {
    family: "sse",
    kind: "openai",
    events: 400,
    size: "random",
    user: TEXT_DECODER,
  },
  "SSE, one byte per read": {
    family: "sse",
    kind: "openai",
    events: 200,
    size: 1,
    user: TEXT_DECODER,
  },
  "SSE, Chinese and emoji, cut in characters": {
    family: "sse",
    kind: "wide",
    events: 2000,
    size: 997,
    user: "eventsource-parser 4 as a stream",
  },
  "SSE, four values differ, 64 KiB reads": {
    family: "sse",
    kind: "varied",
    events: 4000,
    size: KIB64,
    only: "json",
  },
  "JSON lines, 64 KiB reads": {
    family: "lines",
    kind: "lines",
    events: 4000,
    size: KIB64,
    user: READLINE,
  },
  "JSON lines, one per read": { family: "lines", kind: "lines", events: 2000, user: READLINE },
  "Event stream of SageMaker, 64 KiB reads": {
    family: "frames",
    kind: "parts",
    events: 4000,
    size: KIB64,
    only: "raw",
  },
  "Event stream of SageMaker, one message per read": {
    family: "frames",
    kind: "parts",
    events: 2000,
    only: "raw",
  },
  "Event stream of short messages, 64 KiB reads": {
    family: "frames",
    kind: "shortParts",
    events: 4000,
    size: KIB64,
    only: "raw",
  },
  "Event stream of messages of 16 KiB, 64 KiB reads": {
    family: "frames",
    kind: "longParts",
    events: 400,
    size: KIB64,
    only: "raw",
    // Both spend nearly all of it in the same checksum and in copies.
    timesTheSdk: 0.8,
  },
  "Lines in SageMaker's event stream, 64 KiB reads": {
    family: "linesInFrames",
    kind: "parts",
    events: 4000,
    size: KIB64,
    only: "json",
  },
  "Event stream of Bedrock, 64 KiB reads": {
    family: "frames",
    kind: "converse",
    events: 4000,
    size: KIB64,
    only: "json",
  },
  "Event stream of Bedrock, one message per read": {
    family: "frames",
    kind: "converse",
    events: 2000,
    only: "json",
  },
};

const OURS = ["http-streaming-llm", "http-streaming-llm, predict: false", "other build"];
/** The ones that the short mode measures, with what a user would write: the best in most workloads. */
const QUICK = [
  ...OURS,
  "eventsource-parser 4 + StringDecoder",
  TEXT_DECODER,
  'split("\\n") + StringDecoder',
  READLINE,
];
/** Where the best peer is none of these, so that only the full mode can judge. */
const NOT_QUICK = ["SSE, one byte per read", "SSE, Chinese and emoji, cut in characters"];
const LONG = { "1 MiB": 1024 * 1024, "32 MiB": 32 * 1024 * 1024 };

/** What is taken of a record, so that nobody need only pretend to read it. */
const completion = (record) => record.choices[0].delta.content.length;
const LENGTHS = {
  raw: {
    sse: (event) => event.data.length,
    lines: (line) => line.length,
    frames: (payload) => payload.length,
  },
  json: {
    sse: completion,
    lines: completion,
    linesInFrames: completion,
    frames: (record) => record.delta.text.length,
  },
};

/** Called in the contender's process. */
export async function open(name, { workload, mode, long, peak }) {
  const families = await import("../contenders/decoders.mjs");
  const { family } = long === undefined ? WORKLOADS[workload] : { family: "sse" };
  const decode = await families[family][name === "other build" ? OURS[0] : name][mode](
    name === "other build" ? "other" : "ours",
  );
  if (long !== undefined) return openLong(decode, LONG[long], peak);
  const { kind, events, size } = WORKLOADS[workload];
  const reads = readsOf(kind, events, size);
  let characters = 0;
  const lengthOf = LENGTHS[mode][family];
  const take = (record) => (characters += lengthOf(record));
  return async ({ minMs }) => {
    const elapsed = cpuClock();
    let passes = 0;
    characters = 0;
    do {
      const pending = decode(reads, take);
      if (pending !== undefined) await pending;
      passes++;
    } while (elapsed() < minMs);
    return { nsPerEvent: (elapsed() * 1e6) / (passes * events), characters: characters / passes };
  };
}

function readsOf(kind, events, size) {
  const all = records(kind, events);
  if (size === undefined) return all;
  const random = randomNumbers(7);
  const bytes = Buffer.concat(all);
  return cut(bytes, size === "random" ? () => 1 + Math.floor(random() * 40) : size);
}

/** One record in reads of 1 KiB, which are the same memory every time, as undici's are not. */
function openLong(decode, length, peak) {
  const read = Buffer.alloc(1024, "a");
  function* reads() {
    yield Buffer.from("data: ");
    for (let left = length; left > 0; left -= read.length) yield read;
    yield Buffer.from("\n\n");
  }
  return async () => {
    let received = 0;
    globalThis.gc?.();
    const before = process.resourceUsage().maxRSS;
    const times = peak ? 1 : Math.max(1, (32 * 1024 * 1024) / length);
    const elapsed = cpuClock();
    for (let time = 0; time < times; time++) {
      await decode(reads(), (event) => (received += event.data.length));
    }
    const ms = elapsed();
    if (received !== length * times) throw new Error(`received ${received} of ${length}`);
    const peakBytes = (process.resourceUsage().maxRSS - before) * 1024;
    return { nsPerByte: (ms * 1e6) / (length * times), peakRatio: peakBytes / length };
  };
}

const MODULE = "sections/decoding.mjs";
/** Many short rounds: what else a machine does comes and goes in seconds, and should hit all contenders of a round. */
const FULL = { rounds: 31, run: { minMs: 25 }, warm: { minMs: 600 } };
const SHORT = { rounds: 7, run: { minMs: 10 }, warm: { minMs: 120 } };

export async function measure({ full, other, report }) {
  const families = await import("../contenders/decoders.mjs");
  for (const [workload, { family, only, user }] of Object.entries(WORKLOADS)) {
    for (const mode of ["raw", "json"]) {
      if (only !== undefined && only !== mode) continue;
      if (!full && mode === "json" && !isEventStream(workload) && !isJudged(workload, mode))
        continue;
      const names = Object.keys(families[family]).filter(
        (name) =>
          families[family][name][mode] &&
          (full || QUICK.includes(name) || name === user || isEventStream(workload)),
      );
      // A build to compare with may be older than this format.
      if (other && !isEventStream(workload)) names.push("other build");
      const results = await compete(
        names.map((name) => ({ name, params: { workload, mode } })),
        { module: MODULE, ...(full ? FULL : SHORT), measured: ({ nsPerEvent }) => nsPerEvent },
      );
      check(workload, results);
      judge(report, { workload, mode, full }, results);
    }
  }
  await measureLong({ full, other, report });
}

function check(workload, results) {
  const seen = new Set(Object.values(results).map(({ results: [{ characters }] }) => characters));
  if (seen.size !== 1) {
    throw new Error(`${workload}: the contenders disagree: ${JSON.stringify(results)}`);
  }
}

/** Decoding alone is judged everywhere, with JSON where reads are large. */
function isJudged(workload, mode) {
  return mode === "raw" || (workload.includes("64 KiB") && WORKLOADS[workload].only === undefined);
}

/** Few contenders, and all of them quick. */
function isEventStream(workload) {
  return ["frames", "linesInFrames"].includes(WORKLOADS[workload].family);
}

function judge(report, { workload, mode, full }, results) {
  const [ours] = OURS;
  const { user, timesTheSdk = 3 } = WORKLOADS[workload];
  const title = `${workload}${mode === "json" ? ", with JSON" : ""}`;
  report.table({ section: "Decoding", title, unit: "ns per event", results, base: ours });
  const peer = Object.keys(results)
    .filter((name) => !OURS.includes(name))
    .reduce((a, b) => (results[a].median <= results[b].median ? a : b));
  const target = (who, name, atLeast) => {
    const gain = ratio(results[name], results[ours]);
    report.target(`${title}: ${who} (${name})`, gain, { atLeast }, "times");
  };
  if (isEventStream(workload)) {
    target("the SDK's", SMITHY, timesTheSdk);
  } else if (mode === "raw") {
    if (full || !NOT_QUICK.includes(workload)) target("the best peer", peer, 1);
    target("what a user writes", user, 2.5);
  } else if (isJudged(workload, mode)) {
    target("the best peer", peer, 3);
  }
}

/** Both lengths in one competition, so that they are compared round by round. */
async function measureLong({ full, other, report }) {
  const names = [OURS[0], "eventsource-parser 4 + StringDecoder"];
  if (full) names.push("openai", "@anthropic-ai/sdk");
  if (other) names.push("other build");
  const contenders = Object.keys(LONG).flatMap((long) =>
    names.map((name) => ({ name: `${long}: ${name}`, of: name, params: { long, mode: "raw" } })),
  );
  const results = await compete(contenders, {
    module: MODULE,
    rounds: full ? 11 : 3,
    slowMs: Infinity,
    measured: ({ nsPerByte }) => nsPerByte,
  });
  report.table({
    section: "Decoding",
    title: "One long record in reads of 1 KiB",
    unit: "ns per byte",
    results,
    base: `1 MiB: ${OURS[0]}`,
  });
  report.target(
    "A record of 32 MiB against one of 1 MiB, per byte",
    ratio(results[`32 MiB: ${OURS[0]}`], results[`1 MiB: ${OURS[0]}`]),
    { atMost: 1.5 },
    "times",
  );
  await measurePeak({ names, report });
}

async function measurePeak({ names, report }) {
  const title = "Peak memory for a record of 32 MiB";
  const unit = "times the record";
  const results = await compete(
    names.map((name) => ({ name, params: { long: "32 MiB", mode: "raw", peak: true } })),
    {
      module: MODULE,
      warmups: 0,
      rounds: 1,
      measured: ({ peakRatio }) => peakRatio,
      execArgv: ["--expose-gc"],
    },
  );
  report.table({ section: "Decoding", title, unit, results, base: OURS[0] });
  report.target(title, results[OURS[0]].median, { atMost: 3 }, unit);
}
