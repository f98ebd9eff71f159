import { AsyncLocalStorage } from "node:async_hooks";
import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { BaseMessage } from "@langchain/core/messages";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  HttpStreamingChatModel,
  HttpStreamingLLM,
  sse,
  type HttpStreamingLLMFields,
  type StreamDelta,
} from "http-streaming-llm";
import { startHandServer, turns, type HandServer } from "../../helpers/hand-server.js";
import { drain } from "../../helpers/delta-llm.js";

/** Who asked: what every hook of a call has to see, whoever's bytes the socket brings at the time. */
const caller = new AsyncLocalStorage<string>();

/** What each hook saw: `hook caller prompt`, where prompt tells calls apart. */
let seen: string[] = [];
const see = (hook: string, prompt: string): void => {
  seen.push(`${hook} ${caller.getStore() ?? "nobody"} ${prompt}`);
};

let server: HandServer;
beforeEach(async () => {
  seen = [];
  server = await startHandServer();
});
afterEach(() => server.close());

class SeeingLLM extends HttpStreamingLLM<StreamDelta> {
  endpoint = server.url;
  override format = sse<StreamDelta>();
  constructor(fields: HttpStreamingLLMFields = {}) {
    super({ maxRetries: 0, ...fields });
  }
  _llmType() {
    return "seeing";
  }
  override resolveEndpoint() {
    see("resolveEndpoint", "");
    return this.endpoint;
  }
  async buildPayload(prompt: string) {
    see("buildPayload", "");
    await turns(1);
    see("buildPayload, later", "");
    return { prompt };
  }
  override async headers() {
    see("headers", "");
    await turns(1);
    return undefined;
  }
  parseChunk(delta: StreamDelta) {
    see("parseChunk", (delta.text ?? "").replace(/\d/g, ""));
    return delta;
  }
  override parseError(_: number, body: unknown) {
    see("parseError", "");
    return String(body);
  }
  override shouldRetry() {
    see("shouldRetry", "");
    return undefined;
  }
}

class SeeingChat extends HttpStreamingChatModel<StreamDelta> {
  endpoint = server.url;
  override format = sse<StreamDelta>();
  _llmType() {
    return "seeing-chat";
  }
  buildPayload(messages: BaseMessage[]) {
    see("buildPayload", "");
    return { prompt: messages[0]?.text };
  }
  parseChunk(delta: StreamDelta) {
    see("parseChunk", (delta.text ?? "").replace(/\d/g, ""));
    return delta;
  }
}

class SeeingHandler extends BaseCallbackHandler {
  name = "seeing";
  override awaitHandlers = true;
  override handleLLMStart = () => see("start", "");
  override handleChatModelStart = () => see("start", "");
  override handleLLMNewToken = (token: string) => see("token", token.replace(/\d/g, ""));
  override handleLLMEnd = () => see("end", "");
  override handleLLMError = () => see("error", "");
}

const CALLS = 30;
const TOKENS = 12;
const nameOf = (call: number): string => `caller-${String.fromCodePoint(97 + call)}`;

/** Answers all calls at the same time, token by token, in an order that changes; few connections are new. */
async function answerAll(calls: number): Promise<void> {
  const answers = await Promise.all(Array.from({ length: calls }, () => server.request()));
  const nameIn = (body: string): string => (JSON.parse(body) as { prompt: string }).prompt;
  for (let token = 0; token < TOKENS; token++) {
    const order = token % 2 === 0 ? answers : answers.toReversed();
    for (const { write, requestBody } of order) {
      // Two at a time, every now and then, and a record cut in two.
      write({ text: `${nameIn(requestBody)}${token}` });
      if (token % 3 === 0) write({ text: `${nameIn(requestBody)}${token}` });
    }
    await turns(2);
  }
  for (const { write, end } of answers) {
    write({ done: true });
    end();
  }
}

/** All that hooks saw of a call's own text, with whom they should have seen. */
function expectOwn(): void {
  const told = seen.filter((entry) => /^(parseChunk|token) .* caller/.test(entry));
  expect(told.length).toBeGreaterThanOrEqual(CALLS * TOKENS);
  for (const entry of told) {
    const [, who, prompt] = entry.split(" ");
    expect(who).toBe(prompt);
  }
  expect(seen.filter((entry) => entry.includes("nobody"))).toEqual([]);
}

