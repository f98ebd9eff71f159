import {
  AIMessageChunk,
  type AIMessageChunkFields,
  coerceMessageLikeToMessage,
  mapChatMessagesToStoredMessages,
  mapStoredMessagesToChatMessages,
} from "@langchain/core/messages";
import { load } from "@langchain/core/load";
import { concat } from "@langchain/core/utils/stream";
import { describe, expect, it } from "vitest";
import { StreamedMessageChunk } from "http-streaming-llm";
import { MessageTemplate } from "../../../../../src/langchain/chat/fast/message-template.js";
import { collector } from "../../../../helpers/chat-deltas.js";

/** A chunk as the constructor makes it, and as the template copies it: nobody can tell which is which. */

const TEXTS = [
  "",
  "a",
  "a token that is longer than thirteen",
  "三\u{1f469}\ud800",
  "x".repeat(20_000),
];
const fieldsOf = (id: string | undefined, content: string) => ({
  content,
  additional_kwargs: {},
  response_metadata: {},
  ...(id !== undefined && { id }),
});

const PAIRS = ["run-1", undefined].flatMap((id) =>
  TEXTS.map((text) => {
    const template = new MessageTemplate(new StreamedMessageChunk(fieldsOf(id, "")));
    return {
      title: `id ${id ?? "none"}, a text of ${text.length}`,
      made: () => new StreamedMessageChunk(fieldsOf(id, text)),
      copied: () => template.withText(text),
    };
  }),
);

/** Its class; the prototype itself would not do, whose getters a failing test's report would ask. */
function prototypeName(value: object): string {
  if (value instanceof StreamedMessageChunk) return "StreamedMessageChunk";
  return (Object.getPrototypeOf(value) as { constructor: { name: string } }).constructor.name;
}

/** Every own property, in order, with its attributes, all the way down. */
function structure(value: unknown): unknown {
  if (typeof value === "function") return `function ${value.name}`;
  if (typeof value !== "object" || value === null) return value;
  const keys = Reflect.ownKeys(value);
  return [
    prototypeName(value),
    [Object.isExtensible(value), Object.isFrozen(value)],
    keys.map((key) => {
      const {
        value: inner,
        get,
        set,
        ...attributes
      } = Reflect.getOwnPropertyDescriptor(value, key)!;
      return [key, attributes, structure(inner), structure(get), structure(set)];
    }),
  ];
}

describe.each(PAIRS)("a chunk of a template ($title)", ({ made, copied }) => {
  it("is what the constructor makes, key by key, in order", () => {
    expect(structure(copied())).toEqual(structure(made()));
    expect(copied()).toBeInstanceOf(AIMessageChunk);
    expect(AIMessageChunk.isInstance(copied())).toBe(true);
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
    expect(structure(first)).toEqual(structure(second));
    const loaded = await Promise.all(
      [one, other].map((message) => load(JSON.stringify(message)).catch(String)),
    );
    expect(structure(loaded[0])).toEqual(structure(loaded[1]));
  });

  it("is cloned the same", () => {
    const cloned = (message: AIMessageChunk): unknown => {
      try {
        return structuredClone(message);
      } catch (error) {
        return (error as Error).name;
      }
    };
    expect(structure(cloned(copied()))).toEqual(structure(cloned(made())));
    expect(structure({ ...copied() })).toEqual(structure({ ...made() }));
    const again = (message: AIMessageChunk): StreamedMessageChunk =>
      new StreamedMessageChunk({ ...(message as object as AIMessageChunkFields) });
    expect(structure(again(copied()))).toEqual(structure(again(made())));
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
    expect(structure(concat(copied(), other))).toEqual(structure(concat(made(), other)));
    expect(structure(concat(other, copied()))).toEqual(structure(concat(other, made())));
    expect(structure(concat(copied(), copied()))).toEqual(structure(concat(made(), made())));
  });

  it("shares nothing that a reader may change", () => {
    const all = [copied(), copied()] as const;
    const [changed, kept] = all;
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
    expect(structure(kept)).toEqual(untouched);
    expect(structure(copied())).toEqual(untouched);
  });
});

describe("the chunks of an answer", () => {
  it("do not share their namespace, as those of the constructor do not", () => {
    const template = new MessageTemplate(new StreamedMessageChunk(fieldsOf("run-1", "")));
    template.withText("a").lc_namespace.push("leak");
    expect(template.withText("b").lc_namespace).toEqual(
      new StreamedMessageChunk(fieldsOf("run-1", "b")).lc_namespace,
    );
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
    expect(structure(answer.message())).toEqual(snapshot);
    expect(JSON.stringify(answer.add({ text: "d" }).message)).not.toContain("leak");
  });
});
