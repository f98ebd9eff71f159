/**
 * An agent with a tool that writes, on a server that refuses what strict servers refuse. Its first answer is
 * cut at every byte of a tool call's arguments: the tool must never see half of them, and the conversation
 * has to go on afterwards.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { HumanMessage, type AIMessage, type BaseMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { createAgent } from "langchain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  HttpStreamingChatModel,
  HttpStreamingError,
  sse,
  TruncatedStreamError,
  type HttpStreamingChatModelFields,
} from "http-streaming-llm";
import { toOpenAIMessages } from "http-streaming-llm/openai";
import { refusalOf } from "../../helpers/strict-history.js";

interface Delta {
  content?: string;
  tool_calls?: { index: number; id?: string; function: { name?: string; arguments: string } }[];
}
interface Chunk {
  choices: { delta: Delta; finish_reason: string | null }[];
}

class AgentChat extends HttpStreamingChatModel<Chunk> {
  _llmType() {
    return "agent-chat";
  }
  override format = sse<Chunk>();
  endpoint: string;
  constructor(url: string, fields: HttpStreamingChatModelFields) {
    super({ maxRetries: 0, ...fields });
    this.endpoint = url;
  }
  buildPayload(messages: BaseMessage[], { tools }: this["ParsedCallOptions"]) {
    return { messages: toOpenAIMessages(messages), tools, stream: true };
  }
  parseChunk({ choices: [choice] }: Chunk) {
    return {
      text: choice?.delta.content,
      toolCalls: choice?.delta.tool_calls?.map(({ index, id, function: called }) => {
        return { index, id, name: called.name, args: called.arguments };
      }),
      finishReason: choice?.finish_reason,
    };
  }
}

const INPUT = { text: '"é}\n', tags: ["x", {}] };
const ARGS = JSON.stringify(INPUT);

function event(delta: Delta, finish_reason: string | null = null): string {
  return `data: ${JSON.stringify({ choices: [{ delta, finish_reason }] })}\n\n`;
}

/** Pieces of one call, as events. The id is the same in every answer, as of servers that count from 0. */
function callOf(args: string): string {
  const middle = args.length >> 1;
  const pieces = [args.slice(0, middle), args.slice(middle)];
  const begun = { index: 0, id: "call_0", function: { name: "write", arguments: "" } };
  return [begun, ...pieces.map((piece) => ({ index: 0, function: { arguments: piece } }))]
    .map((call) => event({ tool_calls: [call] }))
    .join("");
}

const WHOLE = `${callOf(ARGS)}${event({}, "tool_calls")}data: [DONE]\n\n`;
const DONE = `${event({ content: "Done." })}${event({}, "stop")}data: [DONE]\n\n`;

/** How the answer ends after the cut. */
interface Ending {
  readonly finishReason?: "length" | "tool_calls";
  readonly done: boolean;
}
const wireOf = (args: string, { finishReason, done }: Ending): string =>
  event({ content: "Writing." }) +
  callOf(args) +
  (finishReason ? event({}, finishReason) : "") +
  (done ? "data: [DONE]\n\n" : "");

interface Body {
  messages: Parameters<typeof refusalOf>[0];
}

/** Answers a first question with what its URL says, all else as a model would that heard of the cut. */
const server = createServer((request, response) => {
  let text = "";
  request.on("data", (bytes: Buffer) => (text += bytes.toString()));
  request.on("end", () => {
    const { messages } = JSON.parse(text) as Body;
    const refusal = refusalOf(messages);
    if (refusal !== undefined) {
      response.writeHead(refusal.status, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { message: refusal.message } }));
      return;
    }
    const last = messages.at(-1);
    const first = Buffer.from(new URL(request.url ?? "", "http://x").search.slice(1), "base64url");
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(last?.content === "Write" ? first : last?.content === "written" ? DONE : WHOLE);
  });
});
let origin: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const SCHEMA = z.object({ text: z.string(), tags: z.array(z.unknown()) });

/** An agent whose first answer is these bytes, and what its tool was given. */
function writer(first: string | Uint8Array, fields: HttpStreamingChatModelFields = {}) {
  const url = `${origin}/?${Buffer.from(first).toString("base64url")}`;
  const written: unknown[] = [];
  const write = tool(
    (input) => {
      written.push(input);
      return "written";
    },
    { name: "write", description: "Writes a file", schema: SCHEMA },
  );
  const model = new AgentChat(url, fields);
  const agent = createAgent({ model, tools: [write], systemPrompt: "You write files." });
  return { agent, written };
}
type Agent = ReturnType<typeof writer>["agent"];

const ask = async (agent: Agent, messages: BaseMessage[]): Promise<BaseMessage[]> => {
  return (await agent.invoke({ messages })).messages;
};

