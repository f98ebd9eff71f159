import { GenerationChunk } from "@langchain/core/outputs";
import { describe, expect, it } from "vitest";
import type { OpenAnswer } from "../../../../src/langchain/reading/answer.js";
import { Run, type RunManager } from "../../../../src/langchain/runs/run.js";
import {
  tracedStream,
  tracedStreamSync,
  type TracedCall,
} from "../../../../src/langchain/runs/traced-stream.js";
import { turns } from "../../../helpers/hand-server.js";

const RESULT = { generations: [] };

/** A call whose run is written down. */
function traced(signal?: AbortSignal) {
  const heard: string[] = [];
  const manager = {
    handlers: [],
    handleLLMNewToken: async (text: string) => void heard.push(`token ${text}`),
    handleLLMEnd: async () => void heard.push("end"),
    handleLLMError: async (error: Error) => void heard.push(error.message),
  } as unknown as RunManager;
  const call: TracedCall = {
    signal,
    wantsTokens: () => true,
    showsTokens: () => true,
    start: async () => {
      heard.push("start");
      return new Run(manager);
    },
    result: () => RESULT,
    abortError: () => new Error("aborted"),
    readerLeftError: () => new Error("left"),
  };
  return { heard, call };
}

/** An answer of these pieces, then perhaps an error. */
function answer(pieces: string[], error?: Error): OpenAnswer<unknown, string> {
  return {
    source: {
      next: (reader) => {
        const next = pieces.shift();
        if (next !== undefined) reader.onPieces([next]);
        else if (error === undefined) reader.onPieces(undefined);
        else reader.onError(error);
      },
      close: () => undefined,
    },
    take: (piece) => piece as string,
  };
}
async function read(stream: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of stream) text += piece;
  return text;
}

describe("tracedStream", () => {
  it("starts a run and ends it with the answer", async () => {
    const { heard, call } = traced();
    expect(await read(tracedStream(call, () => answer(["a", "b"])))).toBe("ab");
    expect(heard).toEqual(["start", "end"]);
  });

  it("ends the run with the error, or with the reader who leaves", async () => {
    const failed = traced();
    const stream = tracedStream(failed.call, () => answer(["a"], new Error("broken")));
    await expect(read(stream)).rejects.toThrow("broken");
    expect(failed.heard).toEqual(["start", "broken"]);
    const left = traced();
    for await (const _ of tracedStream(left.call, () => answer(["a", "b"]))) break;
    expect(left.heard).toEqual(["start", "left"]);
  });

  it("gives what is in the cache, and stores what was not", async () => {
    const { heard, call } = traced();
    const chunk = new GenerationChunk({ text: "cached" });
    const found = {
      lookup: async () => ({ chunk, output: "cached", result: RESULT }),
      store: async () => undefined,
    };
    expect(await read(tracedStream(call, () => answer(["new"]), found))).toBe("cached");
    expect(heard).toEqual(["start", "token cached", "end"]);
    let stored = 0;
    const empty = {
      lookup: async () => undefined,
      store: async () => {
        stored++;
      },
    };
    expect(await read(tracedStream(traced().call, () => answer(["new"]), empty))).toBe("new");
    expect(stored).toBe(1);
  });
});

describe("tracedStreamSync", () => {
  const chunks = function* (...texts: string[]) {
    for (const text of texts) yield new GenerationChunk({ text });
  };

  it("tells the handlers in order, when the event loop next runs", async () => {
    const { heard, call } = traced();
    const outputs = [
      ...tracedStreamSync(
        call,
        () => chunks("a", "b"),
        ({ text }) => text,
      ),
    ];
    expect([outputs, heard]).toEqual([["a", "b"], []]);
    await turns();
    expect(heard).toEqual(["start", "token a", "token b", "end"]);
  });

  it("ends the run of a reader who leaves", async () => {
    const { heard, call } = traced();
    for (const _ of tracedStreamSync(
      call,
      () => chunks("a", "b"),
      ({ text }) => text,
    ))
      break;
    await turns();
    expect(heard).toEqual(["start", "token a", "left"]);
  });
});
