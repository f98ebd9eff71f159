import { describe, expect, it } from "vitest";
import { ChunkParseError, RecordTooLargeError } from "../../../src/errors.js";
import { EndMark } from "../../../src/formats/end-mark.js";
import { EventNames } from "../../../src/formats/fast/event-names.js";
import { JsonSseDecoder, RawSseDecoder } from "../../../src/formats/sse-decoder.js";
import { sse, type SseOptions } from "../../../src/formats/sse.js";
import { bytesOf, decodePieces } from "../../helpers/every-cut.js";

const rules = (changes: { endMark?: EndMark; strict?: boolean } = {}) => ({
  endMark: EndMark.of("[DONE]"),
  strict: false,
  eventNames: new EventNames(),
  ...changes,
});
const LIMITS = { maxRecordBytes: 64 };

const json = (changes = {}) => new JsonSseDecoder(LIMITS, rules(changes), undefined);
const raw = (changes = {}) => new RawSseDecoder(LIMITS, rules(changes));

describe("JsonSseDecoder", () => {
  it("gives the parsed data, and the envelope of an event that has a name or an id", () => {
    const decoder = json();
    const bytes = bytesOf('data: {"a":1}\n\nevent: ping\nid: 7\ndata: 2\n\ndata: 3\n\n');
    expect([...decoder.decode(bytes)]).toEqual([{ a: 1 }, 2, 3]);
    expect(decoder.envelopes?.[0]).toBeUndefined();
    expect(decoder.envelopes?.[1]).toEqual({ event: "ping", lastEventId: "7" });
    // An id stays until another comes, a name does not.
    expect(decoder.envelopes?.[2]).toEqual({ event: undefined, lastEventId: "7" });
  });

  it("ends at the end marker, also in quotes or blanks", () => {
    for (const mark of ["[DONE]", ' "[DONE]" ', "[DONE]  ", '"[DONE] "', '" [DONE]"']) {
      const decoder = json();
      expect([...decoder.decode(bytesOf(`data: 1\n\ndata:${mark}\n\ndata: 2\n\n`))]).toEqual([1]);
      expect(decoder.ended).toBe(true);
    }
  });

  it("knows no end marker where it is told of none", () => {
    expect(() => [
      ...json({ endMark: EndMark.of(false) }).decode(bytesOf("data: [DONE]\n\n")),
    ]).toThrow(ChunkParseError);
  });

  it("takes what two events without a blank line between them say", () => {
    expect([...json().decode(bytesOf('data: {"a":1}\ndata: {"b":2}\n\n'))]).toEqual([
      { a: 1 },
      { b: 2 },
    ]);
  });

  it("gives what an error's event says, be it JSON or not", () => {
    expect([...json().decode(bytesOf("event: error\ndata: no capacity\n\n"))]).toEqual([
      "no capacity",
    ]);
    expect([...json().decode(bytesOf('event: error\ndata: {"code":1}\n\n'))]).toEqual([
      { code: 1 },
    ]);
  });

  it("refuses a value or a page that stands among the fields", () => {
    expect(() => [...json().decode(bytesOf('{"error":"x"}\n'))]).toThrow(ChunkParseError);
    const page = json();
    expect([...page.decode(bytesOf("<html>\n"))]).toEqual([]);
    expect(() => [...page.flush()]).toThrow(/HTML/);
  });

  it("bounds the data of one event, over several lines too", () => {
    const long = "x".repeat(40);
    expect(() => [...json().decode(bytesOf(`data: "${long}${long}"\n\n`))]).toThrow(
      RecordTooLargeError,
    );
    expect(() => [...json().decode(bytesOf(`data: "${long}\ndata: ${long}"\n\n`))]).toThrow(
      RecordTooLargeError,
    );
  });

  it("bounds bare lines, and the comments on an error, by their bytes", () => {
    const read = (text: string) => () => json().decode(bytesOf(text));
    expect(read(`{\n${"é".repeat(30)}\n`)).not.toThrow();
    expect(read(`{\n${"é".repeat(20)}\n${"é".repeat(20)}\n`)).toThrow(RecordTooLargeError);
    const comment = `: ${"é".repeat(20)}\n`;
    expect(read(`event: error\n${comment}`)).not.toThrow();
    expect(read(`event: error\n${comment}${comment}`)).toThrow(RecordTooLargeError);
  });
});

/** Records that are read from their bytes, once eight of them were seen. */
const known = (n: number): string => `{"id":"the same for a while","delta":{"text":"t${n}"}}`;
const learnt = Array.from({ length: 8 }, (_, n) => `event: delta\ndata: ${known(n)}\n\n`).join("");