describe("hooks see the caller's context", () => {
  const PATHS: [
    name: string,
    call: (name: string, callbacks: SeeingHandler[]) => Promise<unknown>,
  ][] = [
    ["invoke", (name, callbacks) => new SeeingLLM().invoke(name, { callbacks })],
    ["stream", (name, callbacks) => drain(() => new SeeingLLM().stream(name, { callbacks }))],
    ["_astream", (name) => drain(() => new SeeingLLM()._astream(name))],
    ["chat.invoke", (name, callbacks) => new SeeingChat({}).invoke(name, { callbacks })],
    [
      "chat.stream",
      (name, callbacks) => drain(() => new SeeingChat({}).stream(name, { callbacks })),
    ],
    [
      "chat.streamEvents",
      (name, callbacks) => drain(() => new SeeingChat({}).streamEvents(name, { callbacks })),
    ],
  ];

  it.each(PATHS)("of many calls of %s at the same time", async (_, call) => {
    for (const listens of [false, true]) {
      seen = [];
      // Twice: the second time connections are there that others opened.
      for (let round = 0; round < 2; round++) {
        const calls = Array.from({ length: CALLS }, (_, at) =>
          caller.run(nameOf(at), () => call(nameOf(at), listens ? [new SeeingHandler()] : [])),
        );
        await answerAll(CALLS);
        await Promise.all(calls);
        await turns(5);
      }
      expectOwn();
    }
  });

  it("in a refused call", async () => {
    const refusing = new SeeingLLM({ maxRetries: 1 });
    const call = caller.run("me", () =>
      drain(() => refusing.stream("x", { callbacks: [new SeeingHandler()] })),
    );
    const { response } = await server.request();
    response.end();
    await turns();
    const second = await server.request();
    second.write({ text: "a", done: true });
    second.end();
    await call;
    expect(seen.filter((entry) => !entry.includes(" me "))).toEqual([]);
    expect(seen.filter((entry) => entry.startsWith("headers"))).toHaveLength(2);
  });

  it("though the stream is read by somebody else", async () => {
    const stream = await (async () => {
      const opening = caller.run("asker", () => new SeeingLLM().stream("x"));
      const answer = await server.request();
      answer.write({ text: "a" }, { text: "b" }, { text: "c" });
      setTimeout(() => {
        answer.write({ text: "d" }, { text: "e" });
        setTimeout(() => {
          answer.write({ text: "f", done: true });
          answer.end();
        }, 20);
      }, 20);
      return opening;
    })();
    const bodies: (string | undefined)[] = [];
    const text = await caller.run("reader", async () => {
      let all = "";
      for await (const token of stream) {
        bodies.push(caller.getStore());
        all += token;
        if (all.length % 2 === 0) await turns(2);
        bodies.push(caller.getStore());
      }
      return all;
    });
    expect(text).toBe("abcdef");
    expect(new Set(bodies)).toEqual(new Set(["reader"]));
    const hooks = seen.filter((entry) => entry.startsWith("parseChunk"));
    expect(hooks.filter((entry) => !entry.includes("asker"))).toEqual([]);
    expect(hooks).toHaveLength(6);
  });

  it("in handlers too, though the stream is read by somebody else", async () => {
    const opening = caller.run("asker", () =>
      new SeeingLLM().stream("x", { callbacks: [new SeeingHandler()] }),
    );
    const answer = await server.request();
    await turns();
    // How the network cuts the answer makes no difference.
    answer.write({ text: "a" }, { text: "b" }, { text: "c" }, { done: true });
    answer.end();
    const { items } = await caller.run("reader", async () => drain(() => opening));
    expect(items).toEqual(["a", "b", "c"]);
    const handlers = seen.filter((entry) => /^(start|token|end)/.test(entry));
    expect(handlers).toHaveLength(5);
    expect(handlers.filter((entry) => !entry.includes("asker"))).toEqual([]);
  });

  it("though a reader outside of it takes the rest by getReader()", async () => {
    const opening = caller.run("asker", () => new SeeingLLM().stream("x"));
    const answer = await server.request();
    answer.write({ text: "a" });
    const reader = (await opening).getReader();
    await caller.run("reader", async () => {
      await reader.read();
      const pending = reader.read();
      answer.write({ text: "b" }, { done: true });
      answer.end();
      await pending;
      expect(caller.getStore()).toBe("reader");
      await reader.read();
      expect(caller.getStore()).toBe("reader");
    });
    const hooks = seen.filter((entry) => entry.startsWith("parseChunk"));
    expect(hooks).toHaveLength(3);
    expect(hooks.filter((entry) => !entry.includes("asker"))).toEqual([]);
  });

  it("and a loop's body its own, among loops that read what one socket turn brought", async () => {
    const bodies: string[] = [];
    const loops = Array.from({ length: CALLS }, (_, at) =>
      caller.run(nameOf(at), async () => {
        const model = new SeeingLLM();
        for await (const token of await model.stream(nameOf(at))) {
          bodies.push(`${caller.getStore()} ${token.replace(/\d/g, "")}`);
        }
        bodies.push(`${caller.getStore()} ${nameOf(at)}`);
      }),
    );
    await answerAll(CALLS);
    await Promise.all(loops);
    for (const body of bodies) {
      const [who, prompt] = body.split(" ");
      expect(who).toBe(prompt);
    }
  });
});
