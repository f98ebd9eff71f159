import type { MessageHeaders } from "@smithy/eventstream-codec";
import { Int64 } from "@smithy/eventstream-codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { awsEventStream } from "../../../src/formats/aws-event-stream.js";
import { jsonLines } from "../../../src/formats/json-lines.js";
import { sse } from "../../../src/formats/sse.js";
import {
  codec,
  concat,
  event,
  exception,
  frame,
  payloadPart,
  unmodelledError,
} from "../../helpers/aws-frames.js";
import { heapInUseNow } from "../../helpers/leaks.js";
import { budget, GRAPHEMES } from "../../helpers/properties.js";
import {
  atEveryCut,
  bytesOf,
  cut,
  decodePieces,
  errorAtEveryCut,
  LIMITS,
  oneByteEach,
  recordsAtEveryCut,
} from "../../helpers/every-cut.js";

const delta = (text: string) => event("contentBlockDelta", { delta: { text } });
const HEADERS = {
  ":event-type": "contentBlockDelta",
  ":content-type": "application/json",
  ":message-type": "event",
};
const recordOf = (text: string) => ({ headers: HEADERS, payload: { delta: { text } } });
const failure = (bytes: Uint8Array | string, before: readonly unknown[] = [], limits = LIMITS) =>
  errorAtEveryCut(awsEventStream(), bytes, before, limits);

/** With one bit turned over. */
function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}

/** A frame of any lengths, with the checksums that they call for. */
function rawFrame(total: number, headersLength: number, rest: readonly number[]): Uint8Array {
  const whole = codec.encode({ headers: {}, body: Uint8Array.from(rest) });
  const view = new DataView(whole.buffer);
  view.setUint32(0, total);
  view.setUint32(4, headersLength);
  view.setUint32(8, checksum(whole.subarray(0, 8)));
  view.setUint32(whole.length - 4, checksum(whole.subarray(0, -4)));
  return whole;
}

