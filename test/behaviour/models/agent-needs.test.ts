/** What agents, middleware and tracers ask a chat model for, beside answers. */
import { load } from "@langchain/core/load";
import {
  HumanMessage,
  type AIMessage,
  type BaseMessage,
  type ToolMessage,
} from "@langchain/core/messages";
import { OutputParserException } from "@langchain/core/output_parsers";
import { ToolNode } from "@langchain/langgraph/prebuilt";
import { createAgent, tool } from "langchain";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { HookError, type StreamDelta, type StructuredOutputMethod } from "http-streaming-llm";
import { useScriptedServer } from "../../helpers/scripted-server.js";
import { answer, chatAnswering, DeltaChat } from "../../helpers/chat-fixtures.js";
import { Recorder } from "../../helpers/chat-recorder.js";
import { DeltaLLM, events, stalling } from "../../helpers/delta-llm.js";

const SCHEMA = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const WEATHER = { name: "weather", description: "The weather.", schema: SCHEMA };
/** A schema of a library that validates, and has no JSON form. */
const UNWRITTEN = {
  "~standard": { version: 1, vendor: "their-lib", validate: (value: unknown) => ({ value }) },
  type: "object",
};
const HELLO: StreamDelta[] = [{ id: "m1", text: "Hel" }, { text: "lo" }, { finishReason: "stop" }];

const server = useScriptedServer();

async function lastBody<Body>(): Promise<Body> {
  return JSON.parse((await server.log()).at(-1)!.body) as Body;
}

describe("the profile of a chat model", () => {
  class Knowing extends DeltaChat {
    constructor(
      readonly methods: readonly StructuredOutputMethod[] | undefined,
      fields: ConstructorParameters<typeof DeltaChat>[0],
    ) {
      super(fields);
    }
    override get structuredOutputMethods() {
      return this.methods as readonly StructuredOutputMethod[];
    }
  }
  const url = "http://127.0.0.1:9/";

  it("says whether the server answers in the shape of a schema", () => {
    expect(new Knowing(["jsonSchema"], { url }).profile).toEqual({ structuredOutput: true });
    expect(new Knowing(["functionCalling"], { url }).profile).toEqual({ structuredOutput: false });
    expect(new Knowing(undefined, { url }).profile).toEqual({});
  });

  it("holds what an author says: in the constructor, by assignment, in a getter or a field", () => {
    const said = { maxInputTokens: 8192, imageInputs: true };
    const wanted = { ...said, structuredOutput: true };
    expect(new DeltaChat({ url, profile: said }).profile).toEqual(wanted);
    const assigned = new DeltaChat({ url });
    assigned.profile = said;
    expect(assigned.profile).toEqual(wanted);
    class Getting extends DeltaChat {
      override get profile() {
        return { ...super.profile, ...said };
      }
    }
    expect(new Getting({ url }).profile).toEqual(wanted);
    expect(new DeltaChat({ url, profile: { structuredOutput: false } }).profile).toEqual({
      structuredOutput: false,
    });
  });

  it("does not tell models apart for a cache", () => {
    const said = new DeltaChat({ url, profile: { maxInputTokens: 8192 } });
    expect(said._identifyingParams()).toEqual(new DeltaChat({ url })._identifyingParams());
  });

  it("lets createAgent ask for the answer's shape in the request", async () => {
    const model = chatAnswering(server, [{ text: '{"city":"Paris"}' }, { finishReason: "stop" }]);
    const agent = createAgent({ model, tools: [], responseFormat: z.object({ city: z.string() }) });
    const { structuredResponse } = await agent.invoke({ messages: [new HumanMessage("x")] });
    expect(structuredResponse).toEqual({ city: "Paris" });
    expect(await lastBody()).toMatchObject({ response_format: { type: "json_schema" } });
  });
});

describe("what LangSmith is told of a chat model", () => {
  it("comes from fields of the usual names, wherever they are", () => {
    class Named extends DeltaChat {
      provider = "vllm";
      model = "qwen3";
      temperature = 0.5;
      maxTokens = 64;
    }
    const wanted = {
      ls_provider: "vllm",
      ls_model_name: "qwen3",
      ls_temperature: 0.5,
      ls_max_tokens: 64,
    };
    const named = new Named({ url: "http://127.0.0.1:9/" });
    expect(named.getLsParams({})).toMatchObject(wanted);
    expect(named.getLsParams({ model: "other" } as object).ls_model_name).toBe("other");
    const fields = { provider: "vllm", model: "qwen3", temperature: 0.5, maxTokens: 64 };
    const made = new DeltaChat({ url: "http://127.0.0.1:9/", ...fields });
    expect(made.getLsParams({})).toMatchObject(wanted);
  });

  it("is the name of the class, where no provider is named", () => {
    expect(new DeltaChat({ url: "http://127.0.0.1:9/" }).getLsParams({})).toMatchObject({
      ls_provider: "DeltaChat",
    });
  });
});

