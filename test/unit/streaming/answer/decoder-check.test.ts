import { describe, expect, it } from "vitest";
import { HookError, HttpStreamingLLM, jsonLines, type StreamFormat } from "http-streaming-llm";
import { scriptedTransport } from "http-streaming-llm/testing";
import {
  checkedRecords,
  decoderOf,
  formatFor,
} from "../../../../src/streaming/answer/decoder-check.js";

const LIMITS = { maxRecordBytes: 100 };
const formatOf = (createDecoder: () => unknown) =>
  ({ contentTypes: ["*/*"], createDecoder }) as unknown as StreamFormat<string>;

describe("decoderOf", () => {
  it("gives the decoder of a format", () => {
    expect([...decoderOf(jsonLines(), LIMITS).decode(Buffer.from("1\n"))]).toEqual([1]);
  });

  it.each<[string, () => unknown, RegExp]>([
    ["nothing", () => undefined, /gave no decoder. Return/],
    ["half a decoder", () => ({ decode: () => [] }), /gave no decoder. Return/],
    ["a Promise", async () => Promise.reject(new Error("late")), /must be synchronous/],
    ["an error", () => (undefined as never as { x: object }).x, /format threw: Cannot read/],
  ])("refuses %s", (_, createDecoder, message) => {
    expect(() => decoderOf(formatOf(createDecoder), LIMITS)).toThrow(HookError);
    expect(() => decoderOf(formatOf(createDecoder), LIMITS)).toThrow(message);
  });
});

describe("formatFor", () => {
  const plain = formatOf(() => undefined);

  it("gives what the format chooses, or the format itself", () => {
    expect(formatFor(plain, "text/plain")).toBe(plain);
    expect(formatFor({ ...plain, forContentType: () => plain }, undefined)).toBe(plain);
    const undecided = { ...plain, forContentType: () => undefined as never };
    expect(formatFor(undecided, undefined)).toBe(undecided);
  });

  it.each<[string, () => unknown, RegExp]>([
    ["no format", () => ({}), /gave no format/],
    ["a Promise", async () => plain, /must be synchronous/],
    ["an error", () => (undefined as never as { x: object }).x, /format threw: Cannot read/],
  ])("refuses %s", (_, forContentType, message) => {
    const format = { ...plain, forContentType: forContentType as () => typeof plain };
    expect(() => formatFor(format, undefined)).toThrow(HookError);
    expect(() => formatFor(format, undefined)).toThrow(message);
  });
});

describe("checkedRecords", () => {
  it("gives what can be iterated, and refuses the rest", () => {
    const records = [1, 2];
    expect(checkedRecords(records)).toBe(records);
    for (const given of [undefined, null, 7, { text: "x" }, Promise.reject(new Error("late"))]) {
      expect(() => checkedRecords(given as never)).toThrow(HookError);
    }
  });
});

describe("what a decoder throws", () => {
  it.each([undefined, null, "a text", 7])(
    "ends the call with %j, and not the process",
    async (thrown) => {
      class OwnFormat extends HttpStreamingLLM<string> {
        _llmType() {
          return "own-format";
        }
        endpoint = "http://models.test/";
        override format = formatOf(() => ({
          decode: () => {
            // eslint-disable-next-line @typescript-eslint/only-throw-error -- as it may come
            throw thrown;
          },
          flush: () => ["not all"],
        }));
        buildPayload(prompt: string) {
          return { prompt };
        }
        parseChunk(record: string) {
          return { text: record, done: true };
        }
      }
      const model = new OwnFormat({ transport: scriptedTransport(() => ({ body: "x" })) });
      await expect(model.invoke("x")).rejects.toThrow(/OwnFormat: .*not an Error/);
    },
  );
});