/** Bit by bit. */
function checksum(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe("awsEventStream()", () => {
  it("yields headers and the parsed JSON of each message", () => {
    const stream = concat(delta("Hello"), delta(" 蓝色 👩‍🚀"), event("messageStop", { a: [1] }));
    expect(recordsAtEveryCut(awsEventStream(), stream)).toEqual([
      recordOf("Hello"),
      recordOf(" 蓝色 👩‍🚀"),
      { headers: { ...HEADERS, ":event-type": "messageStop" }, payload: { a: [1] } },
    ]);
  });

  it("yields the bytes of a payload that is not labelled as JSON, and of an empty one", () => {
    const stream = concat(payloadPart("{}"), frame({ ":content-type": "application/json" }));
    const [part, empty] = recordsAtEveryCut(awsEventStream(), stream) as { payload: unknown }[];
    expect(part!.payload).toEqual(bytesOf("{}"));
    expect(empty!.payload).toEqual(new Uint8Array(0));
  });

  it.each(["application/json", "Application/JSON; charset=utf-8", "application/problem+json"])(
    "parses a payload of content-type %s",
    (type) => {
      const stream = frame({ ":content-type": type }, "[1]");
      expect(recordsAtEveryCut(awsEventStream(), stream)).toEqual([
        { headers: { ":content-type": type }, payload: [1] },
      ]);
    },
  );

  it("reads every type of header", () => {
    const headers: MessageHeaders = {
      yes: { type: "boolean", value: true },
      no: { type: "boolean", value: false },
      byte: { type: "byte", value: -128 },
      short: { type: "short", value: -32768 },
      integer: { type: "integer", value: -2147483648 },
      long: { type: "long", value: Int64.fromNumber(-9007199254740991) },
      binary: { type: "binary", value: Uint8Array.of(0, 255) },
      string: { type: "string", value: "\uFEFFä👩‍🚀" },
      timestamp: { type: "timestamp", value: new Date("1969-07-20T20:17:40Z") },
      uuid: { type: "uuid", value: "01234567-89ab-cdef-0123-456789abcdef" },
    };
    const stream = codec.encode({ headers, body: new Uint8Array(0) });
    expect(recordsAtEveryCut(awsEventStream(), concat(stream, stream))).toEqual(
      Array(2).fill({
        headers: {
          yes: true,
          no: false,
          byte: -128,
          short: -32768,
          integer: -2147483648,
          long: -9007199254740991n,
          binary: Uint8Array.of(0, 255),
          string: "\uFEFFä👩‍🚀",
          timestamp: new Date("1969-07-20T20:17:40Z"),
          uuid: "01234567-89ab-cdef-0123-456789abcdef",
        },
        payload: new Uint8Array(0),
      }),
    );
  });

  it("keeps messages apart: what is done to one does not show in another", () => {
    const binary: MessageHeaders = { b: { type: "binary", value: Uint8Array.of(1) } };
    for (const one of [delta("a"), codec.encode({ headers: binary, body: Uint8Array.of(1) })]) {
      const decoder = awsEventStream().createDecoder(LIMITS);
      const [first] = decoder.decode(one);
      Object.assign(first!.headers, { extra: 1 });
      if (first!.headers.b instanceof Uint8Array) first!.headers.b[0] = 9;
      const [again] = decoder.decode(one);
      expect([again]).toEqual([...awsEventStream().createDecoder(LIMITS).decode(one)]);
    }
  });

  it("does not take a message without headers for one with the headers before it", () => {
    const long = frame({ a: "x".repeat(2000) });
    const bare = codec.encode({ headers: {}, body: Uint8Array.of(1) });
    const records = decodePieces(awsEventStream(), [concat(long, bare, delta("a"), bare)]).records;
    expect(records.map((record) => Object.keys((record as { headers: object }).headers))).toEqual([
      ["a"],
      [],
      Object.keys(HEADERS),
      [],
    ]);
  });

  it("takes a header called __proto__ for a header", () => {
    const stream = codec.encode({
      headers: Object.fromEntries([["__proto__", { type: "string", value: "x" }]]),
      body: new Uint8Array(0),
    });
    const [{ headers }] = recordsAtEveryCut(awsEventStream(), stream) as [{ headers: object }];
    expect(Object.entries(headers)).toEqual([["__proto__", "x"]]);
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
  });

  it("gives a message as soon as it is complete, and its type as the event's name", () => {
    const decoder = awsEventStream().createDecoder(LIMITS);
    const bytes = delta("a");
    expect([...decoder.decode(bytes.subarray(0, -1))]).toEqual([]);
    expect([...decoder.decode(bytes.subarray(-1))]).toEqual([recordOf("a")]);
    expect(decoder.envelopes).toEqual([{ event: "contentBlockDelta", lastEventId: "" }]);
    expect(decoder.ended).toBeUndefined();
  });

  it("reads random messages as Amazon's own codec does, however they are cut", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), sizes, (messages, cuts) => {
        const frames = messages.map((one) => codec.encode(one));
        const expected = frames.map((one) => plain(codec.decode(one)));
        const stream = concat(...frames);
        for (const pieces of [[stream], cut(stream, cuts), oneByteEach(stream)]) {
          expect(decodePieces(awsEventStream(), pieces)).toEqual({
            records: expected,
            ended: false,
          });
        }
      }),
      budget(3),
    );
  });

  it("gives the same for any partition of any bytes", () => {
    const part = fc.oneof(
      message.map((one) => codec.encode(one)),
      fc.uint8Array({ maxLength: 20 }),
      fc.constantFrom(delta("a"), exception("x", {}), bytesOf("data: 1\n\n")),
      fc.tuple(fc.nat(60), fc.nat(60)).map(([a, b]) => rawFrame(a, b, [1, 2, 3])),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), sizes, fc.nat(), (parts, cuts, limit) => {
        const stream = concat(...parts);
        const limits = { maxRecordBytes: 16 + (limit % 200) };
        const whole = decodePieces(awsEventStream(), [stream], limits);
        expect(decodePieces(awsEventStream(), cut(stream, cuts), limits)).toEqual(whole);
        expect(decodePieces(awsEventStream(), oneByteEach(stream), limits)).toEqual(whole);
      }),
      budget(3),
    );
  });

  it("gives nothing of a message of which any bit is wrong", () => {
    const [good, bad] = [delta("a"), delta("Hello")];
    for (let bit = 0; bit < bad.length * 8; bit++) {
      const stream = concat(good, flipped(bad, bit), good);
      for (const pieces of [[stream], cut(stream, [good.length + (bit >> 3)])]) {
        const { records, error } = decodePieces(awsEventStream(), pieces);
        expect(records, `bit ${bit}`).toEqual([recordOf("a")]);
        expect(error, `bit ${bit}`).toMatchObject({
          name: "ChunkParseError",
          facts: { index: 1 },
          message: expect.stringContaining("checksum"),
        });
      }
    }
  });

  it("says what is wrong with a message, and keeps its bytes", () => {
    const good = delta("a");
    const bad = flipped(good, good.length * 8 - 50);
    expect(failure(concat(good, bad), [recordOf("a")])).toMatchObject({
      message: expect.stringMatching(/record 1: .*changed on its way.*nothing of it/),
      record: bad,
    });
    const noise = Uint8Array.from({ length: 12 }, (_, index) => index);
    expect(failure(noise).message).toMatch(/got 00 01 02 .* 0b, .*no event stream of Amazon/);
  });

  it.each(['{"message":"no"}', "data: 1\n\ndata: 2\n\n", "<html></html>", "oops"])(
    "says that it got text, and is not cut off: %j",
    (text) => {
      const error = failure(text);
      expect(error.message).toContain(`got the text ${JSON.stringify(text.slice(0, 12))}`);
      expect(error.message).toContain("Set format to the one that the server speaks");
      expect(error.facts).not.toHaveProperty("unfinished");
    },
  );

  it("reports a stream that ends inside a message, at every byte", () => {
    const [first, last] = [delta("a"), delta("b")];
    for (let length = 1; length < last.length; length++) {
      const stream = concat(first, last.subarray(0, length));
      const { records, error } = decodePieces(awsEventStream(), [stream]);
      expect(records).toEqual([recordOf("a")]);
      expect(error).toMatchObject({
        name: "ChunkParseError",
        message: expect.stringMatching(/record 1: .*cut off/),
        facts: { index: 1, unfinished: true },
        record: last.subarray(0, length),
      });
    }
  });

  it.each([
    ["fewer bytes than a message has at least", rawFrame(15, 0, [])],
    ["headers that are longer than the message", rawFrame(20, 5, [1, 2, 3, 4])],
  ])("reports %s", (_, bytes) => {
    expect(failure(bytes).message).toMatch(/a message of \d+ bytes cannot have headers of \d/);
  });

  it.each<[string, number[], RegExp]>([
    ["a type of header that does not exist", [1, 97, 10], /header "a" has the type 10/],
    ["a header's name that is cut off", [5, 97], /longer than the headers/],
    ["a header without a type", [1, 97], /longer than the headers/],
    ["a header's value that is cut off", [1, 97, 7, 0, 9, 97], /longer than the headers/],
    ["a header that comes twice", [1, 97, 0, 1, 97, 1], /header "a" comes twice/],
  ])("reports %s", (_, headers, words) => {
    const bytes = rawFrame(16 + headers.length, headers.length, headers);
    expect(failure(bytes).message).toMatch(words);
  });

  it("reports a payload that is not the JSON that it is said to be", () => {
    const bad = frame({ ":content-type": "application/json" }, "{oops");
    expect(failure(concat(delta("a"), bad), [recordOf("a")])).toMatchObject({
      message: expect.stringMatching(/record 1: expected one JSON value.*:content-type.*oops/),
      record: "{oops",
    });
  });

  it("refuses a message above the limit as soon as its length is known", () => {
    const bytes = delta("x".repeat(500));
    expect(failure(bytes, [], { maxRecordBytes: bytes.length - 1 })).toMatchObject({
      name: "RecordTooLargeError",
      facts: { limitBytes: bytes.length - 1 },
    });
    const fits = { maxRecordBytes: bytes.length };
    expect(atEveryCut(awsEventStream(), bytes, { limits: fits }).records).toHaveLength(1);
    const decoder = awsEventStream().createDecoder({ maxRecordBytes: 100 });
    expect(() => decoder.decode(bytes.subarray(0, 12))).toThrow("larger than 100 bytes");
    // A wrong length is a wrong checksum, and nothing to raise a limit for.
    expect(failure(flipped(delta("a"), 6)).name).toBe("ChunkParseError");
  });

  it("holds no more than a message, and takes time by its length", () => {
    const long = delta("x".repeat(3_000_000));
    const { records } = decodePieces(awsEventStream(), cut(long, Array<number>(30_000).fill(100)), {
      maxRecordBytes: long.length,
    });
    expect(records).toEqual([recordOf("x".repeat(3_000_000))]);
  });

  it("reads very many messages in the memory of one", () => {
    const one = frame({ ":event-type": "x" }, "token");
    const many = concat(...Array<Uint8Array>(1000).fill(one));
    const decoder = awsEventStream().createDecoder({ maxRecordBytes: one.length });
    let count = 0;
    const read = (bytes: Uint8Array) => {
      for (const { payload } of decoder.decode(bytes)) count += (payload as Uint8Array).length;
    };
    const before = heapInUseNow();
    // Each read but the first begins and ends inside a message.
    for (let round = 0; round < 200; round++) {
      read(many.subarray(0, round % one.length));
      read(many.subarray(round % one.length));
    }
    expect(count).toBe(200_000 * "token".length);
    expect(heapInUseNow() - before).toBeLessThan(2_000_000);
    expect([...decoder.flush()]).toEqual([]);
  });
});