/** Decodes with a format that knows such records, at every cut, and compares with one that does not predict. */
function expectSame(
  body: string,
  options: SseOptions & { raw?: false } = {},
  limits = LIMITS,
): void {
  const predicting = sse(options);
  decodePieces(predicting, [bytesOf(learnt)], LONG_LIMITS);
  const bytes = bytesOf(body);
  const expected = decodePieces(sse({ ...options, predict: false }), [bytes], limits);
  expect(decodePieces(predicting, [bytes], limits)).toEqual(expected);
  for (let at = 0; at <= bytes.length; at++) {
    const pieces = [bytes.slice(0, at), bytes.slice(at)];
    expect(decodePieces(predicting, pieces, limits)).toEqual(expected);
  }
}
const LONG_LIMITS = { maxRecordBytes: 1024 };

describe("JsonSseDecoder, of records that it knows", () => {
  it.each([
    `data: ${known(1)}\n\ndata: ${known(2)}\n\n`,
    `data: ${known(1)}\r\n\r\ndata:${known(2)}\r\n\n`,
    `data: ${known(1)}\r\rdata: ${known(2)}  \n\n`,
    `event: delta\ndata: ${known(1)}\nid: 7\n\ndata: ${known(2)}\n\n`,
    `data: ${known(1)}\ndata: \n\ndata: ${known(2)}\n\n`,
    `data: ${known(1)}\ndata: ${known(2)}\n\n`,
    `data: {"id":"the same for a while",\ndata: "delta":{"text":"x"}}\n\n`,
    `event: error\ndata: ${known(1)}\n\nevent: delta\ndata: ${known(2)}\n\n`,
    `event: other\n\nevent: delta\ndata: ${known(1)}\n\nevent: delta\ndata: ${known(2)}`,
    `data: ${known(1)}\n\ndata: [DONE]\n\ndata: ${known(2)}\n\n`,
    `data: ${known(1)}\n\ndata: ${known(2)}junk\n\n`,
    `data: ${known(1)}\n\n{"error":"bare"}\n\n`,
    `: a comment\ndata: ${known(1)}\n\n: another\n\ndata: ${known(2).replace("t2", "é🐇")}\n\n`,
  ])("gives what one gives that does not predict: %j", (body) => {
    expectSame(body, {}, LONG_LIMITS);
    expectSame(body, { strict: true }, LONG_LIMITS);
  });

  it("knows a mark that looks like a record, and one that is a name", () => {
    expectSame(`data: ${known(1)}\n\ndata: ${known(2)}\n\n`, { done: known(1) }, LONG_LIMITS);
    expectSame(`event: delta\ndata: ${known(1)}\n\n`, { done: { event: "delta" } }, LONG_LIMITS);
  });

  it("refuses one that is too large", () => {
    expectSame(`data: ${known(1)}\n\n`, {}, { maxRecordBytes: known(1).length });
    expectSame(`data: ${known(1)}\n\n`, {}, { maxRecordBytes: known(1).length - 1 });
  });

  it("gives many in one read, with the names of their events", () => {
    const format = sse();
    const body = bytesOf(learnt.repeat(40));
    for (let times = 0; times < 2; times++) {
      const decoder = format.createDecoder(LONG_LIMITS);
      expect([...decoder.decode(body)]).toEqual(
        Array.from({ length: 320 }, (_, n): unknown => JSON.parse(known(n % 8))),
      );
      expect(decoder.envelopes?.[319]).toEqual({ event: "delta", lastEventId: "" });
    }
  });

  it("looks once for the line feeds of a long read that has none", () => {
    const text = "data: 1\r\r".repeat(200_000);
    expect([...sse().createDecoder(LONG_LIMITS).decode(bytesOf(text))]).toHaveLength(200_000);
  });
});

describe("RawSseDecoder", () => {
  it("gives events as they stand, with what stays of earlier ones", () => {
    const bytes = bytesOf("id: 1\nretry: 20\nevent: x\ndata: a\ndata:\ndata: b\n\ndata\n\n");
    expect([...raw().decode(bytes)]).toEqual([
      { event: "x", data: "a\n\nb", id: "1", retry: 20 },
      { event: "message", data: "", id: "1", retry: 20 },
    ]);
  });

  it("marks a last event whose blank line is missing, or drops it when it is strict", () => {
    const bytes = bytesOf("data: a\n");
    const lenient = raw();
    lenient.decode(bytes);
    expect([...lenient.flush()]).toMatchObject([{ data: "a", incomplete: true }]);
    const strict = raw({ strict: true });
    strict.decode(bytes);
    expect([...strict.flush()]).toEqual([]);
  });
});
