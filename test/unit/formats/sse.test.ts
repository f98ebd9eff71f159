import { describe, expect, it } from "vitest";

import { HookError } from "../../../src/errors.js";
import type { StreamFormat } from "../../../src/formats/format.js";
import { sse } from "../../../src/formats/sse.js";
import {
  atEveryCut,
  bytesOf,
  decodedBy,
  decodePieces,
  errorAtEveryCut,
  LIMITS,
  oneByteEach,
  recordsAtEveryCut,
} from "../../helpers/every-cut.js";
import { expectProportional } from "../../helpers/proportional.js";

/** Long enough that a buffer that holds it is not read by the loop for few bytes. */
const COMMENT = `: ${"-".repeat(60)}\n`;

const raw = (input: string | Uint8Array) => recordsAtEveryCut(sse({ raw: true }), input);
const json = (input: string | Uint8Array) => recordsAtEveryCut(sse(), input);
const event = (data: string, more: object = {}) => ({
  event: "message",
  data,
  id: "",
  retry: undefined,
  ...more,
});
const dataOf = (input: string | Uint8Array) =>
  raw(input).map((record) => (record as { data: string }).data);

describe("sse({ raw: true })", () => {
  it("yields the event, data, id and retry of each event", () => {
    expect(raw("event: delta\ndata: hello\nid: 7\nretry: 250\n\n")).toEqual([
      { event: "delta", data: "hello", id: "7", retry: 250 },
    ]);
  });

  it("ends lines at LF, CR and CRLF in any mixture", () => {
    expect(
      dataOf("data: a\n\ndata: b\r\rdata: c\r\n\r\ndata: d\r\n\ndata: e\n\r\ndata: f\n\r"),
    ).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  it("gives an event as soon as its blank line ends with CR, before the LF that may follow", () => {
    const decoder = sse({ raw: true }).createDecoder(LIMITS);
    expect([...decoder.decode(bytesOf("data: a\r\n\r"))]).toEqual([event("a")]);
    expect([...decoder.decode(bytesOf("\ndata: b\r\r"))]).toEqual([event("b")]);
    expect([...decoder.flush()]).toEqual([]);
  });

  it("gives nothing for a LF that belongs to the CR before it", () => {
    expect(dataOf("data: a\r\ndata: b\r\n\r\n")).toEqual(["a\nb"]);
  });

  it("joins the lines of one event with LF", () => {
    expect(dataOf("data: a\ndata: b\ndata: c\n\n")).toEqual(["a\nb\nc"]);
  });

  it("keeps a first data line that is empty", () => {
    expect(dataOf("data:\ndata: a\n\n")).toEqual(["\na"]);
    expect(dataOf("data\ndata: a\n\n")).toEqual(["\na"]);
  });

  it("keeps the empty lines between and behind data lines", () => {
    expect(dataOf("data: a\ndata\ndata:\ndata: b\ndata:\n\n")).toEqual(["a\n\n\nb\n"]);
  });

  it("drops only the first space behind the colon", () => {
    expect(dataOf("data:a\n\ndata: a\n\ndata:  a\n\ndata:\ta\n\ndata: \n\n")).toEqual([
      "a",
      "a",
      " a",
      "\ta",
      "",
    ]);
  });

  it("keeps colons in a value", () => {
    expect(dataOf("data: a:b\n\ndata::\n\n")).toEqual(["a:b", ":"]);
  });

  it("ignores unknown fields, and those whose name only begins like a known one", () => {
    expect(
      dataOf("datas: a\ndat: a\nData: a\n data: a\ndata : a\ndata\0: a\nfoo\nids\nda\ndata: b\n\n"),
    ).toEqual(["b"]);
  });

  it("ignores comments, between fields and alone", () => {
    expect(dataOf(": OPENROUTER PROCESSING\n\n:\n\ndata: a\n: b\ndata: c\n\n:\n")).toEqual([
      "a\nc",
    ]);
  });

  it("keeps NUL in data", () => {
    expect(dataOf("data: a\0b\n\n")).toEqual(["a\0b"]);
  });

  it("ignores any number of blank lines", () => {
    expect(dataOf("\n\r\n\r\n\n\n\rdata: a\n\n\n\n\ndata: b\n\n\n")).toEqual(["a", "b"]);
  });

  it("drops one byte order mark at the start and keeps a second one as text", () => {
    expect(dataOf("\uFEFFdata: a\n\n")).toEqual(["a"]);
    expect(dataOf("\uFEFF\uFEFFdata: a\n\ndata: b\n\n")).toEqual(["b"]);
    expect(dataOf("\uFEFF")).toEqual([]);
  });

  it("keeps U+FEFF inside of data", () => {
    expect(dataOf("data: \uFEFFa\uFEFF\n\n\uFEFFdata: b\n\n")).toEqual(["\uFEFFa\uFEFF"]);
  });

  it("does not take the first bytes of a byte order mark for one", () => {
    expect(dataOf(Uint8Array.of(0xef, 0xbb, 0x0a, ...bytesOf("data: a\n\n")))).toEqual(["a"]);
    expect(dataOf(Uint8Array.of(0xef))).toEqual([]);
  });

  it("does not give an event without data, and forgets its name", () => {
    expect(raw("event: ping\n\ndata: a\n\n")).toEqual([event("a")]);
  });

  it("takes the last name of an event, and an empty one for none", () => {
    expect(raw("event: a\nevent: b\ndata: 1\n\nevent: c\nevent\ndata: 2\n\n")).toEqual([
      event("1", { event: "b" }),
      event("2"),
    ]);
  });

  it("keeps the name of an event whose data has no colon", () => {
    expect(raw("event: a\ndata\n\n")).toEqual([event("", { event: "a" })]);
  });

  it("keeps an id for the events that follow, until an empty one resets it", () => {
    expect(raw("id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n")).toEqual([
      event("a", { id: "1" }),
      event("b", { id: "1" }),
      event("c"),
    ]);
  });

  it("counts an id in a block without data", () => {
    expect(raw("id: 1\n\ndata: a\n\n")).toEqual([event("a", { id: "1" })]);
  });

  it("ignores an id that holds NUL", () => {
    expect(raw("id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n")).toEqual([
      event("a", { id: "1" }),
      event("b", { id: "1" }),
    ]);
  });

  it("takes a retry of digits only", () => {
    expect(raw("retry: 10\nretry: 1x\nretry: -1\nretry: 1.5\nretry:\nretry\ndata: a\n\n")).toEqual([
      event("a", { retry: 10 }),
    ]);
  });

  it("keeps a retry for the events that follow", () => {
    expect(raw("retry: 10\n\ndata: a\n\n")).toEqual([event("a", { retry: 10 })]);
  });

  it("delivers and marks a last event without its blank line", () => {
    expect(raw("data: a\n\ndata: b\n")).toEqual([event("a"), event("b", { incomplete: true })]);
    expect(raw("data: a\n\ndata: b")).toEqual([event("a"), event("b", { incomplete: true })]);
    expect(raw("data: a\r\n\r\ndata: b\r")).toEqual([event("a"), event("b", { incomplete: true })]);
  });

  it("gives nothing for a last block without data", () => {
    expect(raw("data: a\n\nevent: b\nid: 1")).toEqual([event("a")]);
  });

  it("turns invalid UTF-8 into U+FFFD", () => {
    const input = Uint8Array.of(...bytesOf("data: a"), 0xff, 0xe2, 0x82, ...bytesOf("b\n\n"));
    expect(dataOf(input)).toEqual(["a\uFFFD\uFFFDb"]);
  });

  it("joins characters of every length that are cut anywhere", () => {
    const text = "ä€😀 中文 ".repeat(3);
    expect(dataOf(`data: ${text}\n\n${COMMENT}data: ${text}\n\n`)).toEqual([text, text]);
  });

  it("reads on rightly when a stretch of ASCII ends", () => {
    const text = "x".repeat(70);
    expect(dataOf(`${COMMENT}data: ${text}\n\ndata: ä${text}\n\ndata: ${text}\n\n`)).toEqual([
      text,
      `ä${text}`,
      text,
    ]);
  });

  it("gives the same for a read per event as for any other", () => {
    const blocks = [
      "data: a\n\n",
      "data:\n\n",
      "data: \n\n",
      "data:  two spaces, 光散射 😀\n\n",
      "data: a lone CR\rdata: b\n\n",
      "data: CRLF\r\n\n",
      "event: named\n",
      "data: c\n\n",
      "data: first\n",
      "data: second\n\n",
      "data: begins with CR\r",
      "\ndata: d\n\n",
      "data: x\n\ndata: several events\n\n",
      "id: 7\ndata: e\n\n",
      ": comment\n\n",
      ...Array.from({ length: 20 }, (_, index) => `data: ${index}\n\n`),
    ];
    const bytes = blocks.map(bytesOf);
    const format = sse({ raw: true });
    const whole = decodePieces(format, [bytesOf(blocks.join(""))]);
    expect(whole.records).toHaveLength(12 + 20);
    for (let first = 0; first < blocks.length; first++) {
      const joined = bytesOf(blocks.slice(0, first).join(""));
      expect(decodePieces(format, [joined, ...bytes.slice(first)])).toEqual(whole);
    }
  });

  it("does not yield the end marker, and reads nothing behind it", () => {
    const outcome = atEveryCut(
      sse({ raw: true }),
      `data: a\n\ndata: [DONE]\n\ndata: b\n\n${COMMENT}data: c`,
    );
    expect(outcome).toEqual({ records: [event("a")], ended: true });
  });
});

describe("sse({ strict: true })", () => {
  it("discards a last event without its blank line", () => {
    const strict = sse({ raw: true, strict: true });
    expect(recordsAtEveryCut(strict, "data: a\n\ndata: b\n")).toEqual([event("a")]);
    expect(recordsAtEveryCut(strict, "data: a\n\ndata: b")).toEqual([event("a")]);
    expect(recordsAtEveryCut(sse({ strict: true }), "data: 1\n\ndata: {")).toEqual([1]);
  });
});

describe("sse()", () => {
  it("yields the parsed data of each event", () => {
    expect(json('data: {"a":1}\n\ndata: [2]\n\ndata: "c"\n\ndata: null\n\ndata: 5\n\n')).toEqual([
      { a: 1 },
      [2],
      "c",
      null,
      5,
    ]);
  });

  it("parses data of several lines as one value", () => {
    expect(json('data: {\ndata: "a": 1\ndata: }\n\n')).toEqual([{ a: 1 }]);
  });

  it("skips events whose data is empty or white space", () => {
    expect(json("data\n\ndata:  \n\ndata:\ndata:\n\nevent: ping\n\ndata: 1\n\n")).toEqual([1]);
  });

  it("delivers a last event without its blank line", () => {
    expect(json('data: {"a":1}\n\ndata: {"a":2}')).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it("gives the records before a malformed one, then reports it", () => {
    const error = errorAtEveryCut(sse(), `${COMMENT}data: 1\n\ndata: {oops\n\ndata: 3\n\n`, [1]);
    expect(error).toMatchObject({ name: "ChunkParseError", facts: { index: 1 }, record: "{oops" });
    expect(error.message).toContain('"{oops"');
  });

  it("says that a last event was probably cut off", () => {
    const error = errorAtEveryCut(sse(), 'data: {"a":');
    expect(error.message).toMatch(/ended inside this record/);
  });

  it("points to raw mode when the data is plain text", () => {
    expect(errorAtEveryCut(sse(), "data: Hello\n\n").message).toContain("sse({ raw: true })");
  });

  it("stays failed after an error", () => {
    const decoder = sse().createDecoder(LIMITS);
    expect(() => decoder.decode(bytesOf("data: x\n\n"))).toThrow(/expected one JSON value/);
    expect(() => decoder.decode(bytesOf("data: 1\n\n"))).toThrow(/expected one JSON value/);
    expect(() => decoder.flush()).toThrow(/expected one JSON value/);
  });

  it("gives one and the same array when nothing came out", () => {
    const decoder = sse().createDecoder(LIMITS);
    expect(decoder.decode(bytesOf("da"))).toBe(decoder.decode(bytesOf("ta")));
  });
});

/** The envelopes of an input's events, the same for a byte at a time. */
function envelopesOf(format: StreamFormat<unknown>, input: string) {
  const envelopes = (pieces: readonly Uint8Array[]) => {
    const decoder = format.createDecoder(LIMITS);
    const given = (records: Iterable<unknown>) =>
      [...records].map((_, at) => decoder.envelopes?.[at]);
    const all = pieces.flatMap((piece) => given(decoder.decode(piece)));
    return [...all, ...given(decoder.flush())];
  };
  const all = envelopes([bytesOf(input)]);
  expect(envelopes(oneByteEach(bytesOf(input)))).toEqual(all);
  return all;
}

/** The names of the events of an input. */
function namesOf(format: StreamFormat<unknown>, input: string): (string | undefined)[] {
  return envelopesOf(format, input).map((envelope) => envelope?.event);
}

describe("sse() on streams with faults", () => {
  const EVENT = 'data: {"t":1}\n\n';
  const first = [{ t: 1 }];

  it("takes a field line error: for an event of that name", () => {
    const input = `${EVENT}error: {"message":"slot was evicted"}\n\n`;
    expect(atEveryCut(sse(), input).records).toEqual([...first, { message: "slot was evicted" }]);
    expect(namesOf(sse(), input)).toEqual([undefined, "error"]);
    expect(namesOf(sse({ raw: true }), input)).toEqual([undefined, "error"]);
  });

  it("takes no error for one", () => {
    for (const nothing of ["", " null", " {}", ' ""', " false"]) {
      const input = `error:${nothing}\n${EVENT}`;
      expect(recordsAtEveryCut(sse(), input), nothing).toEqual(first);
      expect(namesOf(sse(), input)).toEqual([undefined]);
    }
  });

  it("takes comments for the data of an error that has none", () => {
    const input = ": ping\nevent: error\n: out of\n: memory\n\n: ping\n\nevent: error\n\n";
    expect(recordsAtEveryCut(sse(), input)).toEqual(["out of\nmemory", ""]);
    expect(recordsAtEveryCut(sse(), 'event: error\n: {"message":"full"}\n')).toEqual([
      { message: "full" },
    ]);
    expect(recordsAtEveryCut(sse(), "event: error\n: ping\ndata: full\n\n")).toEqual(["full"]);
    expect(recordsAtEveryCut(sse(), "event: token\n: ping\n\n")).toEqual([]);
  });

  it("gives the data of an event named error as text where it is no JSON, or empty", () => {
    const input = `event: error\ndata: out of memory\n\nevent: error\n\nevent: error\ndata:\n\n`;
    expect(recordsAtEveryCut(sse(), input)).toEqual(["out of memory", "", ""]);
    expect(namesOf(sse(), input)).toEqual(["error", "error", "error"]);
  });

  it("gives the names and ids of events at the places of their records", () => {
    const input = `${EVENT}event: a\nid: 7\n${EVENT}: ping\n\nevent: b\n\n${EVENT}`;
    const decoder = sse().createDecoder(LIMITS);
    expect([...decoder.decode(bytesOf(input))]).toHaveLength(3);
    expect(decoder.envelopes?.[0]).toBeUndefined();
    expect(decoder.envelopes?.[1]).toEqual({ event: "a", lastEventId: "7" });
    expect(decoder.envelopes?.[2]).toEqual({ event: undefined, lastEventId: "7" });
  });

  it.each([
    ["a line of JSON", '{"error":{"message":"backend crashed"}}\n', /"data:".*backend crashed/],
    ["JSON over many lines", '{\n "error": {\n  "message": "crashed"\n }\n}\n\n', /crashed/],
    ["JSON without a line end", '[{"error":"crashed"}]', /crashed/],
    ["JSON that is cut off", '{"error":{"mess', /mess/],
    [
      "a page of HTML",
      "<html>\n<body>502 Bad Gateway</body>\n</html>\n\n",
      /502 Bad Gateway.*HTML/,
    ],
  ])("reports %s between the events, and shows it", (_, bare, message) => {
    for (const format of [sse(), sse({ strict: true })]) {
      const error = errorAtEveryCut(format, `${EVENT}${bare}`, first);
      expect(error).toMatchObject({ name: "ChunkParseError" });
      expect(error.message).toMatch(message);
    }
    expect(errorAtEveryCut(sse(), `data: {"t":1}\n${bare}`, first).message).toMatch(message);
  });

  it.each(["da", "data:", "data: ", "event: tok", ": comm", "id: 7", 'data: {"a":1}\nda'])(
    "is cut where it ends with %j",
    (end) => {
      for (const stream of [`data: 1\n\n${end}`, end]) {
        for (const pieces of [[bytesOf(stream)], oneByteEach(bytesOf(stream))]) {
          const decoder = sse().createDecoder({ maxRecordBytes: 100 });
          decodedBy(decoder, pieces);
          expect(decoder.isCut, stream).toBe(true);
        }
      }
    },
  );

  it.each([
    ["upstream connect error\n", "upstream connect error"],
    ["upstream connect error", "upstream connect error"],
    ["proxy error: connection reset\n\n", "proxy error: connection reset"],
    [
      "Traceback (most recent call last):\n  File 'x'\nCUDA failed: no room\n",
      "CUDA failed: no room",
    ],
  ])("is cut where it ends with the words %j, and shows them", (words, shown) => {
    for (const pieces of [[bytesOf(`data: 1\n\n${words}`)], oneByteEach(bytesOf(words))]) {
      const decoder = sse().createDecoder({ maxRecordBytes: 100 });
      decodedBy(decoder, pieces);
      expect(decoder.strayWords).toBe(shown);
    }
    const decoder = sse().createDecoder({ maxRecordBytes: 100 });
    decodedBy(decoder, [bytesOf(`${words}\ndata: 1\n\n`)]);
    expect(decoder).toMatchObject({ isCut: false, strayWords: undefined });
  });

  it.each([
    "",
    "\n",
    "message\n\n",
    "x-time: a b\n\n",
    "data: 2",
    "data: 2\n",
    ": a comment\n",
    "data: [DONE]",
    "event: a\n\n",
    " ",
    "\n \t",
  ])("is whole where it ends with %j", (end) => {
    const decoder = sse().createDecoder({ maxRecordBytes: 100 });
    decodedBy(decoder, [bytesOf(`data: 1\n\n${end}`)]);
    expect(decoder.isCut).toBe(false);
  });

  it("looks at each bare line once", () => {
    const limits = { maxRecordBytes: 10_000_000 };
    expectProportional(4_000, (count) => {
      const elements = '{"a":1}\n,\n'.repeat(count);
      const { error } = decodePieces(sse(), [bytesOf(`[\n${elements}`)], limits);
      expect(error?.name).toBe("ChunkParseError");
    });
  });

  it("bounds bare lines", () => {
    const limits = { maxRecordBytes: 30 };
    const error = errorAtEveryCut(sse(), `{\n${'"a": 1,\n'.repeat(10)}`, [], limits);
    expect(error.name).toBe("RecordTooLargeError");
  });

  it("reads events whose blank lines are missing", () => {
    const events = 'data: {"a":1}\ndata: {"b":2}\ndata: [3]\n';
    const records = [{ a: 1 }, { b: 2 }, [3]];
    expect(atEveryCut(sse(), events)).toMatchObject({ records, ended: false });
    expect(atEveryCut(sse(), `${events}data: [DONE]\n`)).toMatchObject({ records, ended: true });
    expect(atEveryCut(sse(), `${events}data: [DONE]`)).toMatchObject({ records, ended: true });
  });

  it("gives each of them its own name and id", () => {
    const input = "event: a\nid: 1\ndata: 1\nid: 2\nevent: b\ndata: 2\ndata: 3\n\ndata: 4\n\n";
    expect(envelopesOf(sse(), input)).toEqual([
      { event: "a", lastEventId: "1" },
      { event: "b", lastEventId: "2" },
      { event: undefined, lastEventId: "2" },
      { event: undefined, lastEventId: "2" },
    ]);
    expect(namesOf(sse(), "event: a\ndata: 1\nevent: a\ndata: 2\n\ndata: 3\n\n")).toEqual([
      "a",
      "a",
      undefined,
    ]);
  });

  it("takes the last name of an event that has its blank line, wherever it stands", () => {
    const input =
      "event: a\ndata: 1\nevent: b\n\nevent: a\ndata: 2\nevent\n\ndata: 3\nevent: c\n\n";
    expect(namesOf(sse(), input)).toEqual(["b", undefined, "c"]);
    expect(namesOf(sse({ raw: true }), input)).toEqual(["b", undefined, "c"]);
  });

  it("tells raw events without blank lines by their names, where it is not strict", () => {
    const input = "event: a\ndata: x\ndata: y\nevent: b\ndata: z\nevent: end\ndata:\n\n";
    expect(recordsAtEveryCut(sse({ raw: true }), input)).toEqual([
      event("x\ny", { event: "a" }),
      event("z", { event: "b" }),
      event("", { event: "end" }),
    ]);
    expect(recordsAtEveryCut(sse({ raw: true, strict: true }), input)).toEqual([
      event("x\ny\nz\n", { event: "end" }),
    ]);
  });

  it("takes no record for the error, or for the end, behind it", () => {
    const token = 'event: token\ndata: {"a":1}\n';
    for (const error of ['event: error\ndata: {"b":2}\n', 'error: {"b":2}\n']) {
      expect(recordsAtEveryCut(sse(), token + error)).toEqual([{ a: 1 }, { b: 2 }]);
      expect(namesOf(sse(), token + error)).toEqual(["token", "error"]);
    }
    const marked = atEveryCut(sse({ done: { event: "end" } }), `${token}event: end\ndata: {}\n`);
    expect(marked).toEqual({ records: [{ a: 1 }], ended: true });
  });

  it("still joins the lines of one value, and follows the WHATWG text where it is strict", () => {
    expect(recordsAtEveryCut(sse(), 'data: {"a":\ndata: 1}\n\ndata: 5\ndata: \n\n')).toEqual([
      { a: 1 },
      5,
    ]);
    expect(errorAtEveryCut(sse({ strict: true }), "data: 1\ndata: 2\n\n").name).toBe(
      "ChunkParseError",
    );
  });
});

describe("the end marker of sse()", () => {
  it("ends the stream and is no record", () => {
    expect(atEveryCut(sse(), "data: 1\n\ndata: [DONE]\n\ndata: not read\n\n")).toEqual({
      records: [1],
      ended: true,
    });
  });

  it("is known without its blank line, and without its line end", () => {
    expect(atEveryCut(sse(), "data: 1\n\ndata: [DONE]\n").ended).toBe(true);
    expect(atEveryCut(sse(), "data: 1\n\ndata:[DONE]").ended).toBe(true);
  });

  it("is compared with the whole data, never with a part of it", () => {
    expect(atEveryCut(sse(), 'data: "say [DONE]"\n\n')).toEqual({
      records: ["say [DONE]"],
      ended: false,
    });
    expect(recordsAtEveryCut(sse({ raw: true }), "data: [DONE] or not\n\n")).toHaveLength(1);
  });

  it.each(["[DONE] ", " [DONE]", "\t[DONE]\t", '"[DONE]"', ' "[DONE]" '])(
    "is known with blanks around it, and in quotes: %j",
    (mark) => {
      for (const raw of [false, true] as const) {
        const format = raw ? sse({ raw }) : sse();
        const { records, ended } = atEveryCut(format, `data: 1\n\ndata: ${mark}\n\ndata: 2\n\n`);
        expect({ count: records.length, ended }).toEqual({ count: 1, ended: true });
      }
    },
  );

  it("may be another one", () => {
    expect(atEveryCut(sse({ done: "end" }), "data: 1\n\ndata: end\n\n")).toEqual({
      records: [1],
      ended: true,
    });
    errorAtEveryCut(sse({ done: "end" }), "data: [DONE]\n\n");
  });

  it.each([
    ["without data", "event: end\n\n"],
    ["with data", "event: end\ndata: 9\n\n"],
    ["without its blank line", "event: end"],
    ["behind a comment, with CRLF", ": ping\r\n\r\nevent: end\r\n\r\n"],
  ])("may be an event's name, %s", (_, end) => {
    const format = sse({ done: { event: "end" } });
    for (const before of ["data: 1\n\n", "event: ends\ndata: 1\n\nevent: endless\n\n"]) {
      const { records, ended } = atEveryCut(format, before + end);
      expect({ records, ended }).toEqual({ records: [1], ended: true });
    }
    expect(atEveryCut(format, `${end}\n\ndata: 2\n\n`).records).toEqual([]);
    expect(atEveryCut(format, 'data: "end"\n\nevent: endless\n\n').ended).toBe(false);
    expect(atEveryCut(sse({ raw: true, done: { event: "end" } }), end).ended).toBe(true);
  });

  it("may be none", () => {
    const { records, ended } = atEveryCut(sse({ raw: true, done: false }), "data: [DONE]\n\n");
    expect(records).toEqual([event("[DONE]")]);
    expect(ended).toBe(false);
  });

  it("must be a string or a name that is not empty, or false", () => {
    expect(() => sse({ done: "" })).toThrow(HookError);
    expect(() => sse({ done: { event: "" } })).toThrow(HookError);
    // @ts-expect-error plain JavaScript users have no types
    expect(() => sse({ done: null })).toThrow(HookError);
    // @ts-expect-error plain JavaScript users have no types
    expect(() => sse({ done: true })).toThrow(/such as "\[DONE\]"/);
  });
});

describe("the limit of sse()", () => {
  const limits = { maxRecordBytes: 100 };
  const tooLarge = (input: string) => {
    const error = errorAtEveryCut(sse({ raw: true }), input, [], limits);
    expect(error).toMatchObject({ name: "RecordTooLargeError", facts: { limitBytes: 100 } });
  };
  const fits = (input: string) => {
    const { error } = atEveryCut(sse({ raw: true }), input, { limits });
    expect(error).toBeUndefined();
  };

  it("counts the bytes of the data, over all its lines", () => {
    fits(`data: ${"x".repeat(100)}\n\n`);
    tooLarge(`data: ${"x".repeat(101)}\n\n`);
    tooLarge(`data: ${"ä".repeat(51)}\n\n`);
    fits(`data: ${"x".repeat(50)}\ndata: ${"x".repeat(49)}\n\n`);
    tooLarge(`data: ${"x".repeat(50)}\ndata: ${"x".repeat(50)}\n\n`);
  });

  it("counts to the byte in megabytes of lines", () => {
    const limits = { maxRecordBytes: 3_000_000 };
    const lines = Array.from({ length: 3000 }, () => "x".repeat(999));
    const decode = (all: string[]) =>
      decodePieces(sse({ raw: true }), [bytesOf(`data: ${all.join("\ndata: ")}\n\n`)], limits);
    const fitting = [...lines.slice(1), "x".repeat(1000)];
    const [record] = decode(fitting).records as { data: string }[];
    expect(record?.data === fitting.join("\n")).toBe(true);
    expect(decode([...fitting.slice(1), "x".repeat(1001)])).toMatchObject({
      error: { name: "RecordTooLargeError" },
    });
  });

  it("bounds data of many empty lines", () => {
    tooLarge("data\n".repeat(200));
  });

  it("bounds a line that is not data, and does not add up comments", () => {
    tooLarge(`: ${"x".repeat(200)}`);
    fits(`: ${"x".repeat(60)}\n`.repeat(10));
  });

  it("reports an unfinished record as soon as it is too long", () => {
    const decoder = sse().createDecoder(limits);
    for (const byte of oneByteEach(bytesOf(`data: ${"x".repeat(100)}`))) decoder.decode(byte);
    expect(() => decoder.decode(bytesOf("x"))).toThrow(/larger than 100 bytes/);
  });

  it("bounds an event that is a read of its own", () => {
    const pieces = (length: number) => [bytesOf(`data: ${"a".repeat(length)}\n\n`)];
    expect(decodePieces(sse({ raw: true }), pieces(100), limits).records).toHaveLength(1);
    expect(decodePieces(sse({ raw: true }), pieces(101), limits).error?.name).toBe(
      "RecordTooLargeError",
    );
  });

  it("does not count events together", () => {
    const outcome = decodePieces(sse(), [bytesOf("data: 12345\n\n".repeat(100))], limits);
    expect(outcome.records).toHaveLength(100);
  });
});
