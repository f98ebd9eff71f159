import { describe, expect, it } from "vitest";
import {
  ModelStreamError,
  TimeoutError,
  TruncatedStreamError,
  UnexpectedContentTypeError,
} from "../../../../src/errors.js";
import type { ChunkContext } from "../../../../src/streaming/hooks/hook-types.js";
import { lines } from "../../../../src/formats/lines.js";
import { streamBody } from "../../../../src/streaming/response/streamed-body.js";
import { runEffects } from "../../../helpers/run-effects.js";
import { stateOf, type CallParts } from "../../../helpers/run-scripted.js";

const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));

function read(
  reads: readonly (string | Uint8Array | Error)[],
  parts: CallParts = {},
  contentType = "application/x-ndjson",
) {
  const state = stateOf(parts);
  const head = { status: 200, headers: { "content-type": contentType } };
  return { ...runEffects(streamBody(state, head), reads), state };
}

describe("streamBody", () => {
  it("gives the deltas as they come, and lets the connection go", () => {
    const { text, error, kinds, state } = read(['"a"\n"', 'b"\n', '"c"']);
    expect({ text, error }).toEqual({ text: "abc", error: undefined });
    expect(kinds).toContain("release");
    expect(state.delivered).toBe(true);
  });

  it("gives the deltas before a break, and then the error", () => {
    const broken = new TruncatedStreamError("gone");
    expect(read(['"a"\n', broken])).toMatchObject({ text: "a", error: broken });
  });

  it("is over when the answer was complete and nothing more comes", () => {
    const silence = new TimeoutError("idle", 1);
    const { text, error, kinds } = read(['{"text":"a","done":true}\n', silence]);
    expect({ text, error }).toEqual({ text: "a", error: undefined });
    expect(kinds).toContain("abandon");
  });

  it("closes the connection behind a stop sequence", () => {
    const { text, kinds } = read(['"one EN"\n', '"D two"\n', '"three"\n'], { stop: ["END"] });
    expect(text).toBe("one ");
    expect(kinds).toContain("abandon");
    expect(kinds).not.toContain("release");
  });

  it("takes one pretty-printed value for the answer of a server that does not stream", () => {
    const parseResponse = (body: unknown) => (body as { answer: string }).answer;
    expect(read(['{\n  "answer":', '\n "yes"\n}'], { parseResponse })).toMatchObject({
      text: "yes",
      error: undefined,
    });
  });

  it("keeps another object that a hook has put in the place of its state", () => {
    const count = (context: ChunkContext): string => {
      const { n = 0 } = context.state as { n?: number };
      Object.assign(context, { state: { n: n + 1 } });
      return `${n}`;
    };
    const parseChunk: CallParts["parseChunk"] = (_, context) => count(context);
    expect(read(["{}\n", "{}\n{}\n"], { parseChunk })).toMatchObject({ text: "012" });
    const asked: string[] = [];
    const parseRecordError: CallParts["parseRecordError"] = (_, context) =>
      void asked.push(count(context));
    read(['"a"\n', '"b"\n"c"\n'], { parseRecordError });
    expect(asked).toEqual(["0", "1", "2"]);
  });

  it("gives a last character that might have been the beginning of one", () => {
    const type = "text/plain; charset=iso-8859-1";
    expect(read([latin1("un caf"), latin1("\xe9")], { format: lines() }, type)).toMatchObject({
      text: "un café",
      error: undefined,
    });
    const parts = { format: lines(), stop: ["un"] };
    expect(read([latin1("un caf\xe9")], parts, type)).toMatchObject({ text: "", error: undefined });
  });

  it("finds the provider's error where no record can be read", () => {
    expect(read(['{\n "error": "no room"\n}']).error).toBeInstanceOf(ModelStreamError);
    const page = read(["<html>"], {}, "text/html");
    expect(page.error).toBeInstanceOf(UnexpectedContentTypeError);
  });
});
