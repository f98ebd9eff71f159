/** Decoding alone: bytes in memory to records. */
import { compete, cpuClock, ratio } from "../harness.mjs";
import { cut, randomNumbers, records } from "../wire.mjs";

const KIB64 = 64 * 1024;

/** Which bytes, in which reads. `user` is what a user would write. */
const WORKLOADS = {
  "SSE, 64 KiB reads": { family: "sse", kind: "openai", events: 4000, size: KIB64 },
  "SSE, one event per read": { family: "sse", kind: "openai", events: 2000 },
  "SSE, random 1 to 40-byte reads": { family: "sse", kind: "openai", events: 400, size: "random" },
  "SSE, one byte per read": { family: "sse", kind: "openai", events: 200, size: 1 },
  "SSE, Chinese and emoji, cut in characters": {
    family: "sse",
    kind: "wide",
    events: 2000,
    size: 997,
  },
  "SSE, four values differ, 64 KiB reads": {
    family: "sse",
    kind: "varied",
    events: 4000,
    size: KIB64,
    only: "json",
  },
  "JSON lines, 64 KiB reads": { family: "lines", kind: "lines", events: 4000, size: KIB64 },
  "JSON lines, one per read": { family: "lines", kind: "lines", events: 2000 },
};

const OURS = ["http-streaming-llm", "http-streaming-llm, predict: false", "other build"];
const USER = {
  sse: ["eventsource-parser 4 + TextDecoder", "eventsource-parser 3 + TextDecoder"],
  lines: ['readline, on("line")', "readline, for await"],
};
/** The ones that the short mode measures: the best and the most used. */
const QUICK = [
  ...OURS,
  "eventsource-parser 4 + StringDecoder",
  "eventsource-parser 3 + TextDecoder",
  "eventsource-parser 4 + TextDecoder",
  'split("\\n") + StringDecoder',
  'readline, on("line")',
];
const LONG = { "1 MiB": 1024 * 1024, "32 MiB": 32 * 1024 * 1024 };

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
  const take = {
    json: (record) => (characters += record.choices[0].delta.content.length),
    raw:
      family === "sse"
        ? (event) => (characters += event.data.length)
        : (line) => (characters += line.length),
  }[mode];
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

export async function measure({ full, other, report }) {
  const { lines, sse } = await import("../contenders/decoders.mjs");
  const families = { lines, sse };
  const module = "sections/decoding.mjs";
  const minMs = full ? 100 : 25;
  for (const [workload, { family, only }] of Object.entries(WORKLOADS)) {
    for (const mode of ["raw", "json"]) {
      if (only !== undefined && only !== mode) continue;
      if (!full && mode === "json" && !workload.includes("64 KiB")) continue;
      const names = Object.keys(families[family]).filter(
        (name) => families[family][name][mode] && (full || QUICK.includes(name)),
      );
      if (other) names.push("other build");
      const results = await compete(
        names.map((name) => ({ name, params: { workload, mode } })),
        {
          module,
          rounds: full ? 7 : 5,
          run: { minMs },
          warm: { minMs: (full ? 6 : 8) * minMs },
          measured: (result) => result.nsPerEvent,
        },
      );
      check(workload, results);
      judge(report, { workload, mode, family, only }, results);
    }
  }
  await measureLong({ full, other, report, module });
}

function check(workload, results) {
  const seen = new Set(Object.values(results).map(({ results: [{ characters }] }) => characters));
  if (seen.size !== 1) {
    throw new Error(`${workload}: the contenders disagree: ${JSON.stringify(results)}`);
  }
}

function judge(report, { workload, mode, family, only }, results) {
  const [ours] = OURS;
  const title = `${workload}${mode === "json" ? ", with JSON" : ""}`;
  report.table({ section: "Decoding", title, unit: "ns per event", results, base: ours });
  const peers = Object.keys(results).filter((name) => !OURS.includes(name));
  const fastest = (names) =>
    names.reduce((a, b) => (results[a].median <= results[b].median ? a : b));
  const peer = fastest(peers);
  const gain = (name) => ratio(results[name], results[ours]);
  if (mode === "raw") {
    report.target(`${title}: the best peer (${peer})`, gain(peer), { atLeast: 1 }, "times");
    const user = fastest(USER[family].filter((name) => name in results));
    report.target(`${title}: what a user writes (${user})`, gain(user), { atLeast: 2.5 }, "times");
  } else if (workload.includes("64 KiB") && only === undefined) {
    report.target(`${title}: the best peer (${peer})`, gain(peer), { atLeast: 3 }, "times");
  }
}

async function measureLong({ full, other, report, module }) {
  const names = full
    ? [OURS[0], "eventsource-parser 4 + StringDecoder", "openai", "@anthropic-ai/sdk"]
    : [OURS[0], "eventsource-parser 4 + StringDecoder"];
  if (other) names.push("other build");
  const times = {};
  for (const long of Object.keys(LONG)) {
    times[long] = await compete(
      names.map((name) => ({ name, params: { long, mode: "raw" } })),
      { module, rounds: full ? 5 : 3, slowMs: Infinity, measured: (result) => result.nsPerByte },
    );
    report.table({
      section: "Decoding",
      title: `One record of ${long} in reads of 1 KiB`,
      unit: "ns per byte",
      results: times[long],
      base: OURS[0],
    });
  }
  report.target(
    "A record of 32 MiB against one of 1 MiB, per byte",
    times["32 MiB"][OURS[0]].median / times["1 MiB"][OURS[0]].median,
    { atMost: 1.5 },
    "times",
  );
  const peaks = await compete(
    names.map((name) => ({ name, params: { long: "32 MiB", mode: "raw", peak: true } })),
    {
      module,
      warmups: 0,
      rounds: 1,
      measured: (result) => result.peakRatio,
      execArgv: ["--expose-gc"],
    },
  );
  report.table({
    section: "Decoding",
    title: "Peak memory for a record of 32 MiB",
    unit: "times the record",
    results: peaks,
    base: OURS[0],
  });
  report.target(
    "Peak memory for a record of 32 MiB",
    peaks[OURS[0]].median,
    { atMost: 3 },
    "times the record",
  );
}
