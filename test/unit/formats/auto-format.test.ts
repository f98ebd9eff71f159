import { recordParser } from "#runtime";
import { describe, expect, it, vi } from "vitest";

import { autoFormat } from "../../../src/formats/auto-format.js";
import {
  atEveryCut,
  bytesOf,
  errorAtEveryCut,
  joined,
  LIMITS,
  recordsAtEveryCut,
} from "../../helpers/every-cut.js";

const forType = (contentType: string | undefined) => {
  const format = autoFormat().forContentType?.(contentType);
  if (format === undefined) throw new Error("autoFormat() chooses by content-type");
  return format;
};

describe("autoFormat() by content-type", () => {
  it.each([
    ["text/event-stream", "sse"],
    ["text/event-stream; charset=utf-8", "sse"],
    ["Text/Event-Stream;charset=UTF-8", "sse"],
    ["application/x-ndjson", "jsonLines"],
    ["application/ndjson", "jsonLines"],
    ["application/jsonl", "jsonLines"],
    ["application/stream+json", "jsonLines"],
    ["application/json-seq", "jsonSequence"],
    ["application/json", "autoFormat"],
    ["application/octet-stream", "autoFormat"],
    ["text/plain; charset=utf-8", "autoFormat"],
    ["image/x-unheard-of", "autoFormat"],
    ["", "autoFormat"],
    [undefined, "autoFormat"],
  ])("reads %s with %s", (contentType, name) => {
    expect(forType(contentType).name).toBe(name);
  });

  it("accepts what each of its formats accepts, and other text", () => {
    const { contentTypes } = autoFormat();
    expect(contentTypes[0]).toBe("text/event-stream");
    expect(contentTypes).toContain("application/x-ndjson");
    expect(contentTypes).toContain("text/*");
  });

  it.each([
    "application/x-protobuf",
    "application/vnd.google.protobuf; proto=a.B",
    "application/grpc-web+proto",
    "application/grpc",
    "application/vnd.amazon.eventstream",
    "application/pdf",
    "application/zip",
    "application/x-msgpack",
    "application/cbor",
  ])("does not accept %s, which is binary", (contentType) => {
    const { contentTypes } = forType(contentType);
    expect(contentTypes).toContain("application/json");
    expect(contentTypes.filter((type) => type.includes("*"))).toEqual([]);
  });

  it.each(["application/octet-stream", "application/vnd.api+json", "text/markdown", ""])(
    "accepts %s, which may be text",
    (contentType) => {
      expect(forType(contentType).contentTypes).toContain("application/*");
    },
  );
});

