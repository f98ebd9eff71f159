/**
 * Decoding what providers send: bodies with the properties of theirs, or a folder of recorded ones (`--wires`).
 * Every repetition is another answer, with other ids, times, counts and texts: repeated to the letter, a body
 * would flatter whatever remembers.
 */
import { ownRecordings } from "../bodies.mjs";
import { compete, cpuClock, ratio } from "../harness.mjs";
import { readRecordings } from "../recording.mjs";
import { cut, randomNumbers } from "../wire.mjs";

const KIB64 = 64 * 1024;
/** How many events there are to decode before they come again. */
const EVENTS = 4000;
const OURS = "http-streaming-llm";
const PEERS = {
  sse: "eventsource-parser 4 + StringDecoder",
  lines: 'split("\\n") + StringDecoder',
};
const LARGE = "64 KiB reads";
const SINGLE = "one event per read";
const ALL = "all of them in turn";

/** How many times as fast as the peer to be: more where most of a record is the same in every one. */
const TARGETS = {
  "chat, padded": 3,
  "chat, tool calls": 1.5,
  "chat, reasoning and text": 2.5,
  "long records with counts": 1.5,
  responses: 1.5,
  [ALL]: 1.5,
};
const ANY_TARGET = 1.2;
/** Of a read that is one event, most is the same work for both. */
const SINGLE_TARGETS = { responses: 1 };
const ANY_SINGLE_TARGET = 1.1;

/** By name; the server-sent events also in turn, by one format, as a process reads them that uses many models. */
function wiresOf(folder) {
  const all = folder === undefined ? ownRecordings() : readRecordings(folder);
  const events = all.filter(({ framing }) => framing === "sse");
  const recordings = events.flatMap((wire) => wire.recordings);
  return events.length > 1 ? [...all, { name: ALL, framing: "sse", recordings }] : all;
}

/** Called in the contender's process. */
export async function open(name, { folder, wire, reads }) {
  const families = await import("../contenders/decoders.mjs");
  const { framing, recordings } = wiresOf(folder).find((one) => one.name === wire);
  const isOther = name === "other build";
  const decode = await families[framing][isOther ? OURS : name].json(isOther ? "other" : "ours");
  const bodies = answersOf(recordings).map((events) =>
    reads === LARGE
      ? cut(Buffer.from(events.join("")), KIB64)
      : events.map((one) => Buffer.from(one)),
  );
  let records = 0;
  const take = () => {
    records++;
  };
  return async ({ minMs }) => {
    const elapsed = cpuClock();
    let passes = 0;
    records = 0;
    do {
      for (const body of bodies) decode(body, take);
      passes++;
    } while (elapsed() < minMs);
    return { nsPerRecord: (elapsed() * 1e6) / records, records: records / passes };
  };
}

/** Answers of each recording in turn, each as its events. */
function answersOf(recordings) {
  const random = randomNumbers(7);
  const answers = [];
  for (let count = 0; count < EVENTS;) {
    for (const recording of recordings) {
      const events = eventsOf(recording.another(random));
      answers.push(events);
      count += events.length;
    }
  }
  return answers;
}

/** What ends with an empty line, or every line of a format that has none. */
function eventsOf(pieces) {
  return pieces
    .join("")
    .split(/(?<=\n\r?\n)|(?<=\}\n)(?=\{)/)
    .filter((event) => event !== "");
}

export async function measure({ full, other, report, wires: folder }) {
  for (const { name: wire, framing } of wiresOf(folder)) {
    for (const reads of full || folder !== undefined ? [LARGE, SINGLE] : [LARGE]) {
      const peer = PEERS[framing];
      const names = [OURS, peer, ...(other ? ["other build"] : [])];
      const results = await compete(
        names.map((name) => ({ name, params: { folder, wire, reads } })),
        {
          module: "sections/wires.mjs",
          rounds: full ? 31 : 7,
          run: { minMs: full ? 25 : 10 },
          warm: { minMs: full ? 600 : 200 },
          measured: ({ nsPerRecord }) => nsPerRecord,
        },
      );
      check(wire, results);
      const title = `${wire}, ${reads}`;
      report.table({ section: "Wires", title, unit: "ns per record", results, base: OURS });
      const atLeast = targetOf(wire, reads);
      report.target(
        `${title}, with JSON: the peer (${peer})`,
        ratio(results[peer], results[OURS]),
        { atLeast },
        "times",
      );
    }
  }
}

function targetOf(wire, reads) {
  return reads === LARGE
    ? (TARGETS[wire] ?? ANY_TARGET)
    : (SINGLE_TARGETS[wire] ?? ANY_SINGLE_TARGET);
}

function check(wire, results) {
  const seen = new Set(Object.values(results).map(({ results: [{ records }] }) => records));
  if (seen.size !== 1) throw new Error(`${wire}: the contenders disagree: ${[...seen].join(", ")}`);
}
