import { describe, expect, it } from "vitest";
import { z } from "zod";
import { jsonSchemaFault } from "../../../../src/langchain/chat/schema-fault.js";

const person = {
  type: "object",
  properties: { name: { type: "string" }, friend: { $ref: "#" } },
  required: ["name"],
};

describe("jsonSchemaFault", () => {
  it.each<[string, unknown]>([
    ["what is missing", { friend: { name: "Bill" } }],
    ["another type, wherever it stands", { name: "Alice", friend: { name: 7 } }],
    ["a list", []],
    ["null", null],
  ])("finds %s", (_, value) => {
    expect(jsonSchemaFault(person, value)).toMatch(/^It does not fit the schema, at #/);
  });

  it("finds another type than one in capitals", () => {
    const schema = { type: "OBJECT", properties: { name: { type: "STRING" } } };
    expect(jsonSchemaFault(schema, { name: "Alice" })).toBeUndefined();
    expect(jsonSchemaFault(schema, { name: 7 })).toBeDefined();
    expect(jsonSchemaFault(schema, [])).toBeDefined();
  });

  it("finds nothing in what fits", () => {
    expect(jsonSchemaFault(person, { name: "Alice", friend: { name: "Bill" } })).toBeUndefined();
    expect(jsonSchemaFault({}, 7)).toBeUndefined();
  });

  it.each<[string, object, unknown]>([
    ["OpenAPI's nullable", { type: "string", nullable: true, enum: ["red"] }, null],
    ["an open limit of draft 4", { type: "number", minimum: 0, exclusiveMinimum: true }, 0.5],
    ["a closed limit of draft 4", { type: "number", maximum: 1, exclusiveMaximum: false }, 1],
    ["a type of another dialect", { type: "any" }, 7],
    ["a type in capitals", { type: "STRING", nullable: true }, null],
    ["a pattern of another dialect", { type: "string", pattern: "(?P<year>\\d+)" }, "2026"],
    [
      "a format as a remark",
      { type: "string", format: "uri" },
      "https://de.wikipedia.org/wiki/Köln",
    ],
    [
      "properties that are called as keywords are",
      { properties: { const: { type: "string", nullable: true }, format: { type: "string" } } },
      { const: null, format: "A4" },
    ],
    [
      "what is compared as it stands",
      { const: { nullable: true, type: "string" } },
      { nullable: true, type: "string" },
    ],
  ])("understands %s", (_, color, value) => {
    const schema = { type: "object", properties: { color, id: { type: "string" } } };
    expect(jsonSchemaFault(schema, { color: value })).toBeUndefined();
    expect(jsonSchemaFault(schema, { color: value, id: 7 })).toBeDefined();
  });

  it("writes nothing into a schema, which may be frozen", () => {
    const frozen = Object.freeze({ type: "object", required: ["name"] });
    expect(jsonSchemaFault(frozen, {})).toBeDefined();
    expect(Reflect.ownKeys(frozen)).toEqual(["type", "required"]);
  });

  it("leaves other schemas to their own validation, and one that it cannot read to nobody", () => {
    expect(jsonSchemaFault(z.object({ name: z.string() }), {})).toBeUndefined();
    expect(jsonSchemaFault({ $ref: "https://elsewhere.test/schema" }, {})).toBeUndefined();
  });
});
