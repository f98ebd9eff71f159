import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type * as errors from "../../src/errors.js";
import * as exports from "../../src/errors.js";
import {
  autoFormat,
  awsEventStream,
  fetchTransport,
  jsonArray,
  jsonLines,
  jsonSequence,
  lines,
  sse,
  StreamAbortError,
  text,
  undiciTransport,
} from "http-streaming-llm";
import { answeringDispatcher } from "../helpers/answering-dispatcher.js";

const {
  checkOptions,
  ChunkParseError,
  ConnectionError,
  fromWire,
  HookError,
  HttpStatusError,
  HttpStreamingError,
  isMarkedPermanent,
  ModelStreamError,
  RecordTooLargeError,
  ResponseTooLargeError,
  SynchronousHookError,
  TimeoutError,
  toWire,
  TruncatedStreamError,
  UnexpectedContentTypeError,
} = exports;

/** The same module once more, as a second copy of the package would bring it. */
async function secondCopy(): Promise<typeof errors> {
  // @ts-expect-error -- a query makes it another module for the loader
  return (await import("../../src/errors.js?copy")) as typeof errors;
}

describe("HttpStreamingError.isInstance", () => {
  it("knows its own", () => {
    const error = new TimeoutError("idle", 5);
    expect(TimeoutError.isInstance(error)).toBe(true);
    expect(HttpStreamingError.isInstance(error)).toBe(true);
    expect(HttpStatusError.isInstance(error)).toBe(false);
  });

  it("knows those of another copy of the package, where instanceof does not", async () => {
    const copy = await secondCopy();
    expect(copy.TimeoutError).not.toBe(TimeoutError);
    const error: unknown = new copy.TimeoutError("idle", 5);
    expect(error instanceof TimeoutError).toBe(false);
    expect(TimeoutError.isInstance(error)).toBe(true);
    expect(HttpStreamingError.isInstance(error)).toBe(true);
    expect(HttpStatusError.isInstance(error)).toBe(false);
    expect(copy.TimeoutError.isInstance(new TimeoutError("idle", 5))).toBe(true);
  });

  it("knows subclasses of an author's", () => {
    class MyTimeout extends TimeoutError {}
    expect(TimeoutError.isInstance(new MyTimeout("idle", 5))).toBe(true);
  });

  it("takes anything for an answer", () => {
    for (const value of [
      undefined,
      null,
      7,
      "TimeoutError",
      {},
      new Error("x"),
      { name: "TimeoutError" },
    ]) {
      expect(TimeoutError.isInstance(value)).toBe(false);
    }
  });
});

describe("an error of this package", () => {
  it("shows code and facts in logs, not bodies, headers and partial text", () => {
    const error = new HttpStatusError("the server answered 429.", {
      status: 429,
      headers: { "x-limit": "response-header" },
      body: "response-body",
      retryAfterMs: 5,
    });
    error.partial = "partial-text";
    const log = JSON.stringify(error) + inspect(error);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: "HttpStatusError",
      message: "the server answered 429.",
      code: "HTTP_STATUS",
      status: 429,
      retryAfterMs: 5,
    });
    for (const hidden of ["response-header", "response-body", "partial-text"]) {
      expect(log).not.toContain(hidden);
    }
    expect([error.body, error.headers, error.partial]).toEqual([
      "response-body",
      { "x-limit": "response-header" },
      "partial-text",
    ]);
  });

  it("has its name whatever a minifier does", () => {
    expect(new TruncatedStreamError("x").name).toBe("TruncatedStreamError");
    expect(String(new TruncatedStreamError("x"))).toBe("TruncatedStreamError: x");
  });

  it("of an abort is known by the platform's name, and carries its reason", () => {
    const cause = new Error("why");
    const error = new StreamAbortError("aborted.", undefined, { cause });
    expect(error).toMatchObject({ name: "AbortError", cause });
    expect(error).toBeInstanceOf(Error);
  });
});

