import { describe, expect, it } from "vitest";
import { z } from "zod";
import { HookError } from "../../../../src/errors.js";
import { outputSchema } from "../../../../src/langchain/chat/output-schema.js";

const JSON_SCHEMA = { type: "object", properties: { a: { type: "string" } } };

describe("outputSchema", () => {
  it.each([
    ["itself", JSON_SCHEMA],
    ["a response format", { type: "json_schema", json_schema: { name: "n", schema: JSON_SCHEMA } }],
    ["a wrapper", { name: "n", schema: JSON_SCHEMA }],
    ["a function", { name: "n", parameters: JSON_SCHEMA }],
    ["a tool", { type: "function", function: { name: "n", parameters: JSON_SCHEMA } }],
  ])("takes a JSON schema out of %s", (where, given) => {
    const { json, name } = outputSchema(given, {});
    expect(json).toEqual(JSON_SCHEMA);
    expect(name).toBe(where === "itself" ? "extract" : "n");
  });

  it("makes JSON of a zod schema, which validates as it did", () => {
    const schema = z.object({ a: z.string() }).describe("about it");
    const read = outputSchema(schema, { name: "wanted" });
    expect(read.schema).toBe(schema);
    expect(read).toMatchObject({ name: "wanted", description: "about it", json: JSON_SCHEMA });
  });

  it("goes by a title that can be a name, and by what is wanted first", () => {
    expect(outputSchema({ ...JSON_SCHEMA, title: "Person" }, {}).name).toBe("Person");
    expect(outputSchema({ ...JSON_SCHEMA, title: "A person" }, {}).name).toBe("extract");
    const strict = { name: "n", strict: true, schema: JSON_SCHEMA };
    expect(outputSchema(strict, {}).strict).toBe(true);
    expect(outputSchema(strict, { strict: false, name: "m" })).toMatchObject({
      strict: false,
      name: "m",
    });
  });

  it.each<[unknown, RegExp]>([
    [{ type: "json_object" }, /\{ type: "json_object" \}/],
    [{ name: "Alice", age: 7 }, /an object with name, age, and no word of JSON schema/],
    [{}, /without a word of JSON schema/],
    [{ title: "Alice", format: "short" }, /without a word of JSON schema/],
    ["person", /was given "person"/],
    [undefined, /was given undefined/],
    [[JSON_SCHEMA], /was given an array/],
    [() => JSON_SCHEMA, /was given a function/],
  ])("refuses what is no schema: %j", (given, message) => {
    const read = () => outputSchema(given as object, {});
    expect(read).toThrow(HookError);
    expect(read).toThrow(message);
    expect(read).toThrow(/Give a zod schema, or a JSON schema/);
  });

  it("takes a library's schema, which may ask for anything on purpose", () => {
    for (const schema of [z.any(), z.unknown()]) {
      expect(outputSchema(schema, {}).schema).toBe(schema);
    }
  });

  it.each([{ anyOf: [JSON_SCHEMA] }, { $ref: "#/$defs/a", $defs: { a: {} } }, { enum: [1] }])(
    "takes a schema that names no type: %j",
    (given) => {
      expect(outputSchema(given, {}).json).toEqual(given);
    },
  );
});
