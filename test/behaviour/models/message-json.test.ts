import {
  deserializeStoredGeneration,
  InMemoryCache,
  serializeGeneration,
} from "@langchain/core/caches";
import { load } from "@langchain/core/load";
import {
  AIMessage,
  AIMessageChunk,
  HumanMessage,
  mapChatMessagesToStoredMessages,
  mapStoredMessagesToChatMessages,
  type BaseMessage,
  type StoredGeneration,
} from "@langchain/core/messages";
import { concat } from "@langchain/core/utils/stream";
import type { BaseCheckpointSaver } from "@langchain/langgraph";
import fc from "fast-check";
import { createAgent, tool } from "langchain";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { StreamedMessageChunk, type StreamDelta } from "http-streaming-llm";
import { type ScriptedServer, useScriptedServer } from "../../helpers/scripted-server.js";
import { anyDeltas, collector, RUNS, throughPipeline, version } from "../../helpers/chat-deltas.js";
import { answer, chatAnswering, DeltaChat } from "../../helpers/chat-fixtures.js";
import { checkpointers } from "../../helpers/checkpointers.js";
import { graphPaths } from "../../helpers/graph-paths.js";

const FULL: readonly StreamDelta[] = [
  { id: "m1", model: "qwen3", reasoning: "Hm." },
  { text: "Let me see." },
  { toolCalls: [{ index: 0, id: "a", name: "weather", args: '{"city":' }] },
  { toolCalls: [{ index: 0, args: '"Paris"}' }] },
  { finishReason: "tool_calls", usage: { inputTokens: 3, outputTokens: 2 } },
];
const REFUSED: readonly StreamDelta[] = [{ refusal: "I will not." }, { finishReason: "stop" }];
const CUT: readonly StreamDelta[] = [
  { toolCalls: [{ index: 0, id: "a", name: "write", args: '{"path":"/home/me/' }] },
  { finishReason: "length" },
];
const WITH_IMAGE: readonly StreamDelta[] = [
  { text: "Look: " },
  { blocks: [{ type: "image", url: "https://example.com/a.png" }] },
  { finishReason: "stop" },
];
const ANSWERS = { FULL, REFUSED, CUT, WITH_IMAGE };

async function readBack(message: BaseMessage): Promise<AIMessage> {
  return load<AIMessage>(JSON.stringify(message));
}

/** What a message is to a reader, whatever its class. */
function parts(message: AIMessage | AIMessageChunk): unknown {
  const { id, text, contentBlocks, tool_calls, invalid_tool_calls, usage_metadata } = message;
  const shown = { id, text, contentBlocks, tool_calls, invalid_tool_calls, usage_metadata };
  return JSON.parse(JSON.stringify(shown));
}

