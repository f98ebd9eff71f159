import type { AIMessageChunk } from "@langchain/core/messages";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Continuation, HttpStreamingError, PartialAnswer } from "http-streaming-llm";
import { answerTo, PROMPT } from "../helpers/breaking-answers.mjs";
import {
  hooksOf,
  startBreakingServer,
  TEXTS,
  WAYS,
  type BreakingAnswer,
  type BreakingServer,
} from "../helpers/breaking-server.js";
import {
  startScriptedServer,
  type Script,
  type ScriptedServer,
} from "../helpers/scripted-server.js";
import { events, Recorder, rejection, serve } from "../helpers/delta-llm.js";
import {
  bothDrivers,
  chatClass,
  everyPath,
  ExitChat,
  ExitLLM,
  llmClass,
  partialOf,
  type ExitModel,
  type Fields,
  type Options,
} from "../helpers/exit-models.js";

let server: ScriptedServer;
let breaking: BreakingServer;
beforeAll(async () => {
  [server, breaking] = await Promise.all([startScriptedServer(), startBreakingServer()]);
});
afterAll(() => Promise.all([server.close(), breaking.close()]));

// Full jitter begins at nothing.
beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

type Going = (partial: PartialAnswer, ...others: never[]) => unknown;

/** A model that says how to go on. */
function going(create: (url: string, fields?: Fields) => ExitModel) {
  return (url: string, continueFrom: Going, fields: Fields = {}): ExitModel =>
    Object.assign(create(url, fields), { continueFrom });
}

/** A model of the server that breaks off, as its author would write it. */
function modelOf(answer: BreakingAnswer, url: string): ExitModel {
  const { continueFrom, ...hooks } = hooksOf(answer);
  const model = answer.kind === "chat" ? new ExitChat(url, hooks) : new ExitLLM(url, hooks);
  const hook = (partial: PartialAnswer, _: unknown, __: unknown, context: { state: object }) =>
    continueFrom(partial, context);
  return Object.assign(model, { continueFrom: hook });
}

const cut = (script: Script): Script => ({ ...script, end: "destroy" });

/** Where the body says that the answer is complete. */
const endOf = (answer: BreakingAnswer): number =>
  answerTo(answer, { headers: {}, body: JSON.stringify({ prompt: PROMPT }) }).body.lastIndexOf(
    "stop",
  );

const PATHS = ["stream", "invoke", "streamSync"];