describe("strict tools", () => {
  it("are those of a binding and of a call, but for what says so itself", async () => {
    const own = { type: "function", function: { name: "own", parameters: SCHEMA, strict: false } };
    const search = { type: "web_search" };
    const tools = [WEATHER, own, search];
    const model = chatAnswering(server, HELLO);
    const wanted = [{ function: { name: "weather", strict: true } }, own, search];
    await model.bindTools(tools, { strict: true }).invoke("x");
    expect(await lastBody()).toMatchObject({ tools: wanted });
    await model.invoke("x", { tools: tools as never, strict: true });
    expect(await lastBody()).toMatchObject({ tools: wanted });
    await model.bindTools(tools).invoke("x");
    const { tools: sent } = await lastBody<{ tools: { function?: object }[] }>();
    expect(sent[0]?.function).not.toHaveProperty("strict");
  });
});

describe("a schema for structured output", () => {
  const inner = { title: "place", ...SCHEMA };
  const WRAPPERS: Record<string, object> = {
    "OpenAI's response_format": {
      type: "json_schema",
      json_schema: { name: "place", description: "A place.", schema: inner, strict: true },
    },
    "OpenAI's text.format": { type: "json_schema", name: "place", schema: inner, strict: true },
    "an object with a schema": { name: "place", schema: inner, strict: true },
    "a tool": { type: "function", function: { name: "place", parameters: inner, strict: true } },
    "a zod schema in an object": {
      name: "place",
      schema: z.object({ city: z.string() }),
      strict: true,
    },
  };
  for (const [what, schema] of Object.entries(WRAPPERS)) {
    it(`is taken out of ${what}, with its name and strictness`, async () => {
      const deltas = [{ toolCalls: [{ name: "place", args: { city: "Paris" } }], done: true }];
      const structured = chatAnswering(server, deltas).withStructuredOutput(schema);
      expect(await structured.invoke("x")).toEqual({ city: "Paris" });
      const definition = { name: "place", strict: true, parameters: { properties: { city: {} } } };
      expect(await lastBody()).toMatchObject({ tools: [{ function: definition }] });
    });
  }

  it("is refused where there is none", () => {
    const model = chatAnswering(server, HELLO);
    for (const schema of [
      { type: "json_schema" },
      { type: "json_object" },
      { type: "text" },
      { city: z.string() },
      UNWRITTEN,
      { name: "place", schema: UNWRITTEN },
    ]) {
      expect(() => model.withStructuredOutput(schema)).toThrow(HookError);
    }
  });

  it("is refused in a tool, too, before anything is sent", async () => {
    const weather = tool(() => "rain", { name: "weather", schema: UNWRITTEN as never });
    const model = chatAnswering(server, HELLO);
    expect(() => model.bindTools([weather])).toThrow(HookError);
    const before = (await server.log()).length;
    const agent = createAgent({ model, tools: [weather] });
    const asked = agent.invoke({ messages: [new HumanMessage("x")] });
    await expect(asked).rejects.toThrow("of their-lib that has no JSON form");
    expect(await server.log()).toHaveLength(before);
  });

  it("may have properties of these names itself", async () => {
    const properties = { schema: { type: "object" }, parameters: { type: "object" } };
    const schema = { title: "odd", type: "object", properties };
    const deltas = [{ toolCalls: [{ name: "odd", args: {} }], done: true }];
    await chatAnswering(server, deltas).withStructuredOutput(schema).invoke("x");
    const definition = { name: "odd", parameters: { properties } };
    expect(await lastBody()).toMatchObject({ tools: [{ function: definition }] });
  });
});

describe("structured output that a limit of tokens cut", () => {
  const CUT = '{"city":"Par';
  const ANSWERS: Record<StructuredOutputMethod, StreamDelta[]> = {
    functionCalling: [
      { toolCalls: [{ id: "a", name: "extract", args: CUT }] },
      { finishReason: "length" },
    ],
    jsonSchema: [{ text: CUT }, { finishReason: "MAX_TOKENS" }],
    jsonMode: [{ text: "" }, { finishReason: "max_tokens" }],
  };
  for (const [method, deltas] of Object.entries(ANSWERS)) {
    it(`says so, by ${method}, invoked and streamed`, async () => {
      for (const schema of [SCHEMA, z.object({ city: z.string() })]) {
        const structured = chatAnswering(server, deltas).withStructuredOutput(schema, { method });
        const streamed = async () => {
          for await (const _ of await structured.stream("x"));
        };
        for (const call of [() => structured.invoke("x"), streamed]) {
          const error: unknown = await call().then(
            () => undefined,
            (caught: unknown) => caught,
          );
          expect(error).toBeInstanceOf(OutputParserException);
          expect((error as Error).message).toMatch(/limit of tokens/);
        }
      }
    });
  }
});

