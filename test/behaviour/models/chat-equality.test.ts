import { InMemoryCache } from "@langchain/core/caches";
import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import {
  AIMessage,
  AIMessageChunk,
  type AIMessageChunkFields,
  HumanMessage,
  ToolMessage,
  type BaseMessage,
  type MessageOutputVersion,
} from "@langchain/core/messages";
import { ChatGenerationChunk } from "@langchain/core/outputs";
import { concat } from "@langchain/core/utils/stream";
import { describe, expect, it } from "vitest";
import type { ParsedChatChunk, StreamDelta } from "http-streaming-llm";
import { useScriptedServer } from "../../helpers/scripted-server.js";
import { answer, chatAnswering, DeltaChat, shown } from "../../helpers/chat-fixtures.js";

const server = useScriptedServer();

const QUESTION = [new HumanMessage("Why?")];

function joined(chunks: readonly AIMessageChunk[]): AIMessageChunk {
  return chunks.reduce((all, chunk) => concat(all, chunk));
}

async function collect<T>(chunks: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}

/** A tracer that wants tokens: LangChain then streams in `invoke`. */
class StreamingHandler extends BaseCallbackHandler {
  name = "streaming";
  lc_prefer_streaming = true;
}

/** The message on every path by which it can be had. */
async function everyPath(model: DeltaChat, outputVersion?: MessageOutputVersion) {
  const options = outputVersion === undefined ? {} : { outputVersion };
  const direct = joined(
    (await collect(model._streamResponseChunks(QUESTION, options))).map(
      ({ message }) => message as AIMessageChunk,
    ),
  );
  const results = await model.generate([QUESTION], options);
  return {
    invoke: await model.invoke(QUESTION, options),
    stream: joined(await collect(await model.stream(QUESTION, options))),
    invokeSync: model.invokeSync(QUESTION, options),
    streamSync: joined([...model.streamSync(QUESTION, options)]),
    _streamResponseChunks: direct,
    generate: (results.generations[0]![0] as ChatGenerationChunk).message,
    batch: (await model.batch([QUESTION], options))[0]!,
    "invoke with a streaming handler": await model.invoke(QUESTION, {
      ...options,
      callbacks: [new StreamingHandler()],
    }),
  };
}

async function expectOneMessage(model: DeltaChat, version?: MessageOutputVersion) {
  const { invoke, ...others } = await everyPath(model, version);
  const wanted = shown(invoke);
  for (const [path, message] of Object.entries<BaseMessage>(others)) {
    expect(shown(message), path).toEqual(wanted);
  }
  return invoke;
}

const PARALLEL: StreamDelta[] = [
  { text: "Let me see." },
  { toolCalls: [{ index: 0, id: "call_a", name: "weather", args: '{"city":' }] },
  { toolCalls: [{ index: 1, id: "call_b", name: "time", args: "" }] },
  {
    toolCalls: [
      { index: 1, args: '{"zone":"UT' },
      { index: 0, args: ' "Par' },
    ],
  },
  { toolCalls: [{ index: 0, args: 'is"}' }] },
  { toolCalls: [{ index: 1, args: 'C"}' }] },
  { finishReason: "tool_calls" },
];
const CALLS = [
  { id: "call_a", name: "weather", args: { city: "Paris" }, type: "tool_call" },
  { id: "call_b", name: "time", args: { zone: "UTC" }, type: "tool_call" },
];

const CUT = { id: "call_c", name: "write_file" };

const USAGE: StreamDelta = {
  usage: {
    inputTokens: 7,
    outputTokens: 5,
    totalTokens: 13,
    details: { cacheReadTokens: 3, cacheCreationTokens: 1, reasoningTokens: 2 },
  },
};
const USAGE_METADATA = {
  input_tokens: 7,
  output_tokens: 5,
  total_tokens: 13,
  input_token_details: { cache_read: 3, cache_creation: 1 },
  output_token_details: { reasoning: 2 },
};