describe("toWire and fromWire", () => {
  const cause = Object.assign(new Error("read ECONNRESET"), {
    code: "ECONNRESET",
    address: "u:p@h",
  });
  const ours: errors.HttpStreamingError[] = [
    new HttpStatusError("refused", { status: 429, retryAfterMs: 5, requestId: "r" }, { cause }),
    new ConnectionError("nobody listens", { cause }),
    new TimeoutError("idle", 5),
    new ChunkParseError("no JSON", { record: "{", index: 3, unfinished: true }),
    new RecordTooLargeError(7),
    new ResponseTooLargeError(7),
    new TruncatedStreamError("broke off", { records: 2 }),
    new ModelStreamError("overloaded", { code: "529", type: "overloaded", retryable: true }),
    new UnexpectedContentTypeError("HTML", { contentType: "text/html", body: "<p>" }),
    new SynchronousHookError("headers", "returned a Promise"),
    new HookError("tls", "no function", { cause }),
  ];

  it.each(ours.map((error) => [error.name, error] as const))(
    "carry a %s to another thread",
    (_, error) => {
      const copy = fromWire(structuredClone(toWire(error))) as errors.HttpStreamingError;
      expect(copy).toBeInstanceOf(error.constructor);
      expect(copy.toJSON()).toEqual(error.toJSON());
      expect(copy.partial).toBe("");
      expect(isMarkedPermanent(copy)).toBe(isMarkedPermanent(error));
    },
  );

  it("know every class", () => {
    const classes = Object.values(exports).filter(
      (value) => typeof value === "function" && value.prototype instanceof HttpStreamingError,
    );
    expect(new Set(ours.map((error) => error.constructor))).toEqual(new Set(classes));
  });

  it("carry the cause, of any other error only name, message and code", () => {
    const copy = fromWire(toWire(new ConnectionError("nobody listens", { cause })));
    expect(copy.cause).toMatchObject({
      name: "Error",
      message: "read ECONNRESET",
      code: "ECONNRESET",
    });
    expect(copy.cause).not.toHaveProperty("address");
    expect(fromWire(toWire(new RangeError("too long")))).toMatchObject({ name: "RangeError" });
    expect(fromWire(toWire("a word")).message).toBe("a word");
  });
});

describe("checkOptions", () => {
  it("takes those that there are", () => {
    for (const options of [{}, { b: undefined, c: 5 }, { b: false }]) {
      checkOptions("format", "a", options, { b: "boolean", c: undefined });
    }
  });

  it.each<[string, (options: object) => unknown]>([
    ["sse", (options) => sse(options)],
    ["jsonLines", (options) => jsonLines(options)],
    ["awsEventStream", (options) => awsEventStream(options)],
    ["fetchTransport", (options) => fetchTransport(options)],
    ["undiciTransport", (options) => undiciTransport(options)],
  ])("has %s() refuse what would be left out", (name, make) => {
    expect(() => make({ predcit: false })).toThrow(HookError);
    expect(() => make({ predcit: false })).toThrow(
      `${name}() has no use for "predcit". Its options: `,
    );
    expect(() => make("raw" as unknown as object)).toThrow("has no use for a string");
    expect(() => make(null as unknown as object)).toThrow("has no use for null");
  });

  it.each([autoFormat, jsonArray, jsonSequence, lines, text])(
    "has a format without options refuse what it is given",
    (make: (given?: unknown) => unknown) => {
      for (const nothing of [undefined, {}]) expect(() => make(nothing)).not.toThrow();
      expect(() => make("\r\n")).toThrow("() has no use for a string. Its options: none.");
      expect(() => make({ separator: "\n" })).toThrow(`${make.name}() has no use for "separator"`);
    },
  );

  it.each([sse, jsonLines, awsEventStream])("refuses what would mean something else", (make) => {
    expect(() => make({ predict: "false" } as object)).toThrow('got a string as "predict"');
    expect(() => make({ predict: null } as object)).toThrow('got null as "predict"');
  });

  it("notices a fetch, or a dispatcher, in place of the options", () => {
    expect(() => fetchTransport((async () => new Response()) as object)).toThrow("a function");
    expect(() => undiciTransport(answeringDispatcher() as object)).toThrow("dispatcher");
  });

  it("notices a format that was not called", () => {
    expect(() => awsEventStream({ payload: jsonLines as never })).toThrow(
      "{ payload: jsonLines() }",
    );
  });
});