describe("the content blocks of a message whose provider is named", () => {
  const ALL: StreamDelta[] = [
    { reasoning: "Hm.", model: "qwen3" },
    { text: "Let me see." },
    { toolCalls: [{ index: 0, id: "a", name: "weather", args: '{"city":"Paris"}' }] },
  ];
  const providers = ["openai", "anthropic", "deepseek", "groq", "google", "unheard-of"];
  for (const outputVersion of ["v0", "v1"] as const) {
    it(`are what they are without one, also after load() (${outputVersion})`, async () => {
      const asking = async (metadata: Record<string, unknown>) =>
        chatAnswering(server, [...ALL, { metadata, finishReason: "tool_calls" }], {
          outputVersion,
        }).invoke("x");
      const kinds = async (message: AIMessage) => message.contentBlocks.map(({ type }) => type);
      const plain = await asking({});
      expect(plain.response_metadata).toMatchObject({ model: "qwen3", model_name: "qwen3" });
      const wanted = ["reasoning", "text", "tool_call"];
      for (const model_provider of [undefined, ...providers]) {
        const message = await asking(model_provider === undefined ? {} : { model_provider });
        const back = await load<AIMessage>(JSON.stringify(message));
        expect(await kinds(message as unknown as AIMessage), model_provider).toEqual(wanted);
        expect(await kinds(back), model_provider).toEqual(wanted);
      }
    });
  }
});

describe("a binding of a chat model", () => {
  it("streams content-block events without a version, as the model does", async () => {
    const recorder = new Recorder();
    const bound = chatAnswering(server, HELLO).bindTools([WEATHER]);
    const stream = bound.streamEvents("x", { callbacks: [recorder] });
    const told: string[] = [];
    for await (const { event } of stream) told.push(event);
    expect([told[0], told.at(-1)]).toEqual(["message-start", "message-finish"]);
    expect((await stream).text).toBe("Hello");
    expect(await stream.text).toBe("Hello");
    expect(recorder.endings).toEqual(["end"]);
    expect(await lastBody()).toMatchObject({ tools: [{ function: { name: "weather" } }] });
    const twice = bound.withConfig({ stop: ["!"] });
    expect((await twice.streamEvents("x")).text).toBe("Hello");
    expect(await lastBody()).toMatchObject({ stop: ["!"], tools: [{}] });
  });

  it("still gives LangChain's events of a version", async () => {
    const bound = chatAnswering(server, HELLO).bindTools([WEATHER]);
    const names: string[] = [];
    for await (const { event } of bound.streamEvents("x", { version: "v2" })) names.push(event);
    expect(names).toContain("on_chat_model_stream");
  });

  it("is LangChain's RunnableBinding to those who write it down", () => {
    const bound = chatAnswering(server, HELLO).withConfig({ stop: ["!"] });
    expect(bound.toJSON()).toMatchObject({
      id: ["langchain_core", "runnables", "RunnableBinding"],
    });
    const secret = bound.withConfig({ headers: { authorization: "sk-0123456789" } });
    expect(JSON.stringify(secret)).not.toContain("sk-0123456789");
  });
});

describe("the calls of one turn after another", () => {
  it("are all carried out by LangGraph's ToolNode, though the server gives all of them one id", async () => {
    const call = { index: 0, id: "call_0", name: "now", args: {} };
    const model = chatAnswering(server, [{ toolCalls: [call] }, { finishReason: "tool_calls" }]);
    const node = new ToolNode([tool(() => "noon", { name: "now", schema: z.object({}) })]);
    const messages: BaseMessage[] = [new HumanMessage("x"), await model.invoke("x")];
    for (let turn = 0; turn < 2; turn++) {
      const { messages: results } = (await node.invoke({ messages })) as {
        messages: ToolMessage[];
      };
      expect(results.map(({ content }) => content)).toEqual(["noon"]);
      messages.push(...results);
      messages.push(await model.invoke(messages));
    }
  });
});

describe("leaving streamLog()", () => {
  const MODELS = {
    HttpStreamingLLM: {
      make: (url: string) => new DeltaLLM(url, { maxRetries: 0 }),
      hanging: stalling("a"),
      whole: events("Hello", { done: true }),
    },
    HttpStreamingChatModel: {
      make: (url: string) => new DeltaChat({ url, maxRetries: 0 }),
      hanging: { ...answer([{ text: "a" }]), end: "stall" as const },
      whole: answer([{ text: "Hello" }, { done: true }]),
    },
  };
  for (const [name, { make, hanging, whole }] of Object.entries(MODELS)) {
    it(`ends the loop and closes the request (${name}, and a binding of it)`, async () => {
      for (const bound of [false, true]) {
        const id = `log-${name}-${bound}`;
        const model = make(server.url({ id, scripts: [hanging] }));
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- many use it
        const log = (bound ? model.withConfig({ stop: ["!"] }) : model).streamLog("x");
        for await (const { ops } of log) {
          if (ops.some(({ path }) => path.endsWith("streamed_output/-"))) break;
        }
        await server.seen((request) => request.closedByPeerMs !== undefined, id);
      }
    });

    it(`is not needed for what comes to its end (${name})`, async () => {
      let patches = 0;
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- many use it
      for await (const _ of make(server.url(whole)).streamLog("x")) patches++;
      expect(patches).toBeGreaterThan(2);
    });
  }
});
