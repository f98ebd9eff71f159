import { describe, expectTypeOf, it } from "vitest";
import { HttpStreamingLLM } from "../../../src/langchain/http-streaming-llm.js";
import { autoFormat } from "../../../src/formats/auto-format.js";
import { jsonLines } from "../../../src/formats/json-lines.js";
import type { StreamDelta } from "../../../src/streaming/delta/stream-delta.js";
import type { GenerationChunk } from "@langchain/core/outputs";
import type { IterableReadableStream } from "@langchain/core/utils/stream";
import type { ModelBinding } from "../../../src/langchain/model-binding.js";
import type { HttpStreamingLLMCallOptions } from "../../../src/langchain/model-fields.js";

interface Line {
  response: string;
  done: boolean;
}

describe("HttpStreamingLLM", () => {
  it("is complete with three hooks and _llmType", () => {
    class Complete extends HttpStreamingLLM<Line> {
      _llmType() {
        return "complete";
      }
      endpoint = "http://127.0.0.1";
      override format = jsonLines<Line>();
      buildPayload(prompt: string, options: this["ParsedCallOptions"]) {
        return { prompt, stop: options.stop };
      }
      parseChunk(line: Line) {
        return { text: line.response, done: line.done };
      }
    }
    const llm = new Complete({ maxRetries: 1, timeouts: { idle: 1000 } });
    expectTypeOf(llm.streamSync("x")).toEqualTypeOf<Generator<string, void, undefined>>();
    expectTypeOf(llm._astream("x")).toEqualTypeOf<AsyncGenerator<GenerationChunk>>();
    expectTypeOf(llm.invokeSync("x")).toEqualTypeOf<string>();
    expectTypeOf(new Complete()).toEqualTypeOf<Complete>();
    const encoded = { version: "v2", encoding: "text/event-stream" } as const;
    expectTypeOf(llm.streamEvents("x", encoded)).toEqualTypeOf<
      IterableReadableStream<Uint8Array>
    >();
    const bound = llm.withConfig({ stop: [] }).withConfig({ tags: [] });
    expectTypeOf(bound).toEqualTypeOf<ModelBinding<string, HttpStreamingLLMCallOptions>>();
    expectTypeOf(bound.streamEvents("x", encoded)).toEqualTypeOf<
      IterableReadableStream<Uint8Array>
    >();
  });

  it("takes an endpoint and a format by getter, and no format at all", () => {
    class Getters extends HttpStreamingLLM<Line> {
      _llmType() {
        return "getters";
      }
      get endpoint() {
        return new URL("http://127.0.0.1");
      }
      override get format() {
        return jsonLines<Line>();
      }
      buildPayload(prompt: string) {
        return { prompt };
      }
      parseChunk(line: Line) {
        return line.response;
      }
    }
    class NoFormat extends HttpStreamingLLM {
      _llmType() {
        return "no-format";
      }
      endpoint = "http://127.0.0.1";
      buildPayload(prompt: string) {
        return { prompt };
      }
      parseChunk(line: { text?: string }) {
        return line.text;
      }
    }
    expectTypeOf(new Getters()).toExtend<HttpStreamingLLM<Line>>();
    abstract class Auto extends HttpStreamingLLM<Line> {
      override format = autoFormat<Line>();
    }
    expectTypeOf(new NoFormat()).toExtend<HttpStreamingLLM>();
    expectTypeOf<Auto>().toExtend<HttpStreamingLLM<Line>>();
  });

  it("refuses a model that leaves out a hook", () => {
    // @ts-expect-error endpoint is missing
    class NoEndpoint extends HttpStreamingLLM<Line> {
      _llmType() {
        return "x";
      }
      buildPayload(prompt: string) {
        return { prompt };
      }
      parseChunk(line: Line) {
        return line.response;
      }
    }
    // @ts-expect-error buildPayload is missing
    class NoPayload extends HttpStreamingLLM<Line> {
      _llmType() {
        return "x";
      }
      endpoint = "http://127.0.0.1";
      parseChunk(line: Line) {
        return line.response;
      }
    }
    // @ts-expect-error parseChunk is missing
    class NoParse extends HttpStreamingLLM<Line> {
      _llmType() {
        return "x";
      }
      endpoint = "http://127.0.0.1";
      buildPayload(prompt: string) {
        return { prompt };
      }
    }
    // @ts-expect-error _llmType is missing
    class NoType extends HttpStreamingLLM<Line> {
      endpoint = "http://127.0.0.1";
      buildPayload(prompt: string) {
        return { prompt };
      }
      parseChunk(line: Line) {
        return line.response;
      }
    }
    expectTypeOf([NoEndpoint, NoPayload, NoParse, NoType]).toBeArray();
  });

  it("refuses a parseChunk that does not fit the format's records", () => {
    class WrongParameter extends HttpStreamingLLM<Line> {
      _llmType() {
        return "x";
      }
      endpoint = "http://127.0.0.1";
      override format = jsonLines<Line>();
      buildPayload(prompt: string) {
        return { prompt };
      }
      // @ts-expect-error the records are lines, not choices
      parseChunk(record: { choices: string[] }) {
        return record.choices[0];
      }
    }
    class WrongFormat extends HttpStreamingLLM<Line> {
      _llmType() {
        return "x";
      }
      endpoint = "http://127.0.0.1";
      // @ts-expect-error the model reads lines, the format gives choices
      override format = jsonLines<{ choices: string[] }>();
      buildPayload(prompt: string) {
        return { prompt };
      }
      parseChunk(line: Line) {
        return line.response;
      }
    }
    class WrongResult extends HttpStreamingLLM<Line> {
      _llmType() {
        return "x";
      }
      endpoint = "http://127.0.0.1";
      buildPayload(prompt: string) {
        return { prompt };
      }
      // @ts-expect-error a number is no delta
      parseChunk(line: Line) {
        return line.response.length;
      }
    }
    expectTypeOf([WrongParameter, WrongFormat, WrongResult]).toBeArray();
  });

  it("finds a misspelt field, and lets a subclass return others, where the return type is written", () => {
    abstract class Typed extends HttpStreamingLLM<Line> {
      parseChunk(line: Line): StreamDelta {
        // @ts-expect-error it is finishReason
        return { text: line.response, finish_reason: "stop" };
      }
    }
    abstract class Below extends Typed {
      override parseChunk(line: Line) {
        return { reasoning: line.response };
      }
    }
    expectTypeOf<Below>().toExtend<HttpStreamingLLM<Line>>();
  });
});