/** Answers, and what their message must hold. */
const ANSWERS: Record<string, { deltas: StreamDelta[]; message: Record<string, unknown> }> = {
  "text only": {
    deltas: [{ text: "The sky " }, { text: "is 蓝" }, { text: "色.", done: true }],
    message: { content: "The sky is 蓝色." },
  },
  "an announced empty answer": { deltas: [{ done: true }], message: { content: "" } },
  "reasoning and text": {
    deltas: [
      { reasoning: "Ray" },
      { reasoning: "leigh" },
      { text: "Sca" },
      { text: "ttering", finishReason: "stop" },
    ],
    message: { content: "Scattering", additional_kwargs: { reasoning_content: "Rayleigh" } },
  },
  "reasoning between pieces of text": {
    deltas: [{ text: "a" }, { reasoning: "b" }, { text: "c" }, { reasoning: "d", done: true }],
    message: { content: "ac", additional_kwargs: { reasoning_content: "bd" } },
  },
  "parallel interleaved tool calls": {
    deltas: PARALLEL,
    message: { content: "Let me see.", tool_calls: CALLS, invalid_tool_calls: [] },
  },
  "tool calls without an index": {
    deltas: [
      { toolCalls: [{ id: "call_a", name: "weather", args: '{"city":' }] },
      { toolCalls: [{ args: '"Paris"}' }] },
      { toolCalls: [{ id: "call_b", name: "time", args: '{"zone"' }] },
      { toolCalls: [{ args: ':"UTC"}' }], finishReason: "tool_calls" },
    ],
    message: { tool_calls: CALLS },
  },
  "tool calls that are all numbered 0": {
    deltas: [
      { toolCalls: [{ index: 0, id: "call_a", name: "weather", args: '{"city":"Paris"}' }] },
      { toolCalls: [{ index: 0, id: "call_b", name: "time", args: '{"zone":' }] },
      { toolCalls: [{ index: 0, args: '"UTC"}' }], done: true },
    ],
    message: { tool_calls: CALLS },
  },
  "tool calls that repeat id and name on every piece": {
    deltas: [
      { toolCalls: [{ index: 0, id: "call_a", name: "weather", args: '{"city"' }] },
      { toolCalls: [{ index: 0, id: "call_a", name: "weather", args: ':"Paris"}' }] },
      { toolCalls: [{ index: 1, id: "call_b", name: "time", args: '{"zone":' }] },
      { toolCalls: [{ index: 1, id: "call_b", name: "time", args: '"UTC"}' }], done: true },
    ],
    message: { tool_calls: CALLS },
  },
  "tool calls delivered whole, arguments as objects": {
    deltas: [
      { toolCalls: [{ id: "call_a", name: "weather", args: { city: "Paris" } }] },
      { toolCalls: [{ id: "call_b", name: "time", args: { zone: "UTC" } }], done: true },
    ],
    message: { tool_calls: CALLS },
  },
  "a tool call without arguments": {
    deltas: [{ toolCalls: [{ index: 0, id: "call_a", name: "now", args: "" }], done: true }],
    message: { tool_calls: [{ id: "call_a", name: "now", args: {}, type: "tool_call" }] },
  },
  "a tool call whose arguments are no JSON": {
    deltas: [
      { toolCalls: [{ index: 0, id: "call_a", name: "now", args: "tomorrow" }], done: true },
    ],
    message: {
      tool_calls: [],
      invalid_tool_calls: [expect.objectContaining({ id: "call_a", args: "tomorrow" })],
    },
  },
  "a tool call that a token limit cut off, though what there is could be completed": {
    deltas: [
      { toolCalls: [{ index: 0, id: "call_a", name: "weather", args: '{"city":"Paris"}' }] },
      { toolCalls: [{ index: 1, id: "call_b", name: "delete", args: '{"path":"/home/us' }] },
      { finishReason: "length" },
    ],
    message: {
      tool_calls: [CALLS[0]],
      invalid_tool_calls: [
        expect.objectContaining({ id: "call_b", name: "delete", args: '{"path":"/home/us' }),
      ],
    },
  },
  "a tool call that was cut off before the provider said that it was done": {
    deltas: [
      { text: "Writing.", toolCalls: [{ index: 0, ...CUT, args: '{"path":' }] },
      { toolCalls: [{ index: 0, args: '"/home/us' }], done: true },
    ],
    message: {
      content: "Writing.",
      tool_calls: [],
      invalid_tool_calls: [expect.objectContaining({ ...CUT, args: '{"path":"/home/us' })],
    },
  },
  "tool calls that are closed and no JSON object, beside one that is, and no finish reason": {
    deltas: [
      { toolCalls: [{ index: 0, id: "call_a", name: "weather", args: '{"city":"Paris"}' }] },
      { toolCalls: [{ index: 1, id: "call_c", name: "delete", args: "{path: '/home'}" }] },
      { toolCalls: [{ index: 2, id: "call_d", name: "delete", args: '["/home"]' }] },
      { text: "Done." },
    ],
    message: {
      content: "Done.",
      tool_calls: [CALLS[0]],
      invalid_tool_calls: [
        expect.objectContaining({ id: "call_c", args: "{path: '/home'}" }),
        expect.objectContaining({ id: "call_d", args: '["/home"]' }),
      ],
    },
  },
  "a tool call without a name": {
    deltas: [{ toolCalls: [{ index: 0, id: "call_a", args: "{}" }], done: true }],
    message: { tool_calls: [], invalid_tool_calls: [expect.objectContaining({ id: "call_a" })] },
  },
  "a placeholder, a name in pieces, and whole arguments twice": {
    deltas: [
      { toolCalls: [{ index: 0, id: "call_a", name: "wea", args: "" }] },
      { toolCalls: [{ index: 0, id: "null", name: "ther", args: "{}" }] },
      { toolCalls: [{ index: 0, name: "weather", args: '{"city":"Pa' }] },
      { toolCalls: [{ index: 0, name: "weather", args: 'ris"}' }] },
      { toolCalls: [{ index: 0, name: "weather", args: { city: "Paris" } }] },
      { toolCalls: [{ index: 0, name: "weather", args: "" }], finishReason: "tool_calls" },
    ],
    message: { tool_calls: [CALLS[0]], invalid_tool_calls: [] },
  },
  "usage that is reported again and again": {
    deltas: [
      { usage: { inputTokens: 7 } },
      { text: "hm", usage: { outputTokens: 1 } },
      { text: "", finishReason: "length" },
      USAGE,
    ],
    message: {
      content: "hm",
      usage_metadata: USAGE_METADATA,
      response_metadata: { finish_reason: "length" },
    },
  },
  "the provider's id and model": {
    deltas: [
      { id: "cmpl-1", model: "qwen3" },
      { id: "cmpl-1", model: "qwen3", text: "x", done: true },
    ],
    message: { id: "cmpl-1", response_metadata: { model_name: "qwen3" } },
  },
  "metadata repeated on every record": {
    deltas: [
      { text: "a", metadata: { fingerprint: "fp", choice: 1, nested: { level: "low" } } },
      { text: "b", metadata: { fingerprint: "fp", choice: 1, nested: { level: "low" } } },
      { metadata: { fingerprint: "fp", choice: 1, nested: { level: "low" } }, done: true },
    ],
    message: { response_metadata: { fingerprint: "fp", choice: 1, nested: { level: "low" } } },
  },
  "metadata that changes, in value and in type": {
    deltas: [
      { text: "a", metadata: { created: 1, at: "10:00", progress: 1 } },
      { text: "b", metadata: { created: 2, at: "10:01", progress: "done" }, done: true },
    ],
    message: { response_metadata: { created: 1, at: "10:00", progress: 1 } },
  },
  "metadata in lists, which add up": {
    deltas: [
      { text: "a", metadata: { logprobs: { content: [{ token: "a" }] } } },
      { text: "b", metadata: { logprobs: { content: [{ token: "b" }] } }, done: true },
    ],
    message: { response_metadata: { logprobs: { content: [{ token: "a" }, { token: "b" }] } } },
  },
  "a refusal": {
    deltas: [{ refusal: "I will " }, { refusal: "not." }, { finishReason: "stop" }],
    message: { content: "", additional_kwargs: { refusal: "I will not." } },
  },
  "an image between pieces of text": {
    deltas: [
      { text: "He" },
      { text: "re:" },
      { blocks: [{ type: "image", url: "https://example.com/a.png" }] },
      { text: "Ni" },
      { text: "ce?", done: true },
    ],
    message: {
      content: [
        { type: "text", text: "Here:" },
        { type: "image", url: "https://example.com/a.png" },
        expect.objectContaining({ type: "text", text: "Nice?" }),
      ],
    },
  },
  "all of it together": {
    deltas: [
      { id: "cmpl-2", model: "qwen3", reasoning: "hm" },
      ...PARALLEL,
      { metadata: { fingerprint: "fp" } },
      USAGE,
    ],
    message: {
      id: "cmpl-2",
      content: "Let me see.",
      tool_calls: CALLS,
      usage_metadata: USAGE_METADATA,
      response_metadata: { model_name: "qwen3", fingerprint: "fp", finish_reason: "tool_calls" },
    },
  },
};

