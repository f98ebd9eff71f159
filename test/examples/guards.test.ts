import { describe, expect, it } from "vitest";
import { TruncatedStreamError } from "http-streaming-llm";
import { CompletionsLLM } from "../../examples/openai-completions.js";
import { OpenAIChat } from "../../examples/openai-chat.js";
import { partialOf } from "../helpers/exit-models.js";
import { type Script, useScriptedServer } from "../helpers/scripted-server.js";
import { drain, drainSync, rejection } from "../helpers/delta-llm.js";
import {
  contentTypeOf,
  EVERY_MODEL,
  REST,
  SAID,
  stepOf,
  type EveryModel,
  type Model,
} from "../helpers/every-model.js";

const server = useScriptedServer();

const ANSWER = SAID + REST;
const textOf = (said: unknown): string =>
  typeof said === "string" ? said : (said as { text: string }).text;

/** The text of the answer on each path, or the error in its place. */
async function everyText(model: Model): Promise<unknown[]> {
  const streamed = [
    await drain(() => model.stream("How much?")),
    drainSync(() => model.streamSync("How much?")),
  ];
  return [
    textOf(await model.invoke("How much?")),
    ...streamed.map(({ items, error }) => error ?? items.map(textOf).join("")),
  ];
}

function answering(some: EveryModel, frames: readonly string[]): Model {
  const steps = frames.map((frame) => stepOf(some, frame));
  const headers = { "content-type": contentTypeOf(some) };
  const model = some.create({ maxRetries: 0, endGraceMs: 500 });
  model.endpoint = server.url({ headers, steps });
  return model;
}

/** A field more at the beginning of each record. */
const withField = (frame: string, field: string): string =>
  frame.replaceAll(/^(data: ?|\[)?\{/gm, `$1{${field},`);

const named = (...names: string[]) => EVERY_MODEL.filter(({ name }) => names.includes(name));
/** Those whose records are JSON. */
const withRecords = EVERY_MODEL.filter(
  ({ format, name }) => format !== "text()" && name !== "ReplicateLLM",
);
/** The two pieces that say something new. */
const saying = (frames: readonly string[]): string[] =>
  [SAID, REST].map((said) => frames.find((frame) => frame.includes(said))!);

describe("An error that says nothing", () => {
  it.each(withRecords)("is none in any record: $name, $format", async (some) => {
    const frames = some.frames.map((frame) => withField(frame, '"error":null'));
    expect(await everyText(answering(some, frames))).toEqual([ANSWER, ANSWER, ANSWER]);
  });

  // A text that repeats what was said before says nothing against the error beside it.
  const withPieces = withRecords.filter(({ name }) => name !== "YandexLLM");
  it.each(withPieces)("is none beside text, whatever it says: $name, $format", async (some) => {
    for (const error of ['"slow"', '{"message":"a parameter is deprecated","code":7}']) {
      const beside = saying(some.frames);
      const frames = some.frames.map((frame) =>
        beside.includes(frame) ? withField(frame, `"error":${error}`) : frame,
      );
      expect(frames.join("")).toContain(error);
      expect(await everyText(answering(some, frames))).toEqual([ANSWER, ANSWER, ANSWER]);
    }
  });
});

/** What stands behind the finish reason in OpenAI's stream. */
const USAGE = 'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4}}\n\n';
const finish = (choice: object): string =>
  `data: ${JSON.stringify({ choices: [{ ...choice, finish_reason: "stop" }] })}\n\n`;

describe("Usage behind the finish reason", () => {
  const headers = { "content-type": "text/event-stream" };
  const endings: [string, (first: string) => Script, endGraceMs: number][] = [
    [
      "after a pause",
      (first) => ({
        steps: [{ text: first }, { delayMs: 100, text: `${USAGE}data: [DONE]\n\n` }],
      }),
      5000,
    ],
    [
      "though the connection stays open",
      (first) => ({ steps: [{ text: first + USAGE }], end: "stall" }),
      200,
    ],
  ];
  it.each(endings)("counts, %s", async (_, script, endGraceMs) => {
    const fields = { baseUrl: "", model: "m", endGraceMs };
    const chat = new OpenAIChat(fields);
    chat.endpoint = server.url({ headers, ...script(finish({ delta: { content: ANSWER } })) });
    for (const { text, usage_metadata } of [await chat.invoke("?"), chat.invokeSync("?")]) {
      expect(text).toBe(ANSWER);
      expect(usage_metadata as unknown).toMatchObject({ input_tokens: 9, output_tokens: 4 });
    }
    const completions = new CompletionsLLM(fields);
    completions.endpoint = server.url({ headers, ...script(finish({ text: ANSWER })) });
    const { generations, llmOutput } = await completions.generate(["?"]);
    expect(generations[0]![0]!.text).toBe(ANSWER);
    expect(llmOutput).toMatchObject({ tokenUsage: { promptTokens: 9, completionTokens: 4 } });
  });
});

describe("A provider that never says done", () => {
  const withoutEnd = (frames: readonly string[]): string[] =>
    saying(frames).map((frame) => frame.replaceAll(/,?"(done|finish_reason)":(false|null)/g, ""));

  const quiet = named(
    "MyLLM",
    "MyChat",
    "Langserve590LLM",
    "OllamaLLM",
    "CompletionsLLM",
    "PlainTextLLM",
  );
  it.each(quiet)("is taken at its word by $name", async (some) => {
    const model = answering(some, withoutEnd(some.frames));
    expect(await everyText(model)).toEqual([ANSWER, ANSWER, ANSWER]);
  });

  const strict = named(
    ...["OpenAIChat", "OllamaChat", "AnthropicChat", "GeminiChat", "BedrockChat", "HunyuanChat"],
    ...["GigaChatLLM", "SageMakerLLM", "YandexLLM", "ReplicateLLM"],
    ...["LangServeLLM", "LangServeChat"],
  );
  it.each(strict)("is not, where the API says it: $name, $format", async (some) => {
    const error = await rejection(answering(some, withoutEnd(some.frames)).invoke("?"));
    expect(TruncatedStreamError.isInstance(error)).toBe(true);
    expect(partialOf(error)).toBe(ANSWER);
  });
});
