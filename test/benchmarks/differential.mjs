/**
 * Compares the JSON formats with `JSON.parse` on what providers send:
 *
 *   node test/benchmarks/differential.mjs [--wires <folder of bodies>] [--records <5 million>] [--seed <1>]
 *
 * It reads the built package. Each stream is another answer: first as it is, in reads of any size, then with some
 * of its records damaged, so that they are JSON still, and then record by record, with more of them damaged:
 * characters dropped, doubled, replaced or moved, white space added, values exchanged for awkward ones.
 */
import { isDeepStrictEqual, parseArgs } from "node:util";
import { ownRecordings } from "./bodies.mjs";
import { loadPackage } from "./package-under-test.mjs";
import { readRecordings } from "./recording.mjs";
import { cut, randomNumbers } from "./wire.mjs";

const { values: options } = parseArgs({
  options: {
    wires: { type: "string" },
    records: { type: "string", default: "5000000" },
    seed: { type: "string", default: "1" },
  },
});
const LIMITS = { maxRecordBytes: 64 * 1024 * 1024 };

const JUNK = [
  '"',
  "\\",
  "0",
  "-",
  "e",
  ".",
  ",",
  "}",
  "]",
  "{",
  "[",
  ":",
  " ",
  "\t",
  "\u0001",
  "é",
  "😀",
];
const STRINGS = [
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"\\n\\"\\\\"',
  '"__proto__"',
  '"\\u00e9"',
  '"a very long string of some characters"',
];
const NUMBERS = [
  "0",
  "-0",
  "1e5",
  "1E-7",
  "0.1",
  "123456789012345678",
  "-1.5e+300",
  "01",
  "1.",
  "1e999",
];
const LITERALS = ["null", "true", "false", "{}", "[]", '{"__proto__":1}', '{"a":1,"a":2}'];

const random = randomNumbers(Number(options.seed));
const below = (count) => Math.floor(random() * count);
const pick = (list) => list[below(list.length)];

const MUTATIONS = [
  (text, at) => text.slice(0, at) + text.slice(at + 1),
  (text, at) => text.slice(0, at) + text[at] + text.slice(at),
  (text, at) => text.slice(0, at) + pick(JUNK) + text.slice(at),
  (text, at) => text.slice(0, at) + pick(JUNK) + text.slice(at + 1),
  (text, at) => text.slice(0, at),
  (text) =>
    text.replaceAll(/(?<=[,:{[])(?=["\d])/g, () => (random() < 0.2 ? pick([" ", "  ", "\t"]) : "")),
  (text) => text.replace(/(?=[}\]]$)/, " ".repeat(below(20))),
  (text) => exchange(text, /"(?:[^"\\]|\\.)*"(?!\s*:)/g, STRINGS),
  (text) => exchange(text, /(?<=[:,[]\s*)-?\d[\d.eE+-]*/g, NUMBERS),
  (text) => exchange(text, /(?<=[:,[]\s*)(?:null|true|false)/g, LITERALS),
  (text) => exchange(text, /"[^"\\]*"(?=\s*:)/g, ['"__proto__"', '"id"', '"0"', '"\\u0061"']),
];

/** A text with one of what fits exchanged. */
function exchange(text, pattern, others) {
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return text;
  const { 0: old, index } = pick(found);
  return text.slice(0, index) + pick(others) + text.slice(index + old.length);
}

function outcome(parse) {
  try {
    return { value: parse() };
  } catch {
    return undefined;
  }
}

/** The only record of a line, or that there is none. */
function decode(decoder, line) {
  return outcome(() => [...decoder.decode(Buffer.from(line + "\n"))][0]);
}

/** Where a line's record begins; -1 for a line that has none. */
function recordStart(line) {
  const start = line.search(/[[{]/);
  return start === 0 || line.startsWith("data:") ? start : -1;
}

const { jsonLines, sse } = await loadPackage();
const SIZES = [64 * 1024, 4000, 300, 40];
let compared = 0;
let invalid = 0;
let differing = 0;

/** A whole answer, in reads of some size. */
function compareAnswer({ name, bodyFormat }, lines) {
  const expected = lines
    .filter((line) => recordStart(line) !== -1)
    .map((line) => JSON.parse(line.slice(recordStart(line))));
  const size = pick(SIZES);
  const decoder = bodyFormat.createDecoder(LIMITS);
  const reads = cut(Buffer.from(lines.join("")), () => 1 + below(2 * size));
  const actual = [...reads.flatMap((bytes) => [...decoder.decode(bytes)]), ...decoder.flush()];
  compared += expected.length;
  if (isSame(actual, expected)) return;
  differing++;
  console.log(`${name}: an answer in reads of some ${size} bytes differs`);
}

/** The same answer, in which some of the records are damaged, but are JSON still. */
function damaged(lines) {
  return lines.map((line) => {
    const start = recordStart(line);
    if (start === -1 || random() < 0.8) return line;
    const record = pick(MUTATIONS)(line.slice(start).trimEnd(), below(line.length - start));
    const text = Buffer.from(record).toString();
    const isRecord = /^[[{]/.test(text) && outcome(() => JSON.parse(text)) !== undefined;
    return isRecord && !/[\n\r]/.test(text) ? line.slice(0, start) + text + "\n" : line;
  });
}

/** An answer's records, some of them damaged. */
function compareRecords({ name, format }, lines) {
  const mutation = random() < 0.7 ? 0.05 : 0.5;
  let decoder = format.createDecoder(LIMITS);
  for (const line of lines) {
    const start = recordStart(line);
    if (start === -1) continue;
    let record = line.slice(start).trimEnd();
    while (random() < mutation) record = pick(MUTATIONS)(record, below(record.length));
    // Bytes have no half of a surrogate pair.
    record = Buffer.from(record).toString();
    if (record.trim() === "") continue;
    compared++;
    const expected = outcome(() => JSON.parse(record));
    const actual = decode(decoder, record);
    if (expected === undefined) {
      invalid++;
      decoder = format.createDecoder(LIMITS);
    }
    if (isSame(actual, expected)) continue;
    differing++;
    console.log(`${name}: ${record}\n  gave ${JSON.stringify(actual)}`);
  }
}

/** The same values with the same keys in the same order, -0 and own `__proto__` included. */
function isSame(actual, expected) {
  return isDeepStrictEqual(actual, expected) && JSON.stringify(actual) === JSON.stringify(expected);
}

const all = options.wires === undefined ? ownRecordings() : readRecordings(options.wires);
const wires = all.map(({ name, framing, recordings }) => ({
  name,
  recordings,
  format: jsonLines(),
  bodyFormat: framing === "sse" ? sse() : jsonLines(),
}));
const start = performance.now();
while (compared < Number(options.records)) {
  for (const wire of wires) {
    const lines = pick(wire.recordings)
      .another(random)
      .flatMap((piece) => piece.split(/(?<=\n)/));
    compareAnswer(wire, lines);
    compareAnswer(wire, damaged(lines));
    compareRecords(wire, lines);
  }
}
const seconds = Math.round((performance.now() - start) / 1000);
console.log(
  `${compared} records, ${invalid} of them no JSON, ${differing} differences, ${seconds} s`,
);
process.exitCode = differing === 0 ? 0 : 1;
