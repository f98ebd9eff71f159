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
  get endpoint() {
    return origin;
  }
  constructor(fields: HttpStreamingChatModelFields) {
    super({ maxRetries: 0, ...fields });
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

/** Short, as an agent runs for each place; yet a cut is in every state of JSON, and inside of an escape. */
const INPUT = { a: '"é}\n', b: ["x", {}] };
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

/** What the first question is answered with. */
let first: string | Uint8Array;

/** Answers a first question with that, all else as a model would that heard of the cut. */
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

const QUESTION = new HumanMessage("Write");
const SCHEMA = z.object({ a: z.string(), b: z.array(z.unknown()) });

/** What the tool was given. */
const written: unknown[] = [];
const write = tool(
  (input) => {
    written.push(input);
    return "written";
  },
  { name: "write", description: "Writes a file", schema: SCHEMA },
);

function createWriter(fields: HttpStreamingChatModelFields = {}) {
  const model = new AgentChat(fields);
  return createAgent({ model, tools: [write], systemPrompt: "You write files." });
}
type Agent = ReturnType<typeof createWriter>;
type Way = (messages: BaseMessage[]) => Promise<BaseMessage[]>;

const ask =
  (agent: Agent): Way =>
  async (messages) =>
    (await agent.invoke({ messages })).messages;

/** The same with listeners to every token. */
const follow =
  (agent: Agent): Way =>
  async (messages) => {
    const state = { messages };
    for await (const [mode, part] of await agent.stream(state, {
      streamMode: ["messages", "values"],
    })) {
      if (mode === "values") state.messages = part.messages;
    }
    return state.messages;
  };

const WAYS: readonly [name: string, way: Way][] = [
  ["asked", ask(createWriter())],
  ["followed, v1", follow(createWriter({ outputVersion: "v1" }))],
];

/** Asks for the file; the answer is these bytes. */
function begin(way: Way, answer: string | Uint8Array): Promise<BaseMessage[]> {
  first = answer;
  written.length = 0;
  return way([QUESTION]);
}
const ENDINGS: readonly [name: string, ending: Ending][] = [
  ["no finish reason, no [DONE]", { done: false }],
  ["[DONE] alone", { done: true }],
  ["length alone", { finishReason: "length", done: false }],
  ["length and [DONE]", { finishReason: "length", done: true }],
  ["tool_calls alone", { finishReason: "tool_calls", done: false }],
  ["tool_calls and [DONE]", { finishReason: "tool_calls", done: true }],
];

/** The user says "Go on" to what there is; the agent calls the tool with all its arguments, once. */
async function goesOn(way: Way, history: BaseMessage[]) {
  const messages = await way([...history, new HumanMessage("Go on")]);
  expect(messages.at(-1)?.text).toBe("Done.");
  expect(written).toEqual([INPUT]);
}

const endings = ENDINGS.flatMap(([end, ending]) =>
  WAYS.map((way) => [end, way[0], ending, way[1]] as const),
);

describe("An agent whose tool call is cut", { timeout: 60_000 }, () => {
  // Each way meets each place of the arguments with either finish reason and with none, and there with or without [DONE].
  const untold = endings.filter(([, , { finishReason }]) => finishReason === undefined);
  it.each(untold.map((ending, turn) => [...ending, turn] as const))(
    "never runs it, and goes on: %s, %s",
    async (_end, _way, ending, way, turn) => {
      for (let length = (turn >> 1) % 2; length < ARGS.length; length += 2) {
        const answer = wireOf(ARGS.slice(0, length), ending);
        const error: unknown = await begin(way, answer).catch((thrown: unknown) => thrown);
        expect(error, ARGS.slice(0, length)).toBeInstanceOf(TruncatedStreamError);
        expect(written).toEqual([]);
      }
      await goesOn(way, [QUESTION]);
    },
  );

  const told = endings.filter(([, , { finishReason }]) => finishReason !== undefined);
  it.each(told.map((ending, turn) => [...ending, turn] as const))(
    "never runs it, and goes on: %s, %s",
    async (_end, _way, ending, way, turn) => {
      // A limit may be reached before the arguments begin; a model that ended by itself gave none.
      const first = ending.finishReason === "length" ? 0 : 2;
      for (let length = first + ((turn >> 1) % 2); length < ARGS.length; length += 2) {
        const messages = await begin(way, wireOf(ARGS.slice(0, length), ending));
        expect(written, ARGS.slice(0, length)).toEqual([]);
        const answer = messages.at(-1) as AIMessage;
        expect(answer.text).toBe("Writing.");
        expect(answer.tool_calls).toEqual([]);
        expect(answer.invalid_tool_calls).toMatchObject([{ id: "call_0", name: "write" }]);
        // That it goes on from each place after either finish reason, the ways share.
        if ((length >> 1) % 2 === turn % 2) await goesOn(way, messages);
      }
    },
  );

  it.each(endings.filter(([, , { finishReason }]) => finishReason === "tool_calls"))(
    "takes no arguments at all for none, which its tool's schema refuses: %s, %s",
    async (_end, _way, ending, way) => {
      const messages = await begin(way, wireOf("", ending));
      expect(messages.map(({ type }) => type).join()).toBe("human,ai,tool,ai,tool,ai");
      expect(messages[2]?.text).toMatch(/schema/);
      expect(written).toEqual([INPUT]);
    },
  );

  it("never runs it where the connection ends inside of an event", async () => {
    const bytes = Buffer.from(callOf(ARGS));
    const start = bytes.lastIndexOf("data: ");
    const end = bytes.lastIndexOf("}");
    for (let length = start; length <= end; length++) {
      const cut = bytes.subarray(0, length);
      // Here the two take turns, in the last event: each was cut at every place of the arguments.
      const [, way] = WAYS[length % WAYS.length]!;
      const error: unknown = await begin(way, cut).catch((thrown: unknown) => thrown);
      expect(HttpStreamingError.isInstance(error), bytes.toString("utf8", 0, length)).toBe(true);
      expect(written).toEqual([]);
    }
  });

  it.each(WAYS)("runs a whole one once: %s", async (_, way) => {
    const messages = await begin(way, WHOLE);
    expect(messages.map(({ type }) => type).join()).toBe("human,ai,tool,ai");
    expect(written).toEqual([INPUT]);
  });
});
