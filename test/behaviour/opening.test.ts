import { describe, expect, it } from "vitest";
import { autoFormat } from "../../src/formats/auto-format.js";
import type { StreamFormat } from "../../src/formats/format.js";
import { jsonArray } from "../../src/formats/json-array.js";
import { jsonLines } from "../../src/formats/json-lines.js";
import { jsonSequence } from "../../src/formats/json-sequence.js";
import { lines } from "../../src/formats/lines.js";
import { sse } from "../../src/formats/sse.js";
import { text } from "../../src/formats/text.js";
import { runScripted, type CallParts } from "../helpers/run-scripted.js";

/** What a call gives for a body of this type in these pieces. */
async function read(
  format: StreamFormat<unknown>,
  contentType: string,
  pieces: string[],
  settings: CallParts["settings"] = {},
) {
  return runScripted({ format, settings: { maxRetries: 0, ...settings } }, [
    { headers: { "content-type": contentType }, body: pieces },
  ]);
}

/** In one piece, and each character in its own. */
const cuts = (body: string): string[][] => [[body], body.split("")];

const EVENTS = 'data: "Hel"\n\ndata: "lo"\n\n';

describe("a response under text/html", () => {
  it.each([
    ["sse()", sse(), EVENTS, "Hello"],
    ["sse(), behind blank lines", sse(), `\n\n${EVENTS}`, "Hello"],
    ["sse(), behind a byte order mark", sse(), `\uFEFF${EVENTS}`, "Hello"],
    ["jsonLines()", jsonLines(), '"Hel"\n"lo"\n', "Hello"],
    ["text()", text(), " Hello", " Hello"],
    ["lines()", lines(), "Hel\nlo\n", "Hello"],
    ["autoFormat()", autoFormat(), EVENTS, "Hello"],
    ["autoFormat(), as text", autoFormat(), "Hello", "Hello"],
  ])("is read by %s, where it is no page", async (_, format, body, said) => {
    for (const pieces of cuts(body)) {
      for (const type of ["text/html", "Text/HTML; charset=utf-8", "application/xhtml+xml"]) {
        const { text: got, error } = await read(format, type, pieces);
        expect([got, error]).toEqual([said, undefined]);
      }
    }
  });

  it.each([
    ["sse()", sse()],
    ["jsonLines()", jsonLines()],
    ["text()", text()],
    ["lines()", lines()],
    ["autoFormat()", autoFormat()],
  ])("is refused by %s, where it is one", async (_, format) => {
    for (const body of ["<!doctype html>Log in", "\r\n \t<html>", "\uFEFF<html>"]) {
      for (const pieces of cuts(body)) {
        const { error, text: got } = await read(format, "text/html", pieces);
        expect(got).toBe("");
        expect(error).toMatchObject({ code: "UNEXPECTED_CONTENT_TYPE" });
        // The decoder of the body's start takes the mark.
        expect((error as { body: string }).body).toBe(body.replace("\uFEFF", ""));
      }
    }
  });

  it("is read in one piece, where it is no page", async () => {
    const streaming = { streaming: false };
    const answer = await read(sse(), "text/html", ['"Hel', 'lo"'], streaming);
    expect([answer.text, answer.error]).toEqual(["Hello", undefined]);
    const page = await read(sse(), "text/html", ["\n", "<html>"], streaming);
    expect(page.error).toMatchObject({ code: "UNEXPECTED_CONTENT_TYPE", body: "\n<html>" });
  });

  it("is the provider's error, where it holds one", async () => {
    for (const type of ["text/html", "application/json"]) {
      for (const pieces of cuts('\n{"error":{"message":"out of memory"}}')) {
        const { error } = await read(sse(), type, pieces);
        expect(error).toMatchObject({ code: "MODEL_STREAM", message: /out of memory/ });
      }
    }
  });

  it("is no answer, where it is empty", async () => {
    for (const pieces of [[], ["\n\n"]]) {
      const { error } = await read(sse(), "text/html", pieces);
      expect(error).toMatchObject({ code: "TRUNCATED_STREAM" });
    }
  });

  it("may not go on for ever without a word", async () => {
    const limits = { maxRecordBytes: 8 };
    const { error } = await read(sse(), "text/html", ["     ", "     "], { limits });
    expect(error).toMatchObject({ code: "RECORD_TOO_LARGE" });
  });
});

describe("server-sent events under another type", () => {
  it.each(["application/json", "application/x-ndjson", "text/markdown"])(
    "are read by sse() under %s",
    async (type) => {
      const bodies = [EVENTS, `: ping\n\n${EVENTS}`, `event: a\n${EVENTS}`, `\n${EVENTS}`];
      for (const pieces of bodies.flatMap(cuts)) {
        const { text: got, error } = await read(sse(), type, pieces);
        expect([got, error]).toEqual(["Hello", undefined]);
      }
    },
  );

  it("are refused where they are none", async () => {
    for (const body of ['{"answer":"Hello"}', "database", "", "dat", "\n"]) {
      for (const pieces of cuts(body)) {
        const { error } = await read(sse(), "application/json", pieces);
        expect(error).toMatchObject(
          body.trim() === ""
            ? { code: "TRUNCATED_STREAM" }
            : { code: "UNEXPECTED_CONTENT_TYPE", body },
        );
      }
    }
  });
});

describe("JSON under another type", () => {
  const types = ["text/x-ndjson", "application/x-jsonl", "application/vnd.api+json", "image/png"];
  const parseChunk = (record: unknown) => (record as { t: string }).t;

  it.each([
    ["jsonLines()", jsonLines(), '\n{"t":"Hel"}\n{"t":"lo"}\n'],
    ["jsonArray()", jsonArray(), ' [{"t":"Hel"},\n{"t":"lo"}]'],
    ["jsonSequence()", jsonSequence(), '\x1e{"t":"Hel"}\n\x1e{"t":"lo"}\n'],
  ])("is read by %s", async (_, format, body) => {
    for (const type of types) {
      for (const pieces of cuts(body)) {
        const response = { headers: { "content-type": type }, body: pieces };
        const { text: got, error } = await runScripted({ format, parseChunk }, [response]);
        expect([got, error]).toEqual(["Hello", undefined]);
      }
    }
  });

  it("is refused where it is none, and by what reads another kind of it", async () => {
    for (const format of [jsonLines(), jsonArray(), jsonSequence()]) {
      for (const body of [EVENTS, "Hello", "<html>"]) {
        const { error } = await read(format, "image/png", [body]);
        expect(error).toMatchObject({ code: "UNEXPECTED_CONTENT_TYPE", body });
      }
    }
    const { error } = await read(jsonLines(), "image/png", ['[{"t":"Hel"}]']);
    expect(error).toMatchObject({ code: "UNEXPECTED_CONTENT_TYPE" });
  });
});

describe("a content-type that was sent twice", () => {
  it("counts as its first", async () => {
    for (const type of [
      "text/event-stream, text/event-stream; charset=utf-8",
      "text/event-stream; charset=utf-8, text/plain",
      ", text/event-stream",
    ]) {
      for (const format of [sse(), autoFormat()]) {
        expect(await read(format, type, [EVENTS])).toMatchObject({ text: "Hello" });
      }
    }
  });
});
