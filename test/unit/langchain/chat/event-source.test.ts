import { describe, expect, it } from "vitest";
import { answerEvents } from "../../../../src/langchain/chat/event-source.js";
import { MessageAccumulator } from "../../../../src/langchain/chat/message-accumulator.js";
import { scriptedTransport } from "../../../../src/testing/index.js";
import { modelCall } from "../../../helpers/run-scripted.js";

const headers = { "content-type": "application/x-ndjson" };

function events(body: string) {
  const transport = scriptedTransport([{ headers, body }]);
  return answerEvents(
    {
      answer: new MessageAccumulator("v0", "run-1"),
      bind: () => modelCall({ transport, settings: { maxRetries: 0 } }),
      signal: undefined,
      abortError: () => new Error("aborted"),
    },
    undefined,
  );
}

describe("answerEvents", () => {
  it("are the blocks of an answer, from its start to its end", async () => {
    const names: string[] = [];
    for await (const { event } of events('{"text":"a"}\n{"text":"b","done":true}\n'))
      names.push(event);
    expect(names[0]).toBe("message-start");
    expect(names.at(-1)).toBe("message-finish");
    expect(names.filter((name) => name === "content-block-delta").length).toBeGreaterThan(0);
  });

  it("end with the error of the call", async () => {
    const reading = async () => {
      for await (const _ of events('{"error":"no room"}\n'));
    };
    await expect(reading()).rejects.toThrow("no room");
  });
});
