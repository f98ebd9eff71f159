import {
  AIMessageChunk,
  type AIMessageChunkFields,
  coerceMessageLikeToMessage,
  mapChatMessagesToStoredMessages,
  mapStoredMessagesToChatMessages,
} from "@langchain/core/messages";
import { load } from "@langchain/core/load";
import { concat } from "@langchain/core/utils/stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StreamedMessageChunk, type StreamDelta } from "http-streaming-llm";
import { MessageTemplate } from "../../../../../src/langchain/chat/fast/message-template.js";
import { BlockContent, StringContent } from "../../../../../src/langchain/chat/message-content.js";
import type { MessageAccumulator } from "../../../../../src/langchain/chat/message-accumulator.js";
import type { Delta } from "../../../../../src/streaming/delta/delta.js";
import {
  anyDeltas,
  collector,
  RUNS,
  throughPipeline,
  version,
} from "../../../../helpers/chat-deltas.js";
import { expectEqual } from "../../../../helpers/expect-equal.js";

/** A chunk as the constructor makes it, and as the template copies it: nobody can tell which is which. */

const PIECES = [
  "",
  "a",
  " \n",
  "{",
  '{"a":1}',
  "a piece that is longer than thirteen ",
  "三\u{1f469}\ud800",
  "x".repeat(20_000),
];
const FIELDS = { content: "", additional_kwargs: {}, response_metadata: {} };
const BLOCK_FIELDS = { content: [] as object[], response_metadata: { output_version: "v1" } };
const calls = (args: string) => ({
  tool_call_chunks: [{ type: "tool_call_chunk" as const, index: 3, args }],
});
const block = (piece: string, of: object) => (piece === "" ? [] : [{ ...of, index: 0 }]);

/** By version and kind of piece: the fields of its chunk, in the order of those of all other chunks. */
const VERSIONS = {
  v0: {
    content: () => new StringContent(),
    text: (content: string, id: object) => ({ ...FIELDS, ...id, content }),
    reasoning: (reasoning_content: string, id: object) => ({
      ...FIELDS,
      ...id,
      additional_kwargs: { reasoning_content },
    }),
    arguments: (args: string, id: object) => ({ ...FIELDS, ...calls(args), ...id }),
  },
  v1: {
    content: () => new BlockContent(),
    text: (text: string, id: object) => ({
      ...BLOCK_FIELDS,
      ...id,
      content: block(text, { type: "text", text }),
    }),
    reasoning: (reasoning: string, id: object) => ({
      ...BLOCK_FIELDS,
      ...id,
      content: block(reasoning, { type: "reasoning", reasoning }),
    }),
    arguments: (args: string, id: object) => ({
      ...BLOCK_FIELDS,
      ...calls(args),
      ...id,
      content: [{ type: "tool_call_chunk", index: 0, args }],
    }),
  },
};

const COPIES = {
  text: (template: MessageTemplate, piece: string) => template.withText(piece),
  reasoning: (template: MessageTemplate, piece: string) => template.withReasoning(piece),
  arguments: (template: MessageTemplate, piece: string) => template.withArguments(3, piece),
};

/** Chunks keep the objects of their fields, so each gets its own. */
const fresh = (fields: object): AIMessageChunkFields => structuredClone(fields);

const PAIRS = Object.entries(VERSIONS).flatMap(([of, wanted]) =>
  (["text", "reasoning", "arguments"] as const).flatMap((kind) =>
    ["run-1", undefined].flatMap((id) =>
      PIECES.map((piece) => {
        const template = new MessageTemplate(id, wanted.content());
        const fields = (): AIMessageChunkFields =>
          fresh(wanted[kind](piece, id === undefined ? {} : { id }));
        return {
          title: `${of}, ${kind}, id ${id ?? "none"}, ${JSON.stringify(piece.slice(0, 10))} of ${piece.length}`,
          made: () => new StreamedMessageChunk(fields()),
          byLangChain: () => new AIMessageChunk(fields()),
          copied: () => COPIES[kind](template, piece),
        };
      }),
    ),
  ),
);

/** Answers of which nearly every record is one piece, of two calls at most. */
const pieces: fc.Arbitrary<StreamDelta[]> = fc.array(
  fc.oneof(
    fc.record({ text: fc.string({ minLength: 1, maxLength: 4 }) }),
    fc.record({ reasoning: fc.string({ minLength: 1, maxLength: 4 }) }),
    fc
      .record({ index: fc.nat(1), args: fc.constantFrom('{"a":"', "b", " ", "\\n", '"}', "{}") })
      .map((piece) => ({ toolCalls: [piece] })),
    fc.nat(1).map((index) => ({ toolCalls: [{ index, id: `c${index}`, name: "f" }] })),
    fc.constantFrom<StreamDelta>(
      { blocks: [{ type: "reasoning", signature: "s" }] },
      { blocks: [{ type: "text", annotations: [] }] },
      { metadata: { a: [1] } },
      { finishReason: "tool_calls" },
    ),
  ),
  { minLength: 2, maxLength: 20 },
);

