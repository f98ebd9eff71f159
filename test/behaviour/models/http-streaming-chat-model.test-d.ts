import type { BaseLanguageModelInput } from "@langchain/core/language_models/base";
import type { ChatModelStream } from "@langchain/core/language_models/stream";
import { AIMessageChunk, type BaseMessage } from "@langchain/core/messages";
import { ChatGenerationChunk } from "@langchain/core/outputs";
import type { Runnable } from "@langchain/core/runnables";
import type { IterableReadableStream } from "@langchain/core/utils/stream";
import { describe, expectTypeOf, it } from "vitest";
import type { SerializableSchema } from "@langchain/core/utils/standard_schema";
import { z } from "zod";
import * as z3 from "zod/v3";
import { jsonLines } from "../../../src/formats/json-lines.js";
import { HttpStreamingChatModel } from "../../../src/langchain/http-streaming-chat-model.js";
import type { HttpStreamingChatModelCallOptions } from "../../../src/langchain/model-fields.js";
import type { BoundTool } from "../../../src/langchain/chat/tool-definitions.js";
import { toOpenAIMessages, type OpenAIMessage } from "../../../src/openai/messages.js";

interface Line {
  response: string;
  done: boolean;
}

interface Joke {
  setup: string;
}

class Complete extends HttpStreamingChatModel<Line> {
  _llmType() {
    return "complete";
  }
  endpoint = "http://127.0.0.1";
  override format = jsonLines<Line>();
  buildPayload(messages: BaseMessage[], options: this["ParsedCallOptions"]) {
    expectTypeOf(options.tools).toEqualTypeOf<BoundTool[] | undefined>();
    return { messages: toOpenAIMessages(messages), stop: options.stop };
  }
  parseChunk(line: Line) {
    return { text: line.response, done: line.done };
  }
}

declare const model: Complete;
declare const standard: SerializableSchema<Partial<Joke>, Joke>;

