import { BaseTracer } from "@langchain/core/tracers/base";
import { RunnableLambda } from "@langchain/core/runnables";
import { MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HttpStreamingError } from "http-streaming-llm";
import { type Script, useScriptedServer } from "../helpers/scripted-server.js";
import { events, Recorder, rejection, serve, stalling } from "../helpers/delta-llm.js";
import {
  chatClass,
  ExitChat,
  everyPath,
  llmClass,
  partialOf,
  type ExitModel,
} from "../helpers/exit-models.js";

const server = useScriptedServer();

// Full jitter begins at nothing.
beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const cut = (script: Script): Script => ({ ...script, end: "destroy" });
const FIRST = cut(events({ id: "m-1", text: "Hal" }, "f an answer"));
const SECOND = events({ id: "m-2", text: "All " }, "of it", { done: true });

/** A tracer as those of tracing services: it writes runs down, tokens too. */
class Tracer extends BaseTracer {
  name = "tracer";
  readonly persisted: unknown[] = [];
  override async persistRun(run: unknown) {
    this.persisted.push(run);
  }
  override async handleLLMNewToken(token: string, ...rest: never[]) {
    return super.handleLLMNewToken(token, ...(rest as unknown as [never, never]));
  }
}

/** One that asks for tokens, as those behind streamEvents and streamLog. */
class StreamingTracer extends Tracer {
  lc_prefer_streaming = true;
}

class ListeningTracer extends Tracer {
  override onLLMNewToken() {}
}

const whole = everyPath.filter(({ path }) =>
  ["invoke", "batch", "generate", "invokeSync"].includes(path),
);

describe.each(whole)(
  "a call that nobody has seen a token of, through $title",
  ({ create, call }) => {
    it.each([
      ["nobody listens", undefined],
      ["a handler listens to other things", [{ handleLLMStart: () => undefined }]],
      ["a handler ignores models", [{ ignoreLLM: true, handleLLMNewToken: () => undefined }]],
      ["a tracer writes runs down", [new Tracer()]],
    ])("is made again while %s", async (_, callbacks) => {
      const { url, id } = serve(server, FIRST, SECOND);
      expect(await call(create(url), callbacks && { callbacks })).toBe("All of it");
      const [first, second] = await server.log(id);
      expect(second!.body).toBe(first!.body);
      expect(await server.log(id)).toHaveLength(2);
    });

    it.each([
      ["a handler", () => [{ handleLLMNewToken: () => undefined }]],
      ["a tracer that asked for tokens", () => [new StreamingTracer()]],
      ["a tracer with a token hook", () => [new ListeningTracer()]],
      ["a handler among others", () => [new Tracer(), new Recorder()]],
    ])("is not made again where %s is told of tokens", async (_, callbacks) => {
      const { url, id } = serve(server, FIRST, SECOND);
      const error = await rejection(call(create(url), { callbacks: callbacks() }));
      expect((error as HttpStreamingError).code).toBe("TRUNCATED_STREAM");
      expect(partialOf(error)).toBe("Half an answer");
      expect(await server.log(id)).toHaveLength(1);
    });

    it.each([
      ["a stall", stalling("Hal"), { timeouts: { idle: 80 } }],
      ["a passing error", events("Hal", { error: { type: "overloaded_error" } }), {}],
      [
        "a record that is cut off",
        { ...events("Hal"), steps: [{ text: 'data: {"text":"Hal"}\n\ndata: {"t' }] },
        {},
      ],
      ["an end too soon", events({ text: "Hal", done: false }), {}],
    ])("is made again after %s", async (_, first, fields) => {
      const { url, id } = serve(server, first, SECOND);
      expect(await call(create(url, fields))).toBe("All of it");
      expect(await server.log(id)).toHaveLength(2);
    });

    it("is made as often as maxRetries says, the last part on the error, one ending told", async () => {
      const recorder = new Tracer();
      const { url, id } = serve(server, FIRST, cut(events("Other ")), cut(events("Last")));
      const error = await rejection(call(create(url), { callbacks: [recorder] }));
      expect(partialOf(error)).toBe("Last");
      expect(await server.log(id)).toHaveLength(3);
      await vi.waitFor(() => expect(recorder.persisted).toHaveLength(1));
      const none = serve(server, FIRST, SECOND);
      await rejection(call(create(none.url, { maxRetries: 0 })));
      expect(await server.log(none.id)).toHaveLength(1);
    });
  },
);