/** Its class; the prototype itself would not do, whose getters a failing test's report would ask. */
function prototypeName(value: object): string {
  if (value instanceof StreamedMessageChunk) return "StreamedMessageChunk";
  const prototype = Object.getPrototypeOf(value) as { constructor: { name: string } } | null;
  return prototype?.constructor.name ?? "none";
}

/**
 * Every own property, in order, with its attributes, all the way down. The constructor works out calls when they
 * are read; a reader of the value sees no difference.
 */
function structure(value: unknown): unknown {
  if (typeof value === "function") return `function ${value.name}`;
  if (typeof value !== "object" || value === null) return value;
  const keys = Reflect.ownKeys(value);
  return [
    prototypeName(value),
    [Object.isExtensible(value), Object.isFrozen(value)],
    keys.map((key) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(value, key)!;
      const { enumerable, configurable, writable = descriptor.set !== undefined } = descriptor;
      const inner: unknown = Reflect.get(value, key);
      return [key, { enumerable, configurable, writable }, structure(inner)];
    }),
  ];
}

describe.each(PAIRS)("a chunk of a template ($title)", ({ made, byLangChain, copied }) => {
  it("is what the constructor makes, key by key, in order", () => {
    expectEqual(structure(copied()), structure(made()));
    expect(copied()).toBeInstanceOf(AIMessageChunk);
    expect(AIMessageChunk.isInstance(copied())).toBe(true);
  });

  it("holds what LangChain's own class holds", () => {
    const [one, other] = [copied(), byLangChain()];
    expect({ ...one, lc_kwargs: { ...one.lc_kwargs } }).toEqual({
      ...other,
      lc_kwargs: { ...other.lc_kwargs },
    });
    expect(one.tool_calls).toBe(one.lc_kwargs["tool_calls"]);
    expect(one.invalid_tool_calls).toBe(one.lc_kwargs["invalid_tool_calls"]);
  });

  it("keeps what is assigned to it, as the constructor's does", () => {
    const assigned = (message: AIMessageChunk): AIMessageChunk => {
      message.tool_calls = [{ name: "f", args: {} }];
      message.invalid_tool_calls = [];
      message.tool_call_chunks = [];
      return message;
    };
    expectEqual(structure(assigned(copied())), structure(assigned(made())));
  });

  it("says the same in every getter and method", () => {
    const [one, other] = [copied(), made()];
    expect(one.text).toBe(other.text);
    expect(one.contentBlocks).toEqual(other.contentBlocks);
    expect(one.type).toBe(other.type);
    expect(one.lc_id).toEqual(other.lc_id);
    expect(one.lc_aliases).toEqual(other.lc_aliases);
    expect(one.lc_secrets).toEqual(other.lc_secrets);
    expect(one.lc_attributes).toEqual(other.lc_attributes);
    expect(one.toFormattedString()).toBe(other.toFormattedString());
    expect(Object.prototype.toString.call(one)).toBe(Object.prototype.toString.call(other));
  });

  it("is serialised the same, byte by byte, and read back", async () => {
    const [one, other] = [copied(), made()];
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
    expect(one.toJSON()).toEqual(other.toJSON());
    expect(JSON.stringify(one.toDict())).toBe(JSON.stringify(other.toDict()));
    expect(one.toJSONNotImplemented()).toEqual(other.toJSONNotImplemented());
    const stored = mapChatMessagesToStoredMessages([one, other]);
    expect(JSON.stringify(stored[0])).toBe(JSON.stringify(stored[1]));
    const [first, second] = mapStoredMessagesToChatMessages(stored);
    expectEqual(structure(first), structure(second));
    const loaded = await Promise.all(
      [one, other].map((message) => load(JSON.stringify(message)).catch(String)),
    );
    expectEqual(structure(loaded[0]), structure(loaded[1]));
  });

  it("is cloned the same", () => {
    const cloned = (message: AIMessageChunk): unknown => {
      try {
        return structuredClone(message);
      } catch (error) {
        return (error as Error).name;
      }
    };
    expectEqual(structure(cloned(copied())), structure(cloned(made())));
    expectEqual(structure({ ...copied() }), structure({ ...made() }));
    const again = (message: AIMessageChunk): StreamedMessageChunk =>
      new StreamedMessageChunk({ ...(message as object as AIMessageChunkFields) });
    expectEqual(structure(again(copied())), structure(again(made())));
    expect(coerceMessageLikeToMessage(copied())).toBeInstanceOf(StreamedMessageChunk);
  });

  it("is concatenated the same, from either side", () => {
    const fields = {
      content: "more",
      id: "run-1",
      additional_kwargs: { reasoning_content: "hm" },
      response_metadata: { finish_reason: "stop" },
      tool_call_chunks: [{ type: "tool_call_chunk", index: 0, id: "c", name: "f", args: "{}" }],
      usage_metadata: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
    };
    const other: AIMessageChunk = new StreamedMessageChunk(fields as object);
    expectEqual(structure(concat(copied(), other)), structure(concat(made(), other)));
    expectEqual(structure(concat(other, copied())), structure(concat(other, made())));
    expectEqual(structure(concat(copied(), copied())), structure(concat(made(), made())));
  });

  it("shares nothing that a reader may change", () => {
    const all = [copied(), copied()] as const;
    const [changed, kept] = all;
    for (const list of [changed.tool_call_chunks, changed.invalid_tool_calls]) {
      for (const call of list ?? []) call.args = "other";
    }
    for (const one of changed.content as object[]) Object.assign(one, { index: 9, text: "other" });
    changed.additional_kwargs["a"] = 1;
    changed.response_metadata["b"] = 2;
    changed.tool_calls?.push({ name: "f", args: {} });
    changed.invalid_tool_calls?.push({ name: "f" });
    changed.tool_call_chunks?.push({ name: "f" });
    changed.lc_kwargs["c"] = 3;
    changed.content = "other";
    changed.name = "n";
    changed.id = "other";
    const untouched = structure(made());
    expectEqual(structure(kept), untouched);
    expectEqual(structure(copied()), untouched);
  });
});

