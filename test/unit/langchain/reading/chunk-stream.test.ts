import { GenerationChunk } from "@langchain/core/outputs";
import { describe, expect, it } from "vitest";
import {
  collectAnswer,
  streamChunks,
  streamChunksSync,
} from "../../../../src/langchain/reading/chunk-stream.js";
import type { Delta } from "../../../../src/streaming/delta/delta.js";
import { scriptedTransport } from "../../../../src/testing/index.js";
import { modelCall } from "../../../helpers/run-scripted.js";

const headers = { "content-type": "application/x-ndjson" };
const call = () =>
  modelCall({ transport: scriptedTransport([{ headers, body: ['"a"\n', '"b"\n'] }]) });
const answer = { add: ({ text }: Delta) => new GenerationChunk({ text }) };
const cancellation = (signal?: AbortSignal) => ({
  signal,
  abortError: () => new Error("the call was aborted"),
});

describe("streamChunks", () => {
  it("gives the chunks, of which a callback is told before", async () => {
    const heard: string[] = [];
    const callback = async (chunk: GenerationChunk) => void heard.push(`told ${chunk.text}`);
    for await (const { text } of streamChunks(call, answer, callback, cancellation())) {
      if (text !== "") heard.push(text);
    }
    expect(heard.filter((text) => text !== "told ")).toEqual(["told a", "a", "told b", "b"]);
  });

  it("refuses a call at the first read", async () => {
    const refuse = () => {
      throw new TypeError("no such option");
    };
    const chunks = streamChunks(refuse, answer, undefined, cancellation());
    await expect(chunks.next()).rejects.toThrow("no such option");
  });

  it("ends with the signal", async () => {
    const aborted = streamChunks(call, answer, undefined, cancellation(AbortSignal.abort()));
    await expect(aborted.next()).rejects.toThrow("the call was aborted");
  });
});

describe("collectAnswer", () => {
  it("takes every delta", async () => {
    let text = "";
    await collectAnswer(call(), { collect: (delta) => (text += delta.text) }, cancellation());
    expect(text).toBe("ab");
  });
});

describe("streamChunksSync", () => {
  it("gives the same, and ends with the signal", () => {
    const read = (signal?: AbortSignal) =>
      [...streamChunksSync(call(), answer, cancellation(signal))].map(({ text }) => text).join("");
    expect(read()).toBe("ab");
    expect(() => read(AbortSignal.abort())).toThrow("the call was aborted");
  });
});
