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

  it("finds nothing in what fits", () => {
    expect(jsonSchemaFault(person, { name: "Alice", friend: { name: "Bill" } })).toBeUndefined();
    expect(jsonSchemaFault({}, 7)).toBeUndefined();
  });

  it("leaves other schemas to their own validation, and one that it cannot read to nobody", () => {
    expect(jsonSchemaFault(z.object({ name: z.string() }), {})).toBeUndefined();
    expect(jsonSchemaFault({ $ref: "https://elsewhere.test/schema" }, {})).toBeUndefined();
  });
});