describe("awsEventStream() and the provider's errors", () => {
  const errorIn = (bytes: Uint8Array) => {
    const decoder = awsEventStream().createDecoder(LIMITS);
    const records = [...decoder.decode(bytes)];
    expect(records).toHaveLength(1);
    return decoder.envelopes?.[0]?.error;
  };

  it("marks exceptions, with their type and what is in them", () => {
    expect(errorIn(exception("throttlingException", { message: "Slow down" }))).toEqual({
      message: "Slow down",
      type: "throttlingException",
    });
    const modelError = { Message: "The model is gone", ErrorCode: "StreamBroken" };
    expect(errorIn(exception("ModelStreamError", modelError))).toEqual({
      ...modelError,
      type: "ModelStreamError",
      code: "StreamBroken",
      retryable: true,
    });
  });

  it("keeps the words of the model beside those of Bedrock", () => {
    const payload = {
      message: "An error occurred",
      originalMessage: "CUDA",
      originalStatusCode: 5,
    };
    expect(errorIn(exception("modelStreamErrorException", payload))).toMatchObject({
      message: "An error occurred (CUDA)",
      retryable: true,
    });
  });

  it("marks exceptions whose payload is text, empty or no object", () => {
    expect(errorIn(exception("x", "Slow down"))).toEqual({ message: "Slow down", type: "x" });
    expect(errorIn(exception("x", ""))).toEqual({ type: "x" });
    expect(errorIn(exception("x", "5"))).toEqual({ message: "5", type: "x" });
  });

  it("marks errors outside of the service's model", () => {
    expect(errorIn(unmodelledError("InternalError", "Try later"))).toEqual({
      message: "Try later",
      code: "InternalError",
    });
  });

  it("marks nothing else", () => {
    expect(errorIn(delta("a"))).toBeUndefined();
    expect(errorIn(frame({ ":message-type": "EVENT" }))).toBeUndefined();
    expect(errorIn(frame({ ":exception-type": "x", ":message-type": "event" }))).toBeUndefined();
  });
});

