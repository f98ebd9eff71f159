import { describe, expect, it } from "vitest";
import {
  ModelStreamError,
  RecordTooLargeError,
  ResponseTooLargeError,
  TruncatedStreamError,
  UnexpectedContentTypeError,
} from "../../../../src/errors.js";
import { takeWhole, wholeBody } from "../../../../src/streaming/response/whole-body.js";
import { runEffects } from "../../../helpers/run-effects.js";
import { stateOf, type CallParts } from "../../../helpers/run-scripted.js";

const HEAD = { status: 200, headers: { "content-type": "application/json" } };
const read = (reads: readonly string[], parts: CallParts = {}, head = HEAD) =>
  runEffects(wholeBody(stateOf(parts), head), reads);

describe("wholeBody", () => {
  it("gives what parseResponse makes of it, however it is cut", () => {
    const parseResponse = (body: unknown) => (body as { answer: string }).answer;
    for (const reads of [['{"answer":"yes"}'], ['{"ans', 'wer":', '"yes"}']]) {
      expect(read(reads, { parseResponse })).toMatchObject({ text: "yes", error: undefined });
    }
  });

  it("takes a text for a text", () => {
    expect(read(["plain"]).text).toBe("plain");
  });

  it.each<[readonly string[], CallParts, typeof HEAD, { readonly name: string }]>([
    [[], {}, HEAD, TruncatedStreamError],
    [['"long"'], { settings: { limits: { maxRecordBytes: 3 } } }, HEAD, RecordTooLargeError],
    [['"long"'], { settings: { limits: { maxResponseBytes: 3 } } }, HEAD, ResponseTooLargeError],
    [['{"error":"no room"}'], {}, HEAD, ModelStreamError],
    [
      ["<html>"],
      {},
      { status: 200, headers: { "content-type": "text/html" } },
      UnexpectedContentTypeError,
    ],
  ])("of %j with %j is an error", (reads, parts, head, kind) => {
    expect(read(reads, parts, head).error).toMatchObject({ name: kind.name });
  });
});

describe("a body in one piece that is binary data", () => {
  it.each([
    ["application/zip", "PK"],
    ["application/x-protobuf", "\n\x05Hello"],
    ["text/plain", "H\0i"],
    ["", "\0\0\0\x05Hello"],
  ])("is not handed on as text under %j", (type, body) => {
    const head = { status: 200, headers: { "content-type": type } };
    expect(read([body], {}, head).error).toMatchObject({ code: "UNEXPECTED_CONTENT_TYPE", body });
  });
});

describe("takeWhole", () => {
  it("says the last of the call with the answer", () => {
    const { deltas } = runEffects(takeWhole(stateOf(), HEAD, "done"));
    expect(deltas.at(-1)?.call).toMatchObject({ attempts: 0 });
  });

  it("lets parseResponse see the response", () => {
    let seen: unknown;
    const parseResponse = (_body: unknown, context: unknown) => {
      seen = context;
      return "x";
    };
    runEffects(takeWhole(stateOf({ parseResponse }), HEAD, {}));
    expect(seen).toMatchObject({ index: 0, status: 200, headers: HEAD.headers, state: {} });
  });
});
