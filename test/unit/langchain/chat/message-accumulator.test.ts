import type { AIMessageChunk, MessageOutputVersion } from "@langchain/core/messages";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessageAccumulator } from "../../../../src/langchain/chat/message-accumulator.js";
import type { StreamDelta } from "http-streaming-llm";
import type { Delta } from "../../../../src/streaming/delta/delta.js";
import { concat } from "@langchain/core/utils/stream";
import { anyDeltas, RUN_ID, RUNS, throughPipeline, version } from "../../../helpers/chat-deltas.js";
import { shown } from "../../../helpers/chat-fixtures.js";

const of = (
  deltas: readonly Delta[],
  how: "add" | "addOutput" | "collect",
  version: MessageOutputVersion = "v0",
) => {
  const answer = new MessageAccumulator(version, RUN_ID);
  for (const delta of deltas) answer[how](delta);
  return answer;
};

describe("MessageAccumulator", () => {
  it("makes the same message of an answer, whatever is asked of each delta", () => {
    fc.assert(
      fc.property(anyDeltas, version, (records, outputVersion) => {
        const deltas = throughPipeline(records);
        const messages = (["add", "addOutput", "collect"] as const).map((how) =>
          shown(of(deltas, how, outputVersion).message()),
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

  it("keeps its own of what it gave, which a handler may change", () => {
    for (const version of ["v0", "v1"] as const) {
      const answer = new MessageAccumulator(version, RUN_ID);
      const image = { type: "image", url: "https://images.test/cat" };
      const usage = { inputTokens: 1, outputTokens: 2 };
      const given = [
        answer.add({ text: "a", reasoning: "t", usage, metadata: { region: "eu" } }).message,
        answer.addOutput({ text: "", blocks: [image] }),
      ] as AIMessageChunk[];
      const before = shown(
        of(
          [
            { text: "a", reasoning: "t", usage, metadata: { region: "eu" } },
            { text: "", blocks: [image] },
          ],
          "collect",
          version,
        ).message(),
      );
      for (const message of given) {
        if (Array.isArray(message.content)) for (const block of message.content) block.text = "x";
        message.content = "changed";
        message.response_metadata.region = "us";
        message.additional_kwargs.reasoning_content = "changed";
        Object.assign(message.usage_metadata ?? {}, { total_tokens: 0 });
      }
      expect(shown(answer.message())).toEqual(before);
    }
  });

  it("says what LangChain cannot join", () => {
    for (const version of ["v0", "v1"] as const) {
      const block = { type: "image", index: 0 };
      const answer = of([{ text: "", blocks: [{ ...block, size: 1 }] }], "collect", version);
      expect(() => answer.add({ text: "", blocks: [{ ...block, size: "1" }] })).toThrow(
        /^parseChunk returned what LangChain cannot join.*field\[size\].*index or id/,
      );
    }
  });

  it("joins runs of text, thoughts and calls to what LangChain makes of their chunks", () => {
    const calls = fc.record({ index: fc.nat(1), args: fc.constantFrom('{"a":"', "b", '"}') });
    const piece = fc.oneof(
      fc.record({ text: fc.string({ minLength: 1, maxLength: 3 }) }),
      fc.record({ text: fc.constant(""), reasoning: fc.string({ minLength: 1, maxLength: 3 }) }),
      fc.record({ text: fc.constant("p"), logprobs: fc.constant({ content: [{ token: "p" }] }) }),
      calls.map((call) => ({ text: "", toolCalls: [call] })),
      fc.nat(1).map((index) => ({
        text: "",
        toolCalls: [{ index, id: `c${index}`, name: "f", args: "" }],
      })),
      fc.constantFrom<StreamDelta>(
        { text: "", blocks: [{ type: "text", text: "", annotations: [] }] },
        { text: "", blocks: [{ type: "reasoning", signature: "s" }] },
        { text: "a", reasoning: "r" },
        { text: "", refusal: "no" },
        { text: "", metadata: { a: [1] } },
      ),
    );
    const asked = fc.array(fc.boolean(), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), asked, (deltas, whereAsked) => {
        const answer = new MessageAccumulator("v1", RUN_ID);
        const messages = throughPipeline(deltas as StreamDelta[]).map((delta, at) => {
          const { message } = answer.add(delta);
          // To be asked for the message so far changes nothing.
          if (whereAsked[at]) answer.message();
          return message as AIMessageChunk;
        });
        if (messages.length === 0) return;
        const { content, response_metadata, additional_kwargs } = messages.reduce((all, one) =>
          concat(all, one),
        );
        const message = answer.message();
        expect(message.content).toEqual(content);
        expect(message.response_metadata).toEqual(response_metadata);
        expect(message.additional_kwargs).toEqual(additional_kwargs);
      }),
      RUNS,
    );
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

  it.each<[string, (at: number) => object]>([
    ["names", (at) => ({ [`name-${at}`]: at })],
    ["entries", (at) => ({ all: { [`name-${at}`]: at } })],
    ["items", (at) => ({ all: [at] })],
  ])("joins facts of very many %s, told one by one", (_, factOf) => {
    const answer = new MessageAccumulator("v0", RUN_ID);
    for (let at = 0; at < 15_000; at++) {
      answer.collect({ text: "a", metadata: factOf(at) as Record<string, unknown> });
    }
    const { response_metadata: metadata } = answer.message();
    const { all = metadata } = metadata as { all?: object };
    expect(Object.keys(all)).toHaveLength(15_000);
    expect(answer.generation()?.generationInfo).toMatchObject(factOf(14_999));
  });

  it("joins items with an index as LangChain does, and gives facts that nobody else changes", () => {
    const deltas: Delta[] = [
      { text: "a", metadata: { list: [{ index: 0, a: "x" }], o: { b: 1 } } },
      { text: "b", metadata: { list: [{ index: 0, a: "y" }], o: { c: 2 } } },
    ];
    const answer = new MessageAccumulator("v0", RUN_ID);
    const chunks = deltas.map((delta) => answer.add(delta).message as AIMessageChunk);
    const before = JSON.stringify(chunks);
    const { response_metadata: metadata } = answer.message();
    expect(metadata).toEqual(concat(chunks[0]!, chunks[1]!).response_metadata);
    expect(metadata).toMatchObject({ list: [{ index: 0, a: "xy" }], o: { b: 1, c: 2 } });
    answer.add({ text: "c", metadata: { o: { d: 3 } } });
    expect(metadata.o).toEqual({ b: 1, c: 2 });
    expect(JSON.stringify(chunks)).toBe(before);
  });

  it.each<MessageOutputVersion>(["v0", "v1"])(
    "keeps the log probabilities of the metadata beside those of the answer, in %s",
    (outputVersion) => {
      const logprobs = [{ token: "a" }];
      const deltas: Delta[] = [
        { text: "a", metadata: { logprobs: ["told"] } },
        { text: "b", logprobs },
        { text: "c", logprobs, metadata: { logprobs } },
      ];
      const chunks = of([], "add", outputVersion);
      const all = deltas.map((delta) => chunks.add(delta).message as AIMessageChunk);
      const joined = all.reduce((one, other) => concat(one, other));
      const { response_metadata: metadata } = of(deltas, "collect", outputVersion).message();
      expect(metadata.logprobs).toEqual(["told", ...logprobs, ...logprobs]);
      expect(metadata.logprobs).toEqual(joined.response_metadata.logprobs);
    },
  );

  it("refuses log probabilities that LangChain cannot join to those of the metadata", () => {
    const deltas: Delta[] = [
      { text: "a", metadata: { logprobs: { content: [] } } },
      { text: "b", logprobs: [{ token: "a" }] },
    ];
    expect(() => of(deltas, "collect").message()).toThrow("logprobs");
  });
});