describe("awsEventStream({ payload })", () => {
  const lines = awsEventStream({ payload: jsonLines<{ a: number }>() });

  it("yields the records of the stream that the payloads are pieces of, wherever it is cut", () => {
    const text = '{"a":1}\n{"a":"蓝"}\r\n\n{"a":3}';
    const bytes = bytesOf(text);
    for (let at = 0; at <= bytes.length; at++) {
      const stream = concat(payloadPart(bytes.subarray(0, at)), payloadPart(bytes.subarray(at)));
      const { records } = decodePieces(lines, [stream]);
      expect(records, `cut at ${at}`).toEqual([{ a: 1 }, { a: "蓝" }, { a: 3 }]);
    }
    expect(
      recordsAtEveryCut(lines, concat(payloadPart(text.slice(0, 5)), payloadPart(text.slice(5)))),
    ).toHaveLength(3);
  });

  it("has the end and the event names of that stream", () => {
    const format = awsEventStream({ payload: sse() });
    const decoder = format.createDecoder(LIMITS);
    const stream = concat(payloadPart("event: a\ndata: 1\n"), payloadPart("\ndata: [DONE]\n\n"));
    expect([...decoder.decode(concat(stream, payloadPart("data: oops\n\n")))]).toEqual([1]);
    expect(decoder.envelopes).toMatchObject([{ event: "a" }]);
    expect(decoder.ended).toBe(true);
  });

  it("has what the end mark of that stream says: perhaps that the answer failed", () => {
    const format = awsEventStream({ payload: sse({ done: { event: "end" } }) });
    const decoder = format.createDecoder(LIMITS);
    expect([...decoder.decode(payloadPart("event: end\ndata: failed\n\n"))]).toEqual([]);
    expect(decoder.markData).toBe("failed");
  });

  it("reads nothing behind the end of that stream, wherever it is cut", () => {
    const format = awsEventStream({ payload: sse() });
    const broken = flipped(payloadPart("data: oops\n\n"), 200);
    const stream = concat(
      payloadPart("data: 1\n\ndata: [DONE]\n\n"),
      broken,
      broken.subarray(0, 9),
    );
    expect(recordsAtEveryCut(format, stream)).toEqual([1]);
  });

  it("gives the records before a malformed one, and before a frame that is broken", () => {
    const bad = concat(payloadPart('{"a":1}\n{oops}\n'), payloadPart('{"a":2}\n'));
    expect(errorAtEveryCut(lines, bad, [{ a: 1 }]).message).toContain("jsonLines: record 1");
    const broken = flipped(payloadPart('{"a":2}\n'), 300);
    const stream = concat(payloadPart('{"a":1}\n'), broken);
    expect(errorAtEveryCut(lines, stream, [{ a: 1 }]).message).toContain("checksum");
  });

  it("marks exceptions as the provider's errors", () => {
    const decoder = lines.createDecoder(LIMITS);
    const stream = concat(payloadPart('{"a":1}\n'), exception("x", { message: "no" }));
    expect([...decoder.decode(stream)]).toHaveLength(2);
    expect(decoder.envelopes).toEqual([
      undefined,
      { event: undefined, lastEventId: "", error: { message: "no", type: "x" } },
    ]);
  });
});