describe("autoFormat() by the first bytes", () => {
  const of = (input: string | Uint8Array) => recordsAtEveryCut(autoFormat(), input);
  const textOf = (input: string | Uint8Array) => {
    const { records, error } = atEveryCut(autoFormat(), input, { compare: joined });
    expect(error).toBeUndefined();
    return records.join("");
  };

  it.each([
    ["a JSON array", '[{"a":1},{"a":2}]', [{ a: 1 }, { a: 2 }]],
    ["JSON lines", '{"a":1}\n{"a":2}\n', [{ a: 1 }, { a: 2 }]],
    ["a JSON text sequence", "\x1e1\n\x1e2\n", [1, 2]],
    ["events that begin with data", "data: 1\n\ndata: 2\n\n", [1, 2]],
    ["events that begin with a name", "event: a\ndata: 1\n\n", [1]],
    ["events that begin with an id", "id: 1\ndata: 1\n\n", [1]],
    ["events that begin with retry", "retry: 1\ndata: 1\n\n", [1]],
    ["events that begin with a comment", ": hi\n\ndata: 1\n\n", [1]],
  ])("recognises %s, also behind blank lines and a byte order mark", (_, input, records) => {
    expect(of(input)).toEqual(records);
    expect(of(`\n\r\n${input}`)).toEqual(records);
    expect(of(`\uFEFF${input}`)).toEqual(records);
    expect(of(`\uFEFF\n${input}`)).toEqual(records);
  });

  it("takes anything else for text, with its white space", () => {
    for (const input of ["Hello", " \n Hello\n", "database: yes", "even", "data", "ide", "\n \t"]) {
      expect(textOf(input)).toBe(input);
    }
    expect(textOf("\uFEFF ä")).toBe(" ä");
    expect(textOf("")).toBe("");
  });

  it("gives text as soon as it can be nothing else", () => {
    const decoder = autoFormat().createDecoder(LIMITS);
    expect([...decoder.decode(bytesOf("dat"))]).toEqual([]);
    expect([...decoder.decode(bytesOf("e"))]).toEqual(["date"]);
    expect([...decoder.decode(bytesOf(": x"))]).toEqual([": x"]);
  });

  it("knows the end that the format knows", () => {
    expect(atEveryCut(autoFormat(), "data: 1\n\ndata: [DONE]\n\n").ended).toBe(true);
    expect(atEveryCut(autoFormat(), "[1]").ended).toBe(true);
    expect(atEveryCut(autoFormat(), '{"a":1}\n').ended).toBe(false);
  });

  it("judges what follows that end where the format does", () => {
    const judges = (start: string) => {
      const decoder = autoFormat().createDecoder(LIMITS);
      expect(decoder.judgesRest ?? false).toBe(false);
      expect([...decoder.decode(bytesOf(start))]).toHaveLength(1);
      return decoder.judgesRest;
    };
    expect(judges("[1]")).toBe(true);
    expect(judges("data: 1\n\n")).not.toBe(true);
  });

  it("reads application/json as lines when it is no array, and reports what is not JSON", () => {
    const json = forType("application/json");
    expect(recordsAtEveryCut(json, '"a"\n5\n')).toEqual(["a", 5]);
    expect(recordsAtEveryCut(json, "[5]")).toEqual([5]);
    for (const input of ["Bad gateway", "data", "\x01"]) {
      expect(errorAtEveryCut(json, input).name).toBe("ChunkParseError");
    }
    expect(recordsAtEveryCut(forType("application/vnd.api+json"), "5")).toEqual([5]);
  });

  it.each([
    ["NULs", [0, 0, 0, 5, 72]],
    ["text in two bytes each", [72, 0, 101, 0]],
    ["a NUL behind white space", [10, 32, 0]],
    ["a picture", [137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13]],
    ["a NUL among the first bytes", [...bytesOf("text ".repeat(100)), 0]],
  ])("refuses %s as text", (_, bytes) => {
    const { error } = atEveryCut(autoFormat(), Uint8Array.from(bytes), { compare: joined });
    expect(error?.name).toBe("UnexpectedContentTypeError");
  });

  it("gives nothing of binary data that does not even begin like text", () => {
    const picture = Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13]);
    expect(atEveryCut(autoFormat(), picture).records).toEqual([]);
  });

  it("takes what begins unlike text for it all the same, where no NUL comes", () => {
    expect(textOf("\x01 Hello")).toBe("\x01 Hello");
    expect(textOf(Uint8Array.of(0xff, 0x48))).toBe("\uFFFDH");
    expect(textOf(`\x01${"x".repeat(2000)}\0`)).toBe(`\x01${"x".repeat(2000)}\0`);
  });

  it("gives it as soon as no NUL was among the first bytes", () => {
    const decoder = autoFormat().createDecoder(LIMITS);
    expect([...decoder.decode(bytesOf("\x01".repeat(1023)))]).toEqual([]);
    expect([...decoder.decode(bytesOf("a"))]).toEqual([`${"\x01".repeat(1023)}a`]);
  });

  it("names the content-type and keeps the bytes, for the error", () => {
    const decoder = forType("text/plain; charset=utf-16").createDecoder(LIMITS);
    expect(() => [...decoder.decode(Uint8Array.of(0, 72))]).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/answered with text\/plain, and with binary data/) as string,
        contentType: "text/plain; charset=utf-16",
        body: "\0H",
      }) as Error,
    );
  });

  it("bounds the white space that it holds back", () => {
    const limits = { maxRecordBytes: 50 };
    const blank = "\n".repeat(50);
    expect(atEveryCut(autoFormat(), `${blank}{}\n`, { limits }).error?.name).toBe(undefined);
    expect(errorAtEveryCut(autoFormat(), `${blank} {}`, [], limits).name).toBe(
      "RecordTooLargeError",
    );
  });
});

describe("autoFormat()", () => {
  it.each(["text/event-stream", "application/json", undefined])(
    "keeps what it has learnt of one answer for the next (%s)",
    (contentType) => {
      const format = autoFormat();
      const answer = (id: number): Buffer =>
        Buffer.from(
          ["a", "b", "c"].map((token) => `{"id":"an answer ${id}","token":"${token}"}\n`).join("") +
            "\n",
        );
      const events = (bytes: Buffer): Buffer =>
        contentType === "text/event-stream"
          ? Buffer.from(bytes.toString().replaceAll("{", "data: {").replaceAll("}\n", "}\n\n"))
          : bytes;
      const read = (bytes: Buffer): unknown[] => [
        ...(format.forContentType?.(contentType)?.createDecoder(LIMITS).decode(bytes) ?? []),
      ];
      for (const id of [1, 2, 3]) read(events(answer(id)));
      const parse = vi.spyOn(JSON, "parse");
      const records = read(events(answer(4)));
      const parsed = parse.mock.calls.length;
      parse.mockRestore();
      const learns = recordParser() !== undefined;
      expect(parsed).toBe(learns ? 0 : records.length);
      expect(records).toHaveLength(3);
      expect(records[2]).toEqual({ id: "an answer 4", token: "c" });
    },
  );
});
