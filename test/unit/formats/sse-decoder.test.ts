import { describe, expect, it } from "vitest";
import { ChunkParseError, RecordTooLargeError } from "../../../src/errors.js";
import { EventNames } from "../../../src/formats/event-names.js";
import { JsonSseDecoder, RawSseDecoder } from "../../../src/formats/sse-decoder.js";
import { bytesOf } from "../../helpers/every-cut.js";

const rules = (changes: { done?: string | false; strict?: boolean; raw?: boolean } = {}) => ({
  raw: false,
  done: "[DONE]",
  doneEvent: undefined,
  strict: false,
  eventNames: new EventNames(),
  ...changes,
});
const LIMITS = { maxRecordBytes: 64 };

const json = (changes = {}) => new JsonSseDecoder(LIMITS, rules(changes), undefined);
const raw = (changes = {}) => new RawSseDecoder(LIMITS, rules({ raw: true, ...changes }));

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
    for (const mark of ["[DONE]", ' "[DONE]" ', "[DONE]  "]) {
      const decoder = json();
      expect([...decoder.decode(bytesOf(`data: 1\n\ndata:${mark}\n\ndata: 2\n\n`))]).toEqual([1]);
      expect(decoder.ended).toBe(true);
    }
  });

  it("knows no end marker where it is told of none", () => {
    expect(() => [...json({ done: false }).decode(bytesOf("data: [DONE]\n\n"))]).toThrow(
      ChunkParseError,
    );
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
