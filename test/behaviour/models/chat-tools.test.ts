import type { BindToolsInput } from "@langchain/core/language_models/chat_models";
import { RunnableLambda } from "@langchain/core/runnables";
import { DynamicTool, tool } from "@langchain/core/tools";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import * as z3 from "zod/v3";
import { HookError, toToolDefinition } from "http-streaming-llm";
import { toOpenAIToolChoice } from "http-streaming-llm/openai";
import { DeltaChat } from "../../helpers/chat-fixtures.js";

const name = "weather";
const description = "The weather.";
const SCHEMA = {
  type: "object" as const,
  properties: { city: { type: "string" as const } },
  required: ["city"],
};
const ZOD = z.object({ city: z.string() });

describe("toToolDefinition", () => {
  it("makes one definition of a tool in any of its forms", () => {
    const standard = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: (value: unknown) => ({ value }),
        jsonSchema: { input: () => SCHEMA, output: () => SCHEMA },
      },
    };
    const forms: BindToolsInput[] = [
      tool(() => "22", { name, description, schema: ZOD }),
      tool(() => "22", { name, description, schema: SCHEMA }),
      RunnableLambda.from((_: { city: string }) => "22").asTool({ name, description, schema: ZOD }),
      { name, description, schema: ZOD },
      { name, description, schema: z3.object({ city: z3.string() }) },
      { name, description, schema: SCHEMA },
      { name, description, schema: standard },
      { name, description, parameters: SCHEMA },
      { name, description, input_schema: SCHEMA },
      { type: "function", name, description, parameters: SCHEMA },
      { type: "function", function: { name, description, parameters: SCHEMA } },
    ];
    for (const form of forms) {
      expect(toToolDefinition(form)).toMatchObject({
        type: "function",
        function: { name, description, parameters: SCHEMA },
      });
    }
  });

  it("takes a tool whose input is one text", () => {
    const dynamic = new DynamicTool({ name, description, func: async (city) => city });
    expect(toToolDefinition(dynamic)).toMatchObject({
      function: { name, parameters: { type: "object", properties: { input: {} } } },
    });
  });

  it("leaves out a description that there is not", () => {
    expect(toToolDefinition({ name, parameters: SCHEMA })).toEqual({
      type: "function",
      function: { name, parameters: SCHEMA },
    });
  });

  it("passes a tool that the server runs itself", () => {
    const search = { type: "web_search", max_uses: 3 };
    expect(toToolDefinition(search)).toBe(search);
  });

  it("does a definition that it made no harm", () => {
    const once = toToolDefinition({ name, description, schema: ZOD });
    expect(toToolDefinition(once as BindToolsInput)).toEqual(once);
  });

  it("refuses what is no tool, and says what is", () => {
    const wrong: unknown[] = [{}, { name }, { schema: SCHEMA }, { name, parameters: "x" }];
    for (const thing of wrong) {
      expect(() => toToolDefinition(thing as BindToolsInput)).toThrow(HookError);
      expect(() => new DeltaChat({ url: "http://x" }).bindTools([thing as BindToolsInput])).toThrow(
        /\{ name, description, schema \}/,
      );
    }
  });
});

describe("toOpenAIToolChoice", () => {
  it("gives OpenAI's words for LangChain's", () => {
    expect(toOpenAIToolChoice(undefined)).toBeUndefined();
    expect(toOpenAIToolChoice("auto")).toBe("auto");
    expect(toOpenAIToolChoice("none")).toBe("none");
    expect(toOpenAIToolChoice("required")).toBe("required");
    expect(toOpenAIToolChoice("any")).toBe("required");
    const byName = { type: "function", function: { name } };
    expect(toOpenAIToolChoice(name)).toEqual(byName);
    expect(toOpenAIToolChoice(byName)).toBe(byName);
  });
});
