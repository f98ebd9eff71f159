import { describe, expect, it } from "vitest";
import { z } from "zod";
import { HookError } from "../../../../src/errors.js";
import {
  structuredOutput,
  type StructuredOutputConfig,
  type StructuredOutputModel,
} from "../../../../src/langchain/chat/structured-output.js";
import { scriptedTransport } from "../../../../src/testing/index.js";
import type { StreamDelta } from "../../../../src/streaming/delta/stream-delta.js";
import { DeltaChat } from "../../../helpers/chat-fixtures.js";

const schema = z.object({ a: z.number() });

/** What a model answers to, asked for an object. */
async function ask(
  delta: StreamDelta,
  config: Partial<StructuredOutputConfig> & { includeRaw?: boolean } = {},
) {
  const body = `${JSON.stringify({ ...delta, finishReason: "stop" })}\n`;
  const headers = { "content-type": "application/x-ndjson" };
  const transport = scriptedTransport([{ headers, body }]);
  const chat = new DeltaChat({ url: "http://models.test/", transport });
  const model = chat as unknown as StructuredOutputModel<never>;
  const output = structuredOutput(model, schema, config as never);
  return { output: (await output.invoke("x")) as unknown, transport };
}

describe("structuredOutput", () => {
  it("asks for a call of a tool, whose arguments are the object", async () => {
    const toolCalls = [{ index: 0, id: "1", name: "extract", args: '{"a":1}' }];
    expect((await ask({ toolCalls })).output).toEqual({ a: 1 });
  });

  it.each(["jsonMode", "jsonSchema"] as const)("asks for JSON: %s", async (method) => {
    const { output } = await ask({ text: '{"a":1}' }, { method });
    expect(output).toEqual({ a: 1 });
  });

  it("gives the message as well, and no error, where that is wanted", async () => {
    const { output } = await ask({ text: "words" }, { method: "jsonMode", includeRaw: true });
    expect(output).toMatchObject({ raw: { content: "words" }, parsed: null });
  });

  it.each<[unknown, string]>([
    ["jsonSchema", "a string"],
    [() => ["jsonSchema"], "a function"],
    [["json_schema"], '["json_schema"]'],
    [[], "[]"],
  ])("refuses structuredOutputMethods that are no list of methods: %j", (methods, shown) => {
    const model = { structuredOutputMethods: methods, withConfig: () => ({}) };
    const ask = () => structuredOutput(model as unknown as StructuredOutputModel<never>, schema);
    expect(ask).toThrow(HookError);
    expect(ask).toThrow(`structuredOutputMethods is ${shown}. It has to be a list of`);
  });

  it("names the class that a nameless one extends", () => {
    class Named {
      withConfig = () => ({});
    }
    const model = new (class extends Named {
      structuredOutputMethods = [];
    })();
    expect(() => structuredOutput(model, schema)).toThrow(/^Named: structuredOutputMethods is/);
  });

  it("refuses a method that the model does not know", async () => {
    await expect(ask({}, { method: "magic" })).rejects.toBeInstanceOf(HookError);
  });
});