describe("a message of HttpStreamingChatModel that was written as JSON", () => {
  const server = useScriptedServer();

  it("is read back by load() with all its parts, from every path", async () => {
    for (const [name, deltas] of Object.entries(ANSWERS)) {
      for (const outputVersion of ["v0", "v1"] as const) {
        const model = chatAnswering(server, deltas, { outputVersion });
        const streamed: AIMessageChunk[] = [];
        for await (const chunk of await model.stream("hi")) streamed.push(chunk);
        const messages = [
          await model.invoke("hi"),
          model.invokeSync("hi"),
          streamed.reduce((all, chunk) => concat(all, chunk)),
        ];
        for (const message of messages) {
          const back = await readBack(message);
          expect(back.constructor, name).toBe(AIMessage);
          expect(parts(back), `${name}, ${outputVersion}`).toEqual(parts(message));
          if (outputVersion === "v0") expect(back.content).toEqual(message.content);
        }
      }
    }
  });

  it("does not come back with a call that was cut off as a valid one", async () => {
    const message = await chatAnswering(server, CUT).invoke("hi");
    expect(message.tool_calls).toEqual([]);
    const back = await readBack(message);
    expect(back.tool_calls).toEqual([]);
    expect(back.invalid_tool_calls).toMatchObject([{ name: "write", args: '{"path":"/home/me/' }]);
  });

  it("is read back the same for any answer", async () => {
    await fc.assert(
      fc.asyncProperty(anyDeltas, version, async (records, outputVersion) => {
        const whole = collector(outputVersion);
        for (const delta of throughPipeline([...records, { finishReason: "stop" }])) {
          whole.add(delta);
        }
        const message = whole.message();
        expect(parts(await readBack(message))).toEqual(parts(message));
      }),
      RUNS,
    );
  });

  it("is a chunk while the answer goes on: it can be concatenated by whoever reads it", async () => {
    const model = chatAnswering(server, FULL);
    const received: AIMessageChunk[] = [];
    let last: AIMessageChunk | undefined;
    for await (const chunk of await model.stream("hi")) {
      last = last === undefined ? chunk : concat(last, chunk);
      received.push(await load<AIMessageChunk>(JSON.stringify(chunk)));
    }
    expect(received[0]?.constructor).toBe(AIMessageChunk);
    const all = received.slice(1).reduce((sum, chunk) => sum.concat(chunk), received[0]!);
    expect(all.text).toBe("Let me see.");
    expect(all.tool_calls).toEqual(last?.tool_calls);
  });

  it("keeps the last piece of a call that ends the answer in the same record", async () => {
    const pieces = [
      new StreamedMessageChunk({
        content: "",
        tool_call_chunks: [{ index: 0, id: "a", name: "f", args: '{"x":' }],
      }),
      new StreamedMessageChunk({
        content: "",
        tool_call_chunks: [{ index: 0, args: "1}" }],
        response_metadata: { finish_reason: "tool_calls" },
      }),
    ];
    const [first, second] = await Promise.all(
      pieces.map((piece) => load<AIMessageChunk>(JSON.stringify(piece))),
    );
    expect(first!.concat(second!).tool_calls).toMatchObject([{ id: "a", args: { x: 1 } }]);
  });

  it("escapes arguments that look like LangChain's own JSON", async () => {
    const args = { lc: 1, type: "constructor", id: ["langchain_core", "messages", "AIMessage"] };
    const toolCalls = [{ id: "a", name: "f", args }];
    for (const outputVersion of ["v0", "v1"] as const) {
      const model = chatAnswering(server, [{ toolCalls, finishReason: "tool_calls" }], {
        outputVersion,
      });
      const back = await readBack(await model.invoke("hi"));
      expect(back.tool_calls).toMatchObject([{ name: "f", args }]);
    }
  });

  it("keeps a name that was given to it", async () => {
    const message = await chatAnswering(server, FULL).invoke("hi");
    message.name = "writer";
    expect((await readBack(message)).name).toBe("writer");
  });

  it("comes back from a cache that stores messages as JSON, invoked and streamed", async () => {
    class StoringCache extends InMemoryCache {
      override async update(...[prompt, key, generations]: Parameters<InMemoryCache["update"]>) {
        const stored = JSON.stringify(generations.map(serializeGeneration));
        const read = (JSON.parse(stored) as StoredGeneration[]).map(deserializeStoredGeneration);
        return super.update(prompt, key, read);
      }
    }
    for (const deltas of [FULL, CUT]) {
      const model = chatAnswering(server, deltas, { cache: new StoringCache() });
      const message = await model.invoke("hi");
      const { tool_calls, invalid_tool_calls } = message;
      const again = { text: message.text, tool_calls, invalid_tool_calls };
      expect(await model.invoke("hi")).toMatchObject(again);
      for await (const chunk of await model.stream("hi")) expect(chunk).toMatchObject(again);
    }
  });

  it("is good as input, and through LangChain's stored messages", async () => {
    const model = chatAnswering(server, FULL);
    const message = await model.invoke("hi");
    const plain = JSON.parse(JSON.stringify(message)) as AIMessage;
    const stored = mapStoredMessagesToChatMessages(mapChatMessagesToStoredMessages([message]));
    for (const again of [plain, ...stored]) {
      await model.invoke([new HumanMessage("hi"), again, new HumanMessage("more")]);
      const { body } = (await server.log()).at(-1)!;
      const { messages } = JSON.parse(body) as { messages: { content: unknown }[] };
      expect(messages[1]?.content).toBe("Let me see.");
    }
  });

  for (const [name, run] of Object.entries(graphPaths)) {
    it(`comes back from LangGraph's checkpoints: ${name}`, async () => {
      for (const [store, checkpointer] of Object.entries(await checkpointers())) {
        const message = await run(chatAnswering(server, FULL), checkpointer());
        expect(message, store).toMatchObject({
          id: "m1",
          text: "Let me see.",
          tool_calls: [{ id: "a", name: "weather", args: { city: "Paris" } }],
        });
      }
    });
  }

  it("comes back from the checkpoints of createAgent", async () => {
    for (const checkpointer of Object.values(await checkpointers())) {
      for (const outputVersion of ["v0", "v1"] as const) {
        await resumesAgent(server, checkpointer(), outputVersion);
      }
    }
  });
});

async function resumesAgent(
  server: ScriptedServer,
  checkpointer: BaseCheckpointSaver,
  outputVersion: "v0" | "v1",
): Promise<void> {
  const scripts = [answer(FULL), answer([{ text: "Rain." }, { finishReason: "stop" }])];
  const id = crypto.randomUUID();
  const model = new DeltaChat({ url: server.url({ id, scripts }), outputVersion });
  const weather = tool(() => "rain", {
    name: "weather",
    description: "The weather.",
    schema: z.object({ city: z.string() }),
  });
  const agent = createAgent({ model, tools: [weather], checkpointer });
  const config = { configurable: { thread_id: "t" } };
  await agent.invoke({ messages: [new HumanMessage("hi")] }, config);
  const again = createAgent({ model, tools: [weather], checkpointer });
  const { messages } = await again.invoke({ messages: [new HumanMessage("more")] }, config);
  expect(messages.map(({ text }) => text)).toEqual([
    "hi",
    "Let me see.",
    "rain",
    "Rain.",
    "more",
    "Rain.",
  ]);
  const kinds = messages[1]!.contentBlocks.map(({ type }) => type);
  expect(kinds).toEqual(["reasoning", "text", "tool_call"]);
  const { body } = (await server.log(id)).at(-1)!;
  const { messages: sent } = JSON.parse(body) as { messages: { role: string }[] };
  expect(sent.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant", "user"]);
}
