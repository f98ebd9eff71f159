/** Properties: the records do not depend on how the bytes were cut, and agree with a plain reading of the whole. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { autoFormat } from "../../../src/formats/auto-format.js";
import { delimited } from "../../../src/formats/delimited.js";
import type { StreamFormat } from "../../../src/formats/format.js";
import { jsonArray } from "../../../src/formats/json-array.js";
import { jsonLines } from "../../../src/formats/json-lines.js";
import { jsonSequence } from "../../../src/formats/json-sequence.js";
import { lines } from "../../../src/formats/lines.js";
import { sse } from "../../../src/formats/sse.js";
import { text } from "../../../src/formats/text.js";
import {
  bytesOf,
  cut,
  decodePieces,
  joined,
  oneByteEach,
  type Outcome,
} from "../../helpers/every-cut.js";
import { budget } from "../../helpers/properties.js";

const RUNS = budget(3);
const LIMITS = { maxRecordBytes: 150 };

/** Pieces of every wire format, so that random joins come close to real streams and to broken ones. */
const token = fc.constantFrom(
  ...[
    "data:",
    "data",
    "event: ",
    "id:",
    "retry: 1",
    ":",
    "[DONE]",
    " ",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
  ],
  ...['{"a":1}', "[", "]", "{", "}", '"', "\\", ",", "1", "-", "null", "\x1e", "\0", "<>", "<"],
  ...["ä", "€", "😀", "\uFEFF", "x".repeat(50), `"${"y".repeat(80)}"`],
);
const stream = fc.oneof(
  fc.array(token, { maxLength: 40 }).map((tokens) => bytesOf(tokens.join(""))),
  fc.uint8Array({ maxLength: 120 }),
  fc
    .array(fc.oneof(token.map(bytesOf), fc.uint8Array({ maxLength: 3 })), { maxLength: 30 })
    .map((parts) => Uint8Array.from(Buffer.concat(parts))),
);
const sizes = fc.array(fc.oneof(fc.nat(5), fc.nat(60)), { maxLength: 30 });

const FORMATS: [string, StreamFormat<unknown>, (outcome: Outcome) => unknown][] = [
  ["sse()", sse(), (outcome) => outcome],
  ["sse({ raw: true })", sse({ raw: true }), (outcome) => outcome],
  ["sse({ raw: true, strict: true })", sse({ raw: true, strict: true }), (outcome) => outcome],
  ["jsonLines()", jsonLines(), (outcome) => outcome],
  ["lines()", lines(), (outcome) => outcome],
  ["jsonSequence()", jsonSequence(), (outcome) => outcome],
  ["jsonArray()", jsonArray(), (outcome) => outcome],
  ["delimited()", delimited("<>"), (outcome) => outcome],
  ["text()", text(), joined],
];

describe("any partition of any bytes", () => {
  it.each(FORMATS)("gives the same records, errors and end: %s", (_, format, compare) => {
    fc.assert(
      fc.property(stream, sizes, (bytes, cuts) => {
        const expected = compare(decodePieces(format, [bytes], LIMITS));
        expect(compare(decodePieces(format, cut(bytes, cuts), LIMITS))).toEqual(expected);
        expect(compare(decodePieces(format, oneByteEach(bytes), LIMITS))).toEqual(expected);
      }),
      RUNS,
    );
  });

  it("gives the same records, errors and end: autoFormat()", () => {
    // Text comes in pieces as it arrives; every other format in records that must be equal.
    const isText = ({ records }: Outcome) => records.every((record) => typeof record === "string");
    const compare = (outcome: Outcome) => (isText(outcome) ? joined(outcome) : outcome);
    fc.assert(
      fc.property(stream, sizes, (bytes, cuts) => {
        const format = autoFormat();
        const expected = compare(decodePieces(format, [bytes], LIMITS));
        expect(compare(decodePieces(format, cut(bytes, cuts), LIMITS))).toEqual(expected);
        expect(compare(decodePieces(format, oneByteEach(bytes), LIMITS))).toEqual(expected);
      }),
      RUNS,
    );
  });
});

/** The WHATWG algorithm on the whole text, line by line, in its own words. */
function referenceEvents(input: Uint8Array): unknown[] {
  const body = new TextDecoder().decode(input);
  const events: unknown[] = [];
  let [data, type, id] = ["", "", ""];
  let retry: number | undefined;
  const whole = body.split(/\r\n|\r|\n/).slice(0, -1);
  for (const line of whole) {
    if (line === "") {
      if (data !== "")
        events.push({ event: type || "message", data: data.slice(0, -1), id, retry });
      [data, type] = ["", ""];
      continue;
    }
    const colon = line.indexOf(":");
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") data += `${value}\n`;
    else if (field === "event") type = value;
    else if (field === "id" && !value.includes("\0")) id = value;
    else if (field === "retry" && /^[0-9]+$/.test(value)) retry = Number(value);
  }
  return events;
}

describe("formats against a plain reading of the whole stream", () => {
  const limits = { maxRecordBytes: 1_000_000 };

  it("sse reads what the WHATWG algorithm reads", () => {
    const format = sse({ raw: true, strict: true, done: false });
    fc.assert(
      fc.property(stream, sizes, (bytes, cuts) => {
        const { records } = decodePieces(format, cut(bytes, cuts), limits);
        expect(records).toEqual(referenceEvents(bytes));
      }),
      budget(10),
    );
  });

  it("text reads what TextDecoder reads", () => {
    fc.assert(
      fc.property(stream, sizes, (bytes, cuts) => {
        const { records } = decodePieces(text(), cut(bytes, cuts), limits);
        expect(records.join("")).toBe(new TextDecoder().decode(bytes));
      }),
      budget(10),
    );
  });

  it("lines and delimited read what split reads", () => {
    fc.assert(
      fc.property(stream, sizes, (bytes, cuts) => {
        const body = new TextDecoder().decode(bytes);
        const pieces = cut(bytes, cuts);
        expect(decodePieces(lines(), pieces, limits).records).toEqual(
          body.split(/\r?\n/).filter((line) => line !== ""),
        );
        const between = body.split("<>");
        if (between.at(-1) === "") between.pop();
        expect(decodePieces(delimited("<>"), pieces, limits).records).toEqual(between);
      }),
      RUNS,
    );
  });

  it("JSON formats read back what was written", () => {
    const written = fc.array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 8 });
    const space = fc.constantFrom(undefined, 2);
    fc.assert(
      fc.property(written, space, sizes, (values, indent, cuts) => {
        // What JSON cannot hold (-0) is not there any more.
        const expected = JSON.parse(JSON.stringify(values)) as unknown[];
        const read = (format: StreamFormat<unknown>, wire: string) =>
          decodePieces(format, cut(bytesOf(wire), cuts), limits).records;
        const array = JSON.stringify(values, null, indent);
        expect(read(jsonArray(), array)).toEqual(expected);
        const each = values.map((value) => JSON.stringify(value, null, indent));
        const compact = values.map((value) => JSON.stringify(value));
        expect(read(jsonLines(), compact.join("\r\n"))).toEqual(expected);
        expect(read(jsonSequence(), each.map((one) => `\x1e${one}\n`).join(""))).toEqual(expected);
        const data = each.map((one) => `data: ${one.replaceAll("\n", "\ndata: ")}\n\n`);
        expect(read(sse(), data.join(""))).toEqual(expected);
      }),
      RUNS,
    );
  });
});
