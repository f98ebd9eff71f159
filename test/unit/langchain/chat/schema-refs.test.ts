import { describe, expect, it } from "vitest";
import { danglingRef } from "../../../../src/langchain/chat/schema-refs.js";

describe("danglingRef", () => {
  it.each([
    [{ $ref: "#/$defs/A", $defs: { A: { type: "string" } } }],
    [{ properties: { a: { $ref: "#/definitions/a~1b%20c" } }, definitions: { "a/b c": {} } }],
    [{ anyOf: [{ type: "null" }, { $ref: "#/anyOf/0" }] }],
    [{ properties: { child: { $ref: "#" } } }],
    [{ properties: { $ref: { type: "string" } } }],
    [{ const: { $ref: "#/nowhere" }, examples: [{ $ref: "#/nowhere" }] }],
    [{ type: "object", "x-origin": { $ref: "#/nowhere" } }],
    [{ properties: { a: { $id: "other", $ref: "#/$defs/A" } } }],
    [{ $ref: "other.json#/A" }],
    [{ $ref: "#anchor" }],
    [{ properties: { a: { $ref: "#/$defs/%" } }, $defs: { "%": {} } }],
  ])("finds none in %j", (schema) => {
    expect(danglingRef(schema)).toBeUndefined();
  });

  it.each([
    [{ $ref: "#/components/schemas/A" }, "#/components/schemas/A"],
    [{ $defs: { A: {} }, items: [{ $ref: "#/$defs/B" }] }, "#/$defs/B"],
    [{ $id: "own", $ref: "#/$defs/A" }, "#/$defs/A"],
    [{ title: "a", $ref: "#/title/length" }, "#/title/length"],
    [{ $ref: "#/toString" }, "#/toString"],
  ])("finds it in %j", (schema, ref) => {
    expect(danglingRef(schema)).toBe(ref);
  });

  it("comes to an end in a schema that holds itself", () => {
    const schema: Record<string, unknown> = { type: "object" };
    schema.properties = { self: schema };
    expect(danglingRef(schema)).toBeUndefined();
  });

  it("reads a schema of any depth, from its beginning to its end", () => {
    let schema: object = { anyOf: [{ $ref: "#/a" }, { $ref: "#/b" }] };
    for (let depth = 0; depth < 50_000; depth++) schema = { properties: { a: schema } };
    expect(danglingRef(schema)).toBe("#/a");
  });
});