describe("HttpStreamingChatModel gives one message on every path", () => {
  for (const [name, { deltas, message }] of Object.entries(ANSWERS)) {
    it(`for ${name}`, async () => {
      expect(await expectOneMessage(chatAnswering(server, deltas))).toMatchObject(message);
    });

    it(`for ${name}, as content blocks (v1)`, async () => {
      const model = chatAnswering(server, deltas, { outputVersion: "v1" });
      const v1 = await expectOneMessage(model);
      expect(v1.response_metadata).toMatchObject({ output_version: "v1" });
      expect(v1.content).toBeInstanceOf(Array);
      const v0 = await chatAnswering(server, deltas).invoke(QUESTION);
      expect(v1.text).toBe(v0.text);
      expect(v1.tool_calls).toEqual(v0.tool_calls);
      expect(v1.invalid_tool_calls).toEqual(v0.invalid_tool_calls);
    });

    it(`for ${name}, told as events`, async () => {
      const model = chatAnswering(server, deltas);
      const { tool_calls, invalid_tool_calls } = await model.invoke(QUESTION);
      const finished: unknown[] = [];
      for await (const event of model.streamEvents(QUESTION)) {
        if (event.event === "content-block-finish") finished.push(event.content);
      }
      const ofType = (wanted: string) => (block: unknown) =>
        (block as { type: string }).type === wanted;
      expect(finished.filter(ofType("tool_call"))).toEqual(tool_calls);
      expect(finished.filter(ofType("invalid_tool_call"))).toEqual(invalid_tool_calls);
      expect((await model.streamEvents(QUESTION)).tool_calls).toEqual(tool_calls);
    });

    it(`for ${name}, from a server that does not stream`, async () => {
      const whole = await expectOneMessage(chatAnswering(server, deltas, { streaming: false }));
      expect(whole).toMatchObject(message);
      expect(shown(whole)).toEqual(shown(await chatAnswering(server, deltas).invoke(QUESTION)));
    });
  }

  it("when only the call asks for content blocks", async () => {
    const model = chatAnswering(server, ANSWERS["all of it together"]!.deltas);
    const message = await expectOneMessage(model, "v1");
    expect(message.contentBlocks).toEqual([
      { type: "reasoning", reasoning: "hm", index: 0 },
      { type: "text", text: "Let me see.", index: 1 },
      ...CALLS,
    ]);
  });

  it("when LangChain's cache has it, whichever path put it there", async () => {
    const { deltas } = ANSWERS["all of it together"]!;
    const withoutUsage = (message: AIMessageChunk): unknown => {
      const { dict, contentBlocks } = shown(message) as {
        dict: { data: object };
        contentBlocks: [];
      };
      return { ...dict.data, contentBlocks, usage_metadata: undefined };
    };
    for (const outputVersion of ["v0", "v1"] as const) {
      for (const first of ["invoke", "stream"] as const) {
        const model = chatAnswering(server, deltas, { outputVersion, cache: new InMemoryCache() });
        const paths = {
          invoke: () => model.invoke(QUESTION),
          stream: async () => joined(await collect(await model.stream(QUESTION))),
        };
        const wanted = withoutUsage(await paths[first]());
        expect(withoutUsage(await paths.invoke()), `${outputVersion} ${first}`).toEqual(wanted);
        expect(withoutUsage(await paths.stream()), `${outputVersion} ${first}`).toEqual(wanted);
      }
    }
  });

  it("in whatever class the author's parseChunk returns it", async () => {
    const chunks: Record<string, (text: string) => ParsedChatChunk> = {
      string: (text) => text,
      delta: (text) => ({ text }),
      AIMessageChunk: (text) => new AIMessageChunk(text),
      ChatGenerationChunk: (text) =>
        new ChatGenerationChunk({ text, message: new AIMessageChunk(text) }),
      array: (text) => [text.slice(0, 1), null, [{ text: text.slice(1) }], ""],
    };
    const url = server.url(answer([{ text: "The " }, { text: "sky" }]));
    for (const [name, toChunk] of Object.entries(chunks)) {
      class Returning extends DeltaChat {
        override parseChunk({ text }: StreamDelta) {
          return toChunk(text ?? "");
        }
      }
      expect((await expectOneMessage(new Returning({ url }))).content, name).toBe("The sky");
    }
  });

  it("with all that an author's AIMessageChunk holds", async () => {
    class Returning extends DeltaChat {
      override parseChunk({ text, done }: StreamDelta) {
        const call = text === "a" ? { id: "call_a", name: "now", args: "{" } : { args: "}" };
        const usage = { input_tokens: 1, output_tokens: 2, total_tokens: 3 };
        return new AIMessageChunk({
          id: "msg-1",
          content: text ?? "",
          additional_kwargs: { reasoning_content: "hm" },
          tool_call_chunks: [{ index: 0, ...call }],
          response_metadata: { model_name: "qwen3", ...(done && { finish_reason: "stop" }) },
          ...(done && { usage_metadata: usage }),
        } as unknown as AIMessageChunkFields);
      }
    }
    const url = server.url(answer([{ text: "a" }, { text: "b", done: true }]));
    const message = await expectOneMessage(new Returning({ url }));
    expect(message).toMatchObject({
      id: "msg-1",
      content: "ab",
      additional_kwargs: { reasoning_content: "hmhm" },
      tool_calls: [{ id: "call_a", name: "now", args: {} }],
      response_metadata: { model_name: "qwen3", finish_reason: "stop" },
      usage_metadata: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
    });
  });

  it("and with complete tool calls of an author's AIMessageChunk", async () => {
    class Returning extends DeltaChat {
      override parseChunk() {
        const tool_calls = [{ id: "call_a", name: "weather", args: { city: "Paris" } }];
        return new AIMessageChunk({ content: "", tool_calls });
      }
    }
    const message = await expectOneMessage(new Returning({ url: server.url(answer([{}])) }));
    expect(message.tool_calls).toEqual([CALLS[0]]);
  });

  it("and with an author's content blocks: text, reasoning, refusal, calls and others", async () => {
    class Returning extends DeltaChat {
      override parseChunk() {
        const content = [
          { type: "reasoning", reasoning: "hm" },
          { type: "text", text: "No." },
          { type: "refusal", refusal: "I will not." },
          { type: "image", url: "https://example.com/a.png" },
          { type: "tool_call", id: "call_a", name: "weather", args: { city: "Paris" } },
        ];
        return new AIMessageChunk({ content });
      }
    }
    const message = await expectOneMessage(new Returning({ url: server.url(answer([{}])) }));
    expect(message.contentBlocks).toMatchObject([
      { type: "reasoning", reasoning: "hm" },
      { type: "text", text: "No." },
      { type: "image", url: "https://example.com/a.png" },
      { type: "refusal", refusal: "I will not." },
      CALLS[0],
    ]);
  });

  it("and with the usage of an author's AIMessageChunks, which LangChain adds up", async () => {
    class Returning extends DeltaChat {
      override parseChunk({ text }: StreamDelta) {
        const [input_tokens, output_tokens] = text === "a" ? [7, 0] : [0, 5];
        const total_tokens = input_tokens + output_tokens;
        const usage_metadata = { input_tokens, output_tokens, total_tokens };
        const fields = { content: text ?? "", usage_metadata };
        return new AIMessageChunk(fields as unknown as AIMessageChunkFields);
      }
    }
    const url = server.url(answer([{ text: "a" }, { text: "b" }]));
    const { usage_metadata } = await expectOneMessage(new Returning({ url }));
    expect(usage_metadata).toMatchObject({ input_tokens: 7, output_tokens: 5, total_tokens: 12 });
  });

  it("and the same usage in llmOutput, summed for several answers", async () => {
    const model = chatAnswering(server, [{ text: "x" }, USAGE]);
    const { llmOutput } = await model.generate([QUESTION, QUESTION]);
    const tokenUsage = { promptTokens: 14, completionTokens: 10, totalTokens: 26 };
    expect(llmOutput).toEqual({ tokenUsage });
  });
});