const sizes = fc.array(fc.oneof(fc.nat(5), fc.nat(60)), { maxLength: 30 });
const integer = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
const uuid = fc.uuid();
const value = fc.oneof(
  fc.record({ type: fc.constant("boolean" as const), value: fc.boolean() }),
  fc.record({ type: fc.constant("byte" as const), value: integer(8) }),
  fc.record({ type: fc.constant("short" as const), value: integer(16) }),
  fc.record({ type: fc.constant("integer" as const), value: integer(32) }),
  fc.record({
    type: fc.constant("long" as const),
    value: fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => new Int64(bytes)),
  }),
  fc.record({ type: fc.constant("binary" as const), value: fc.uint8Array() }),
  fc.record({ type: fc.constant("string" as const), value: fc.string({ unit: GRAPHEMES }) }),
  fc.record({
    type: fc.constant("timestamp" as const),
    value: fc.date({ noInvalidDate: true }),
  }),
  fc.record({ type: fc.constant("uuid" as const), value: uuid }),
);
const name = fc.oneof(
  fc.string({ unit: GRAPHEMES, maxLength: 20 }),
  fc.constantFrom(":event-type", "x"),
);
const message = fc
  .record({
    headers: fc.array(fc.tuple(name, value), { maxLength: 4 }),
    body: fc.uint8Array({ maxLength: 80 }),
  })
  .map(({ headers, body }) => ({ headers: Object.fromEntries(headers), body }));

/** What the other codec reads, in our terms. */
function plain({ headers, body }: { headers: MessageHeaders; body: Uint8Array }): unknown {
  const values = Object.entries(headers).map(([key, { type, value }]) => [
    key,
    type === "long" ? new DataView(value.bytes.slice().buffer).getBigInt64(0) : value,
  ]);
  return { headers: Object.fromEntries(values) as unknown, payload: Uint8Array.from(body) };
}
