import { describe, expect, it } from "vitest";
import { ChunkParseError, HttpStreamingLLM } from "http-streaming-llm";
import { scriptedTransport } from "http-streaming-llm/testing";
import { bodyValue } from "../../../../src/streaming/response/body-value.js";

const JSON_TYPE = "application/json; charset=utf-8";

describe("bodyValue", () => {
  it.each<[string, string | undefined, unknown]>([
    ['{"a":1}', JSON_TYPE, { a: 1 }],
    ['{"a":1}', undefined, { a: 1 }],
    ["null", JSON_TYPE, null],
    ["", JSON_TYPE, ""],
    ["Hello", JSON_TYPE, "Hello"],
    ['{"a":1}\n{"a":2}', JSON_TYPE, '{"a":1}\n{"a":2}'],
    ["[sic] and so on", "text/plain", "[sic] and so on"],
  ])("of %j as %s is %j", (text, type, value) => {
    expect(bodyValue(text, type)).toEqual(value);
  });

  it.each(["{", '{"text":"Hello wor', '\n[\n  {"text":"Hello"},', '{\n  "text": "Hello'])(
    "takes %j, declared as JSON, for a cut one",
    (text) => {
      expect(() => bodyValue(text, "application/problem+json")).toThrow(ChunkParseError);
      expect(() => bodyValue(text, JSON_TYPE)).toThrow(/cut off/);
      expect(bodyValue(text, "text/plain")).toBe(text);
    },
  );

  it("has a call that got such a body made again, and never answered with it", async () => {
    const headers = { "content-type": "application/json" };
    class OnePiece extends HttpStreamingLLM {
      _llmType() {
        return "one-piece";
      }
      endpoint = "http://models.test/";
      buildPayload(prompt: string) {
        return { prompt };
      }
      parseChunk(body: unknown) {
        return typeof body === "string" ? body : (body as { text: string }).text;
      }
    }
    const script = [
      { headers, body: '{"text":"Hello wor' },
      { headers, body: '{"text":"Hello world"}' },
    ];
    const model = new OnePiece({ transport: scriptedTransport(script), streaming: false });
    expect(await model.invoke("x")).toBe("Hello world");
  });
});
