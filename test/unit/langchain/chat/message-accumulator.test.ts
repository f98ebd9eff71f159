import type { AIMessageChunk } from "@langchain/core/messages";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessageAccumulator } from "../../../../src/langchain/chat/message-accumulator.js";
import type { Delta } from "../../../../src/streaming/answer/delta.js";
import { anyDeltas, RUN_ID, RUNS, throughPipeline } from "../../../helpers/chat-deltas.js";
import { shown } from "../../../helpers/chat-fixtures.js";

const of = (deltas: readonly Delta[], how: "add" | "addOutput" | "collect") => {
  const answer = new MessageAccumulator("v0", RUN_ID);
  for (const delta of deltas) answer[how](delta);
  return answer;
};

describe("MessageAccumulator", () => {
  it("makes the same message of an answer, whatever is asked of each delta", () => {
    fc.assert(
      fc.property(anyDeltas, (records) => {
        const deltas = throughPipeline(records);
        const messages = (["add", "addOutput", "collect"] as const).map((how) =>
          shown(of(deltas, how).message()),
        );
        expect(messages[1]).toEqual(messages[0]);
        expect(messages[2]).toEqual(messages[0]);
      }),
      RUNS,
    );
  });

  it("gives each delta's chunk, and all of them as one", () => {
    const answer = new MessageAccumulator("v0", RUN_ID);
    expect(answer.add({ text: "a", reasoning: "t" }).text).toBe("a");
    expect(answer.addOutput({ text: "b" }).content).toBe("b");
    expect(answer.text).toBe("ab");
    expect(answer.generation()).toMatchObject({ text: "ab" });
    expect(answer.output()).toMatchObject({
      content: "ab",
      additional_kwargs: { reasoning_content: "t" },
    });
  });

  it("puts the pieces of calls together", () => {
    const call = { index: 0, id: "1", name: "f" };
    const answer = of(
      [
        { text: "", toolCalls: [{ ...call, args: '{"a"' }] },
        { text: "x" },
        { text: "", toolCalls: [{ index: 0, args: ":1}" }] },
        { text: "", finishReason: "stop" },
      ] as Delta[],
      "collect",
    );
    const message: AIMessageChunk = answer.message();
    expect(message.tool_calls).toMatchObject([{ id: "1", args: { a: 1 } }]);
    expect(message.content).toBe("x");
  });

  it("is empty where nothing came, and after a restart", () => {
    const answer = new MessageAccumulator("v0", RUN_ID);
    expect(answer.generation()).toBeUndefined();
    expect(answer.result()).toEqual({ generations: [[]] });
    answer.add({ text: "a" });
    answer.restart();
    expect([answer.text, answer.generation(), answer.message().content]).toEqual([
      "",
      undefined,
      "",
    ]);
  });
});