describe.each([llmClass, chatClass])(
  "what has begun to reach somebody, of $name",
  ({ create, paths }) => {
    const shown = paths.filter(({ name }) => name.startsWith("stream"));

    it.each(shown)("is not begun anew: $name", async ({ call }) => {
      const { url, id } = serve(server, FIRST, SECOND);
      let read = "";
      const error = await rejection(call(create(url), {}, (text) => void (read += text)));
      expect(error).toBeDefined();
      expect(read).toBe("Half an answer");
      expect(await server.log(id)).toHaveLength(1);
    });

    const around = (model: ExitModel) =>
      RunnableLambda.from(async (question: string) => model.invoke(question) as Promise<unknown>);

    it("counts as seen where streamEvents or streamLog goes through a chain's invoke()", async () => {
      for (const read of [
        (chain: ReturnType<typeof around>) => chain.streamEvents("x", { version: "v2" }),
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- it is still used
        (chain: ReturnType<typeof around>) => chain.streamLog("x"),
      ]) {
        const { url, id } = serve(server, FIRST, SECOND);
        const seen: string[] = [];
        const error = await rejection(
          (async () => {
            for await (const event of read(around(create(url)))) seen.push(JSON.stringify(event));
          })(),
        );
        expect((error as HttpStreamingError).code).toBe("TRUNCATED_STREAM");
        expect(seen.some((event) => event.includes("f an answer"))).toBe(true);
        expect(await server.log(id)).toHaveLength(1);
      }
    });
  },
);

describe("a model in a LangGraph graph", () => {
  const graphOf = (model: ExitChat) =>
    new StateGraph(MessagesAnnotation)
      .addNode("ask", async () => ({ messages: [await model.invoke("hi")] }))
      .addEdge(START, "ask")
      .compile();

  it("is asked again where the graph is invoked, or its updates are streamed", async () => {
    const invoked = serve(server, FIRST, SECOND);
    const { messages } = await graphOf(new ExitChat(invoked.url)).invoke({ messages: [] });
    expect(messages[0]!.text).toBe("All of it");
    const streamed = serve(server, FIRST, SECOND);
    const updates: unknown[] = [];
    const graph = graphOf(new ExitChat(streamed.url));
    for await (const update of await graph.stream({ messages: [] }, { streamMode: "updates" })) {
      updates.push(update);
    }
    expect(updates).toHaveLength(1);
    for (const { id } of [invoked, streamed]) expect(await server.log(id)).toHaveLength(2);
  });

  it("is not where its messages are streamed", async () => {
    const { url, id } = serve(server, FIRST, SECOND);
    let read = "";
    const error = await rejection(
      (async () => {
        const options = { streamMode: "messages" as const };
        for await (const [message] of await graphOf(new ExitChat(url)).stream(
          { messages: [] },
          options,
        )) {
          read += message.text;
        }
      })(),
    );
    expect((error as HttpStreamingError).code).toBe("TRUNCATED_STREAM");
    expect(read).toBe("Half an answer");
    expect(await server.log(id)).toHaveLength(1);
  });
});

describe("structured output", () => {
  const schema = {
    title: "joke",
    type: "object",
    properties: { rating: { type: "integer" } },
    required: ["rating"],
  };
  const calling = (args: string) => ({ toolCalls: [{ index: 0, id: "c", name: "joke", args }] });
  const end = { finishReason: "tool_calls" };

  it("is asked for again when its first half was nobody's", async () => {
    const { url, id } = serve(
      server,
      cut(events(calling('{"rating":'), calling("1"))),
      events(calling('{"rating":'), calling("7}"), end),
    );
    const joke = new ExitChat(url).withStructuredOutput(schema);
    expect(await joke.invoke("Why?")).toEqual({ rating: 7 });
    expect(await server.log(id)).toHaveLength(2);
  });

  it("is not where it is streamed", async () => {
    const { url, id } = serve(
      server,
      cut(events(calling('{"rating":'), calling("1"))),
      events(calling('{"rating":7}'), end),
    );
    const joke = new ExitChat(url).withStructuredOutput(schema);
    const read = async () => {
      for await (const _ of await joke.stream("Why?"));
    };
    expect(((await rejection(read())) as HttpStreamingError).code).toBe("TRUNCATED_STREAM");
    expect(await server.log(id)).toHaveLength(1);
  });
});

describe("a message that was begun anew", () => {
  it("holds nothing of the first one", async () => {
    const usage = { usage: { inputTokens: 3, outputTokens: 1 } };
    const first = cut(
      events(
        { id: "m-1", model: "one", text: "Hal", reasoning: "so", metadata: { a: 1 }, ...usage },
        { toolCalls: [{ index: 0, id: "c", name: "f", args: '{"a"' }] },
      ),
    );
    const second = events(
      { id: "m-2", model: "two", text: "All" },
      { finishReason: "stop", ...usage },
    );
    const message = await new ExitChat(serve(server, first, second).url).invoke("x");
    expect(message.id).toBe("m-2");
    expect(message.content).toBe("All");
    expect([message.tool_calls, message.additional_kwargs]).toEqual([[], {}]);
    expect(message.usage_metadata).toMatchObject({ input_tokens: 3, output_tokens: 1 });
    expect(message.response_metadata).toMatchObject({ model_name: "two", attempts: 2 });
    expect(message.response_metadata).not.toHaveProperty("a");
    expect(message.response_metadata).not.toHaveProperty("continued");
  });
});
