import { HumanMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { HookError } from "../../../../src/errors.js";
import {
  toToolDefinition,
  toToolDefinitions,
} from "../../../../src/langchain/chat/tool-definitions.js";

const schema = z.object({ city: z.string() });
const JSON_SCHEMA = { type: "object", properties: { city: { type: "string" } } };
const DEFINITION = { type: "function", function: { name: "f", parameters: JSON_SCHEMA } } as const;

describe("toToolDefinition", () => {
  it.each([
    ["a LangChain tool", tool(() => "x", { name: "f", description: "d", schema })],
    ["a zod schema", { name: "f", description: "d", schema }],
    ["a JSON schema", { name: "f", description: "d", schema: JSON_SCHEMA }],
    ["parameters", { type: "function", name: "f", parameters: JSON_SCHEMA }],
    ["an input_schema", { name: "f", input_schema: JSON_SCHEMA }],
  ])("makes one of %s", (_, given) => {
    const definition = toToolDefinition(given);
    expect(definition).toMatchObject(DEFINITION);
  });

  it("leaves a definition, and a tool of the server's own, as it is", () => {
    const search = { type: "web_search", max_uses: 1 };
    expect(toToolDefinition(DEFINITION)).toBe(DEFINITION);
    expect(toToolDefinition(search)).toBe(search);
  });

  it.each([
    {},
    { name: "f" },
    { schema: JSON_SCHEMA },
    { name: "f", schema: "x" },
    { name: "", schema: JSON_SCHEMA },
    { type: "function", function: null },
    { type: "function", function: { parameters: JSON_SCHEMA } },
    { type: "function", function: { name: "" } },
    { type: "" },
    null,
    undefined,
    5,
    "f",
    [],
    () => 1,
    new HumanMessage("f"),
  ])("refuses %j", (given) => {
    expect(() => toToolDefinition(given as never)).toThrow(HookError);
    expect(() => toToolDefinition(given as never)).toThrow(/is no tool. Give LangChain tools/);
  });
});

describe("toToolDefinitions", () => {
  it("says how strict they are, where they do not say so themselves", () => {
    const lax = { ...DEFINITION, function: { ...DEFINITION.function, strict: false } };
    const search = { type: "web_search" };
    expect(toToolDefinitions([DEFINITION, lax, search], true)).toMatchObject([
      { function: { strict: true } },
      { function: { strict: false } },
      search,
    ]);
    expect(toToolDefinitions([DEFINITION], undefined)).toEqual([DEFINITION]);
  });

  it.each(["x", null, undefined, {}, DEFINITION])("refuses %j for a list", (given) => {
    expect(() => toToolDefinitions(given as never, undefined)).toThrow(HookError);
  });
});