describe("ids of a message", () => {
  it("are the run's where the provider has none, on all chunks", async () => {
    const model = chatAnswering(server, [{ text: "a" }, { text: "b" }]);
    const runId = "11111111-2222-4333-8444-555555555555";
    const runs: string[] = [];
    const callbacks = [
      {
        handleChatModelStart: (...[, , id]: [unknown, unknown, string]) => {
          runs.push(id);
        },
      },
    ];
    const ids = (await collect(await model.stream("x", { runId }))).map(({ id }) => id);
    expect(new Set(ids)).toEqual(new Set([`run-${runId}`]));
    const { id } = await model.invoke("x", { callbacks });
    expect(id).toBe(`run-${runs[0]!}`);
  });

  it("are made for tool calls that came without, and differ from turn to turn", async () => {
    const call = {
      toolCalls: [
        { name: "now", args: {} },
        { name: "now", args: {} },
      ],
    };
    const model = chatAnswering(server, [call, { done: true }]);
    const messages = [await model.invoke("x"), await model.invoke("x"), model.invokeSync("x")];
    const ids = messages.flatMap(({ tool_calls }) => (tool_calls ?? []).map(({ id }) => id));
    expect(new Set(ids).size).toBe(6);
    expect(ids.every((id) => typeof id === "string" && id !== "")).toBe(true);
  });

  it("are no id of a message that is answered: some servers draw theirs from a thousand", async () => {
    const model = chatAnswering(server, [{ id: "cmpl-3" }, { text: "a", done: true }]);
    const history = [new AIMessage({ content: "b", id: "cmpl-3" }), new HumanMessage("x")];
    const messages = [
      await model.invoke(history),
      joined(await collect(await model.stream(history))),
      model.invokeSync(history),
      await model.streamEvents(history),
    ];
    for (const { id } of messages) expect(id).toMatch(/^run-/);
    expect((await model.invoke("x")).id).toBe("cmpl-3");
  });

  it("are no id of a call that is answered: some servers give theirs anew in each answer", async () => {
    const calls = [
      { index: 0, id: "now:0", name: "now", args: {} },
      { index: 1, id: "now:1", name: "now", args: {} },
    ];
    const model = chatAnswering(server, [{ toolCalls: calls }, { done: true }]);
    const first = await model.invoke("x");
    const results = first.tool_calls!.map(
      ({ id }) => new ToolMessage({ content: "", tool_call_id: id! }),
    );
    const history = [new HumanMessage("x"), first, ...results];
    const messages = [
      await model.invoke(history),
      joined(await collect(await model.stream(history))),
      model.invokeSync(history),
      joined([...model.streamSync(history)]),
      await model.streamEvents(history),
      (await model.batch([history]))[0]!,
    ];
    const idsOf = ({ tool_calls }: AIMessage) => tool_calls?.map(({ id }) => id);
    expect(idsOf(first)).toEqual(["now:0", "now:1"]);
    for (const message of messages) expect(idsOf(message)).toEqual(["now:2", "now:3"]);
  });

  it("that are made for tool calls are made of the message's, and short enough for OpenAI", async () => {
    const call = { toolCalls: [{ name: "now", args: {} }], done: true };
    const made = [];
    for (const id of ["chatcmpl-BxYz0123456789abcdefghijklmno", "msg:1"]) {
      const { tool_calls } = await expectOneMessage(chatAnswering(server, [{ id }, call]));
      made.push(tool_calls?.[0]?.id);
    }
    expect(new Set(made).size).toBe(2);
    for (const id of made) expect(id).toMatch(/^[\w-]{1,40}$/);
  });
});