describe("HttpStreamingChatModel", () => {
  it("is complete with three hooks and _llmType", () => {
    expectTypeOf(Complete).toBeConstructibleWith({ maxRetries: 1, timeouts: { idle: 1000 } });
    expectTypeOf(Complete).toBeConstructibleWith();
    expectTypeOf(model.streamSync("x")).toEqualTypeOf<Generator<AIMessageChunk, void, undefined>>();
    expectTypeOf(model._astream([])).toEqualTypeOf<AsyncGenerator<ChatGenerationChunk>>();
    expectTypeOf(model._stream([])).toEqualTypeOf<
      Generator<ChatGenerationChunk, void, undefined>
    >();
    expectTypeOf(model.invokeSync("x")).toEqualTypeOf<AIMessageChunk>();
    expectTypeOf(model.invoke("x")).resolves.toEqualTypeOf<AIMessageChunk>();
    expectTypeOf(model.stream("x")).resolves.toEqualTypeOf<
      IterableReadableStream<AIMessageChunk>
    >();
    expectTypeOf(model.streamEvents("x")).toEqualTypeOf<ChatModelStream>();
  });

  it("takes an endpoint, a format and structuredOutputMethods by getter or field, or none", () => {
    class Getters extends HttpStreamingChatModel<Line> {
      _llmType() {
        return "getters";
      }
      get endpoint() {
        return new URL("http://127.0.0.1");
      }
      override get format() {
        return jsonLines<Line>();
      }
      override get structuredOutputMethods() {
        return ["jsonSchema"] as const;
      }
      buildPayload(messages: BaseMessage[]) {
        return { messages };
      }
      parseChunk(line: Line) {
        return line.response;
      }
    }
    class NoFormat extends HttpStreamingChatModel {
      _llmType() {
        return "no-format";
      }
      endpoint = "http://127.0.0.1";
      override structuredOutputMethods = ["functionCalling", "jsonMode"] as const;
      async buildPayload(messages: BaseMessage[]) {
        return { messages };
      }
      parseChunk(line: { text?: string }) {
        return line.text;
      }
    }
    expectTypeOf(new Getters()).toExtend<HttpStreamingChatModel<Line>>();
    expectTypeOf(new NoFormat()).toExtend<HttpStreamingChatModel>();
  });

  it("takes all that a parseChunk may return", () => {
    class Everything extends HttpStreamingChatModel<Line> {
      _llmType() {
        return "everything";
      }
      endpoint = "http://127.0.0.1";
      buildPayload(messages: BaseMessage[]) {
        return { messages };
      }
      parseChunk({ response, done }: Line) {
        if (done) return null;
        const message = new AIMessageChunk(response);
        return [
          response,
          { text: response, toolCalls: [{ index: 0, id: "a", name: "f", args: { x: 1 } }] },
          message,
          new ChatGenerationChunk({ text: response, message }),
          undefined,
          [null],
        ];
      }
    }
    expectTypeOf(new Everything()).toExtend<HttpStreamingChatModel<Line>>();
  });

  it("carries call options of the author's own", () => {
    interface Options extends HttpStreamingChatModelCallOptions {
      temperature?: number;
    }
    class WithOptions extends HttpStreamingChatModel<Line, Options> {
      _llmType() {
        return "with-options";
      }
      endpoint = "http://127.0.0.1";
      buildPayload(messages: BaseMessage[], options: this["ParsedCallOptions"]) {
        expectTypeOf(options.temperature).toEqualTypeOf<number | undefined>();
        return { messages, temperature: options.temperature };
      }
      parseChunk(line: Line) {
        return line.response;
      }
    }
    const withOptions = new WithOptions();
    expectTypeOf(withOptions.invoke).toBeCallableWith("x", { temperature: 1 });
    // @ts-expect-error a temperature is a number
    expectTypeOf(withOptions.invoke).toBeCallableWith("x", { temperature: "hot" });
  });

  it("gives structured output of the schema's type", () => {
    type Gives<T> = Runnable<BaseLanguageModelInput, T>;
    const zod = z.object({ setup: z.string() });
    expectTypeOf(model.withStructuredOutput(zod)).toExtend<Gives<Joke>>();
    expectTypeOf(model.withStructuredOutput<Joke>({ type: "object" })).toExtend<Gives<Joke>>();
    expectTypeOf(model.withStructuredOutput(zod, { includeRaw: true })).toExtend<
      Gives<{ raw: BaseMessage; parsed: Joke }>
    >();
    const defaulted = z.object({ setup: z.string().default("x") });
    expectTypeOf(model.withStructuredOutput<Joke>(defaulted)).toExtend<Gives<Joke>>();
  });

  it("gives what a schema makes of its input, whatever its library", () => {
    type Gives<T> = Runnable<BaseLanguageModelInput, T>;
    const zod = z.object({ setup: z.string().default("x"), length: z.string().transform(Number) });
    expectTypeOf(model.withStructuredOutput(zod)).toEqualTypeOf<Gives<z.output<typeof zod>>>();
    const zod3 = z3.object({ setup: z3.string().default("x") });
    expectTypeOf(model.withStructuredOutput(zod3)).toEqualTypeOf<Gives<Joke>>();
    const { invoke } = model.withStructuredOutput(standard);
    expectTypeOf(invoke).returns.resolves.toExtend<Joke>();
  });

  it("binds tools to a model that is still a chat model's runnable", () => {
    const bound = model.bindTools([{ type: "function", function: { name: "f" } }], {
      tool_choice: "any",
    });
    expectTypeOf(bound.invoke("x")).resolves.toEqualTypeOf<AIMessageChunk>();
    expectTypeOf(bound.withConfig({ stop: [] })).toEqualTypeOf(bound);
    expectTypeOf(bound.withConfig({}).streamEvents("x")).toEqualTypeOf<ChatModelStream>();
  });

  it("gives messages in OpenAI's shape", () => {
    expectTypeOf(toOpenAIMessages([])).toEqualTypeOf<OpenAIMessage[]>();
  });

  it("refuses a model that leaves out a hook", () => {
    // @ts-expect-error endpoint is missing
    class NoEndpoint extends HttpStreamingChatModel<Line> {
      _llmType() {
        return "x";
      }
      buildPayload(messages: BaseMessage[]) {
        return { messages };
      }
      parseChunk(line: Line) {
        return line.response;
      }
    }
    // @ts-expect-error buildPayload is missing
    class NoPayload extends HttpStreamingChatModel<Line> {
      _llmType() {
        return "x";
      }
      endpoint = "http://127.0.0.1";
      parseChunk(line: Line) {
        return line.response;
      }
    }
    // @ts-expect-error parseChunk is missing
    class NoParse extends HttpStreamingChatModel<Line> {
      _llmType() {
        return "x";
      }
      endpoint = "http://127.0.0.1";
      buildPayload(messages: BaseMessage[]) {
        return { messages };
      }
    }
    // @ts-expect-error _llmType is missing
    class NoType extends HttpStreamingChatModel<Line> {
      endpoint = "http://127.0.0.1";
      buildPayload(messages: BaseMessage[]) {
        return { messages };
      }
      parseChunk(line: Line) {
        return line.response;
      }
    }
    expectTypeOf([NoEndpoint, NoPayload, NoParse, NoType]).toBeArray();
  });

  it("refuses hooks of the wrong type", () => {
    class PromptPayload extends Complete {
      // @ts-expect-error a chat model is given messages, not a prompt
      override buildPayload(prompt: string) {
        return { prompt };
      }
    }
    class WrongRecord extends HttpStreamingChatModel<Line> {
      _llmType() {
        return "x";
      }
      endpoint = "http://127.0.0.1";
      override format = jsonLines<Line>();
      buildPayload(messages: BaseMessage[]) {
        return { messages };
      }
      // @ts-expect-error the records are lines, not choices
      parseChunk(record: { choices: string[] }) {
        return record.choices[0];
      }
    }
    class WrongFormat extends Complete {
      // @ts-expect-error the model reads lines, the format gives choices
      override format = jsonLines<{ choices: string[] }>();
    }
    class WrongResult extends HttpStreamingChatModel<Line> {
      _llmType() {
        return "x";
      }
      endpoint = "http://127.0.0.1";
      buildPayload(messages: BaseMessage[]) {
        return { messages };
      }
      // @ts-expect-error a number is no delta
      parseChunk(line: Line) {
        return line.response.length;
      }
    }
    class WrongMethods extends Complete {
      // @ts-expect-error no such method
      override structuredOutputMethods = ["xml"] as const;
    }
    expectTypeOf([PromptPayload, WrongRecord, WrongFormat, WrongResult, WrongMethods]).toBeArray();
  });
});
