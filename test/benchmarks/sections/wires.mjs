/** Decoding bodies with the properties of providers' own, every repetition another answer; or any recorded ones. */
import { fileURLToPath } from "node:url";
import { compete, cpuClock, ratio } from "../harness.mjs";
import { readRecordings } from "../recording.mjs";
import { cut, randomNumbers } from "../wire.mjs";

const KIB64 = 64 * 1024;
const RECORDS = 4000;
const OURS = "http-streaming-llm";
const CONTENDERS = {
  sse: [OURS, "eventsource-parser 4 + StringDecoder"],
  lines: [OURS, 'split("\\n") + StringDecoder'],
};
const READS = ["64 KiB reads", "one event per read"];

/** Called in the contender's process. */
export async function open(name, { folder, wire, reads: kind }) {
  const families = await import("../contenders/decoders.mjs");
  const { framing, recordings } = readRecordings(folder).find((one) => one.name === wire);
  const isOther = name === "other build";
  const decode = await families[framing][isOther ? OURS : name].json(isOther ? "other" : "ours");
  const { answers, count } = answersOf(recordings);
  const bodies = answers.map((lines) =>
    kind === READS[0]
      ? cut(Buffer.from(lines.join("")), KIB64)
      : eventsOf(lines).map((event) => Buffer.from(event)),
  );
  let taken = 0;
  const take = (record) => {
    taken += typeof record === "object" ? 1 : 0;
  };
  return async ({ minMs }) => {
    const elapsed = cpuClock();
    let passes = 0;
    taken = 0;
    do {
      for (const reads of bodies) decode(reads, take);
      passes++;
    } while (elapsed() < minMs);
    if (taken !== passes * count) throw new Error(`${taken} records of ${passes * count}`);
    return { nsPerRecord: (elapsed() * 1e6) / (passes * count) };
  };
}

/** So many answers that there are enough records, each recording in turn. */
function answersOf(recordings) {
  const random = randomNumbers(7);
  const answers = [];
  let count = 0;
  while (count < RECORDS) {
    for (const recording of recordings) {
      answers.push(recording.another(random));
      count += recording.count;
    }
  }
  return { answers, count };
}

/** Lines up to an empty one, or every line of a format that has none. */
function eventsOf(lines) {
  return lines
    .join("")
    .split(/(?<=\n\r?\n)|(?<=\}\n)(?=\{)/)
    .filter((event) => event !== "");
}

export async function measure({ full, other, report, wires }) {
  const folder = wires ?? fileURLToPath(new URL("../bodies/", import.meta.url));
  for (const { name: wire, framing } of readRecordings(folder)) {
    if (process.env.WIRE && !new RegExp(process.env.WIRE).test(wire)) continue;
    for (const reads of READS) {
      const names = [...CONTENDERS[framing], ...(other ? ["other build"] : [])];
      const results = await compete(
        names.map((name) => ({ name, params: { folder, wire, reads } })),
        {
          module: "sections/wires.mjs",
          rounds: full ? 31 : 9,
          run: { minMs: full ? 25 : 15 },
          warm: { minMs: full ? 600 : 300 },
          measured: ({ nsPerRecord }) => nsPerRecord,
        },
      );
      const title = `${wire}, ${reads}`;
      report.table({ section: "Wires", title, unit: "ns per record", results, base: OURS });
      const gain = ratio(results[names[1]], results[OURS]);
      report.target(title, gain, { atLeast: 1.2 }, "times");
      console.error(
        title.padEnd(50),
        gain.toFixed(2),
        ...names.map((n) => Math.round(results[n].median)),
      );
    }
  }
}