describe("the chunks of an answer", () => {
  it("are the same whether they come of a template or of the constructor", () => {
    fc.assert(
      fc.property(fc.oneof(anyDeltas, pieces), version, (records, outputVersion) => {
        const [fast, plain] = [collector(outputVersion), collector(outputVersion)];
        for (const delta of throughPipeline(records)) {
          // A field more, of whatever value, makes no mere piece of it.
          const other = plain.add({ ...delta, logprobs: undefined } as unknown as Delta);
          const chunk = fast.add(delta);
          expectEqual(structure(chunk), structure(other));
          expect(JSON.stringify(chunk)).toBe(JSON.stringify(other));
          const { contentBlocks } = chunk.message;
          expectEqual(contentBlocks, other.message.contentBlocks);
        }
        expectEqual(structure(fast.message()), structure(plain.message()));
      }),
      RUNS,
    );
  });

  it("are counted once, whether a reader takes messages, chunks or nothing", () => {
    fc.assert(
      fc.property(fc.oneof(anyDeltas, pieces), version, (records, outputVersion) => {
        const answers = ["add", "addOutput", "collect"].map(() => collector(outputVersion));
        const [chunks, messages, whole] = answers as [
          MessageAccumulator,
          MessageAccumulator,
          MessageAccumulator,
        ];
        for (const delta of throughPipeline(records)) {
          const { message } = chunks.add(delta);
          expectEqual(structure(messages.addOutput(delta)), structure(message));
          whole.collect(delta);
        }
        expectEqual(structure(messages.message()), structure(chunks.message()));
        expectEqual(structure(whole.message()), structure(chunks.message()));
      }),
      RUNS,
    );
  });

  it("are copies in both versions", () => {
    for (const { content } of Object.values(VERSIONS)) {
      // The constructor works out the calls of such a chunk when they are read; a copy has them.
      const chunk = new MessageTemplate("run-1", content()).withArguments(0, "{");
      expect(Reflect.getOwnPropertyDescriptor(chunk, "tool_calls")).toHaveProperty("value", []);
    }
  });

  it("do not share their namespace, as those of the constructor do not", () => {
    const template = new MessageTemplate("run-1", new StringContent());
    template.withText("a").lc_namespace.push("leak");
    expect(template.withText("b").lc_namespace).toEqual(new StreamedMessageChunk("b").lc_namespace);
  });

  it("do not share what readers change, whichever way they were made", () => {
    const answer = collector("v0");
    const deltas = [
      { text: "a" },
      { text: "b" },
      { text: "c" },
      { text: "", finishReason: "stop" },
    ];
    const messages = deltas.map((delta) => answer.add(delta).message as AIMessageChunk);
    const whole = messages.reduce((all, message) => concat(all, message));
    const snapshot = structure(answer.message());
    for (const message of messages) {
      message.additional_kwargs["leak"] = true;
      message.response_metadata["leak"] = true;
      message.lc_kwargs["leak"] = true;
      message.tool_calls?.push({ name: "leak", args: {} });
    }
    expect(whole.text).toBe("abc");
    expect(JSON.stringify(whole)).not.toContain("leak");
    expectEqual(structure(answer.message()), snapshot);
    expect(JSON.stringify(answer.add({ text: "d" }).message)).not.toContain("leak");
  });
});