describe.each(PATHS)("an answer that breaks off, on %s", (path) => {
  const callOf = ({ kind }: BreakingAnswer) =>
    (kind === "chat" ? chatClass : llmClass).paths.find(({ name }) => name === path)!.call;

  /** One call; gives what is wrong with it. */
  async function faultOf(answer: BreakingAnswer, breaks: readonly number[]): Promise<string[]> {
    const { url, requests } = breaking.answer({ ...answer, breaks });
    const recorder = new Recorder();
    let read = "";
    const outcome = await callOf(answer)(
      modelOf(answer, url),
      { callbacks: [recorder] },
      (piece) => void (read += piece),
    ).catch((error: unknown) => String(error));
    await recorder.terminal();
    const { heard } = recorder;
    const tokens = heard.flatMap((event) => (event.startsWith("token ") ? [event.slice(6)] : []));
    const facts = {
      text: outcome,
      ...(path !== "invoke" && { read }),
      tokens: tokens.join(""),
      endings: heard.filter((event) => event === "end" || event === "error").join(),
      requests: String(await requests()),
    };
    const { text } = answer;
    const wanted: Record<string, string> = {
      text,
      read: text,
      tokens: text,
      endings: "end",
      requests: String(breaks.length + 1),
    };
    const faults = Object.entries(facts).filter(([name, value]) => value !== wanted[name]);
    const where = `${answer.kind}, repeats ${answer.repeats}, broken at ${breaks.join()}`;
    return faults.map(([name, value]) => `${where}: ${name} ${JSON.stringify(value)}`);
  }

  it("is the unbroken one, broken at many places, once and twice", async () => {
    const cases: (() => Promise<string[]>)[] = [];
    // All ways at all bytes are tested without a socket; here they take turns, and so do the paths.
    const [first, step] = [PATHS.indexOf(path), 5];
    TEXTS.forEach((text, second) => {
      const longest = Math.max(...WAYS.map((way) => endOf({ ...way, text })));
      for (let at = first; at < longest; at += step) {
        const answer = { ...WAYS[(at + second) % WAYS.length]!, text };
        const end = endOf(answer);
        // A later response may be too short to break off again before its end.
        const breaks = at % 2 === 0 ? [at % end] : [at % end, at % 20];
        cases.push(() => faultOf(answer, breaks));
      }
    });
    const faults: string[] = [];
    const work = async () => {
      for (let next = cases.pop(); next !== undefined; next = cases.pop()) {
        faults.push(...(await next()));
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    expect(faults).toEqual([]);
  });

  it.each(WAYS.filter(({ repeats }) => repeats !== "none"))(
    "ends with the first error where the rest says something else: $kind, repeats $repeats",
    async ({ kind, repeats }) => {
      const text = TEXTS[0]!;
      const answer = { kind, repeats, text, other: "_".repeat(text.length) };
      const at = endOf(answer) - 60;
      const { url, requests } = breaking.answer({ ...answer, breaks: [at] });
      const recorder = new Recorder();
      const error = await rejection(
        callOf(answer)(modelOf(answer, url), { callbacks: [recorder] }),
      );
      await recorder.terminal();
      expect(error).toMatchObject({ code: "TRUNCATED_STREAM" });
      const partial = partialOf(error)!;
      expect(text.startsWith(partial) && partial !== "").toBe(true);
      const tokens = recorder.heard.filter((event) => event.startsWith("token ")).length;
      expect(recorder.heard.at(-1)).toBe("error");
      expect(recorder.heard).toHaveLength(tokens + 2);
      expect(await requests()).toBe(2);
    },
  );
});

describe.each(everyPath)("an answer that goes on, through $title", ({ create, call, path }) => {
  const make = going(create);

  it("is asked for with the text so far, and is one answer", async () => {
    const { url, id } = serve(server, cut(events("ha ", "ha ")), events("ha!", { done: true }));
    const recorder = new Recorder();
    const model = make(url, ({ text }) => ({ payload: { prefix: text } }));
    expect(await call(model, { callbacks: [recorder] })).toBe("ha ha ha!");
    await recorder.terminal();
    expect(recorder.heard.filter((event) => event !== "token ")).toEqual([
      "start",
      "token ha ",
      "token ha ",
      "token ha!",
      "end",
    ]);
    const [, rest] = await server.log(id);
    expect(JSON.parse(rest!.body)).toEqual({ prefix: "ha ha " });
  });

  it.each([
    ["none", "ha!"],
    ["all", "ha ha ha!"],
  ] as const)("may have a rest that is one JSON value, which repeats %s", async (repeats, text) => {
    const whole = JSON.stringify({ text, done: true, usage: { outputTokens: 1 } }, undefined, 1);
    const rest = { ...events(), steps: [{ text: whole }] };
    const { url } = serve(server, cut(events("ha ", "ha ")), rest);
    expect(await call(make(url, () => ({ repeats })))).toBe("ha ha ha!");
  });

  it("crosses the seam with its stop sequences", async () => {
    const { url, id } = serve(server, cut(events("a E")), events("ND b", "c", { done: true }));
    const model = make(url, ({ text }) => ({ payload: { prefix: text } }));
    expect(await call(model, { stop: ["END"] })).toBe("a ");
    expect(JSON.parse((await server.log(id))[1]!.body)).toEqual({ prefix: "a E" });
  });

  it("counts under maxRetries", async () => {
    const { url, id } = serve(server, cut(events("a")));
    const model = make(url, () => ({}), { maxRetries: 3 });
    const error = await rejection(call(model));
    expect(error).toMatchObject({ code: "TRUNCATED_STREAM" });
    expect(partialOf(error)).toBe("aaaa");
    expect(await server.log(id)).toHaveLength(4);
    const none = serve(server, cut(events("a")));
    await rejection(
      call(
        make(none.url, () => ({})),
        { maxRetries: 0 },
      ),
    );
    expect(await server.log(none.id)).toHaveLength(1);
  });

  it("waits for a hook that takes its time, or says that it cannot", async () => {
    const { url } = serve(server, cut(events("a")), events("b", { done: true }));
    const answered = call(make(url, () => Promise.resolve({})));
    if (path.endsWith("Sync")) {
      await expect(answered).rejects.toMatchObject({ name: "SynchronousHookError" });
    } else {
      expect(await answered).toBe("ab");
    }
  });
});

describe.each(bothDrivers)("an answer that goes on, through $name", ({ call }) => {
  const make = going(chatClass.create);
  const toolCall = (args: string) => ({ toolCalls: [{ index: 0, id: "c", name: "f", args }] });

  it.each<[string, Script, Options]>([
    ["a tool call", cut(events("a", toolCall('{"a":'))), {}],
    [
      "the shape of a schema",
      cut(events("a")),
      { response_format: { type: "json_object" } } as Options,
    ],
  ])("is not made up inside %s, unless by cursor", async (_, first, options) => {
    const rest = events(toolCall("1}"), { finishReason: "tool_calls" });
    for (const [continuation, count] of [
      [{}, 1],
      [{ cursor: true }, 2],
    ] as [Continuation, number][]) {
      const { url, id } = serve(server, first, rest);
      const text = await call(
        make(url, () => continuation),
        options,
      ).catch((error: unknown) => (error as HttpStreamingError).code);
      expect(text).toBe(count === 1 ? "TRUNCATED_STREAM" : "a");
      expect(await server.log(id)).toHaveLength(count);
    }
  });

  it.each<[string, Script]>([
    ["only the format's end marker", { ...events(), steps: [{ text: "data: [DONE]\n\n" }] }],
    ["records that say nothing of it", events({ metadata: { state: "queued" } })],
  ])("is not whole with %s", async (_, rest) => {
    const { url } = serve(server, cut(events("a")), rest);
    const error = await rejection(call(make(url, () => ({}), { maxRetries: 1 })));
    expect(error).toMatchObject({ code: "TRUNCATED_STREAM" });
  });

  it("does not go on where the model has no hook", async () => {
    const { url, id } = serve(server, cut(events("a")), events("b", { done: true }));
    const error = await rejection(call(chatClass.create(url)));
    expect([(error as HttpStreamingError).code, partialOf(error)]).toEqual([
      "TRUNCATED_STREAM",
      "a",
    ]);
    expect(await server.log(id)).toHaveLength(1);
  });
});

describe("a message that goes on", () => {
  const usage = (inputTokens: number, outputTokens: number) => ({
    usage: { inputTokens, outputTokens },
  });
  const scripts = [
    cut(events({ id: "m-1", model: "m", text: "a" }, usage(5, 1))),
    cut(events(usage(6, 0))),
    events({ id: "m-2", model: "m", text: "b" }, { finishReason: "stop", ...usage(6, 1) }),
  ];

  async function chunksOf(continuation: Continuation): Promise<AIMessageChunk[]> {
    const { url } = serve(server, ...scripts);
    const chunks: AIMessageChunk[] = [];
    const model = going(chatClass.create)(url, () => continuation) as ExitChat;
    for await (const chunk of await model.stream("x")) chunks.push(chunk);
    return chunks;
  }

  it("has one id, and says how often it was continued", async () => {
    const chunks = await chunksOf({});
    expect(chunks.map(({ id }) => id)).toEqual(chunks.map(() => "m-1"));
    const whole = chunks.reduce((a, b) => a.concat(b));
    expect(whole.text).toBe("ab");
    expect(whole.response_metadata).toMatchObject({
      finish_reason: "stop",
      model_name: "m",
      attempts: 3,
      continued: 2,
    });
  });

  it("sums what its requests cost; a cursor's last report counts", async () => {
    const totals = async (continuation: Continuation): Promise<unknown> => {
      const { usage_metadata } = (await chunksOf(continuation)).reduce((a, b) => a.concat(b));
      return usage_metadata;
    };
    expect(await totals({})).toMatchObject({
      input_tokens: 17,
      output_tokens: 2,
      total_tokens: 19,
    });
    expect(await totals({ cursor: true })).toMatchObject({ input_tokens: 6, output_tokens: 1 });
  });
});