/** The same with listeners to every token. */
const follow = async (agent: Agent, messages: BaseMessage[]): Promise<BaseMessage[]> => {
  const state = { messages };
  for await (const [mode, part] of await agent.stream(state, {
    streamMode: ["messages", "values"],
  })) {
    if (mode === "values") state.messages = part.messages;
  }
  return state.messages;
};

const WAYS = [
  ["asked", ask, {}],
  ["followed, v1", follow, { outputVersion: "v1" }],
] as const;
const ENDINGS: readonly [name: string, ending: Ending][] = [
  ["no finish reason, no [DONE]", { done: false }],
  ["[DONE] alone", { done: true }],
  ["length alone", { finishReason: "length", done: false }],
  ["length and [DONE]", { finishReason: "length", done: true }],
  ["tool_calls alone", { finishReason: "tool_calls", done: false }],
  ["tool_calls and [DONE]", { finishReason: "tool_calls", done: true }],
];

/** The user says "Go on" to what there is; the agent calls the tool with all its arguments, once. */
async function goesOn(
  way: typeof ask,
  { agent, written }: ReturnType<typeof writer>,
  history: BaseMessage[],
) {
  const messages = await way(agent, [...history, new HumanMessage("Go on")]);
  expect(messages.at(-1)?.text).toBe("Done.");
  expect(written).toEqual([INPUT]);
}

const QUESTION = new HumanMessage("Write");
const endings = ENDINGS.flatMap(([end, ending]) =>
  WAYS.map((way) => [end, way[0], ending, way] as const),
);

describe("An agent whose tool call is cut", { timeout: 60_000 }, () => {
  it.each(endings.filter(([, , { finishReason }]) => finishReason === undefined))(
    "never runs it, and goes on: %s, %s",
    async (_end, _way, ending, [, way, fields]) => {
      for (let length = 0; length < ARGS.length; length++) {
        const agent = writer(wireOf(ARGS.slice(0, length), ending), fields);
        const error: unknown = await way(agent.agent, [QUESTION]).catch(
          (thrown: unknown) => thrown,
        );
        expect(error, ARGS.slice(0, length)).toBeInstanceOf(TruncatedStreamError);
        expect(agent.written).toEqual([]);
        await goesOn(way, agent, [QUESTION]);
      }
    },
  );

  it.each(endings.filter(([, , { finishReason }]) => finishReason !== undefined))(
    "never runs it, and goes on: %s, %s",
    async (_end, _way, ending, [, way, fields]) => {
      for (let length = 1; length < ARGS.length; length++) {
        const agent = writer(wireOf(ARGS.slice(0, length), ending), fields);
        const messages = await way(agent.agent, [QUESTION]);
        expect(agent.written, ARGS.slice(0, length)).toEqual([]);
        const answer = messages.at(-1) as AIMessage;
        expect(answer.text).toBe("Writing.");
        expect(answer.tool_calls).toEqual([]);
        expect(answer.invalid_tool_calls).toMatchObject([{ id: "call_0", name: "write" }]);
        await goesOn(way, agent, messages);
      }
    },
  );

  it.each(endings.filter(([, , { finishReason }]) => finishReason !== undefined))(
    "takes no arguments at all for none, which its tool's schema refuses: %s, %s",
    async (_end, _way, ending, [, way, fields]) => {
      const { agent, written } = writer(wireOf("", ending), fields);
      const messages = await way(agent, [QUESTION]);
      expect(messages.map(({ type }) => type).join()).toBe("human,ai,tool,ai,tool,ai");
      expect(messages[2]?.text).toMatch(/schema/);
      expect(written).toEqual([INPUT]);
    },
  );

  it.each(WAYS)(
    "never runs it where the connection ends inside of an event: %s",
    async (_, way, fields) => {
      const bytes = Buffer.from(callOf(ARGS));
      const start = bytes.indexOf("arguments");
      const end = bytes.lastIndexOf("}");
      for (let length = start; length <= end; length++) {
        const { agent, written } = writer(bytes.subarray(0, length), fields);
        const error: unknown = await way(agent, [QUESTION]).catch((thrown: unknown) => thrown);
        expect(HttpStreamingError.isInstance(error), bytes.toString("utf8", 0, length)).toBe(true);
        expect(written).toEqual([]);
      }
    },
  );

  it.each(WAYS)("runs a whole one once: %s", async (_, way, fields) => {
    const { agent, written } = writer(WHOLE, fields);
    const messages = await way(agent, [QUESTION]);
    expect(messages.map(({ type }) => type).join()).toBe("human,ai,tool,ai");
    expect(written).toEqual([INPUT]);
  });
});
