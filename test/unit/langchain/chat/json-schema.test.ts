import { describe, expect, it } from "vitest";
import { z } from "zod";
import { HookError } from "http-streaming-llm";
import {
  asksForSomething,
  isValidating,
  jsonSchemaOf,
  jsonType,
  maybeSchema,
} from "../../../../src/langchain/chat/json-schema.js";
import { thrown } from "../../../helpers/delta-llm.js";

const JSON_SCHEMA = { type: "object", properties: { city: { type: "string" } } };
const validate = (value: unknown) => ({ value });
const input = () => JSON_SCHEMA;

/** A schema of a library other than zod. */
function standard(parts: object) {
  return { "~standard": { version: 1, vendor: "their-lib", ...parts } };
}

describe("jsonSchemaOf", () => {
  it("gives the JSON form of a library's schema, also of one that is a function", () => {
    const written = standard({ jsonSchema: { input, output: input }, validate });
    const callable = Object.assign(() => undefined, written);
    for (const schema of [written, callable, standard({ jsonSchema: { input } })]) {
      expect(maybeSchema(schema)).toBe(true);
      expect(jsonSchemaOf(schema, "bindTools")).toEqual(JSON_SCHEMA);
    }
    expect(jsonSchemaOf(z.object({ city: z.string() }), "bindTools")).toMatchObject(JSON_SCHEMA);
  });

  it("gives the JSON form of a schema of zod's that holds itself", () => {
    const Person = z.object({
      name: z.string(),
      get children() {
        return z.array(Person).optional();
      },
    });
    expect(jsonSchemaOf(Person, "bindTools")).toMatchObject({
      type: "object",
      properties: { children: { type: "array", items: { $ref: "#" } } },
      required: ["name"],
    });
  });

  it("says of what JSON cannot say that it is so", () => {
    const error = thrown(() => jsonSchemaOf(z.object({ day: z.date() }), "bindTools"));
    expect(error).toBeInstanceOf(HookError);
    const { message, cause } = error as Error;
    expect(message).toMatch(/^bindTools .*no JSON form: Date cannot be represented/);
    expect(cause).toBeInstanceOf(Error);
  });

  it("gives a JSON schema as it is, with or without a type, or with one in capitals", () => {
    const $ref = { $ref: "#/$defs/place", $defs: { place: JSON_SCHEMA } };
    const capitals = { type: "OBJECT", properties: { city: { type: "STRING" } } };
    const rare = { minProperties: 1 };
    const given = [JSON_SCHEMA, $ref, { anyOf: [JSON_SCHEMA] }, { enum: [1] }, {}, capitals, rare];
    for (const schema of given) {
      expect(jsonSchemaOf(schema, "bindTools")).toBe(schema);
    }
  });

  const NONE: [what: unknown, words: string][] = [
    [standard({ validate }), "a schema of their-lib that has no JSON form"],
    [Object.assign(() => undefined, standard({ validate })), "of their-lib that has no JSON form"],
    [{ city: z.string() }, "put it into z.object"],
    [{ type: z.string(), city: z.string() }, "put it into z.object"],
    [{ $ref: "#/components/schemas/A" }, 'refers to "#/components/schemas/A", which is not in it'],
    [{ name: "a", input_schema: { $ref: "#/$defs/A" } }, "with name, input_schema, and no word"],
    [{ city: "string" }, "an object with city, and no word of JSON schema"],
    [{ type: "zod" }, 'type: "zod"'],
    [() => JSON_SCHEMA, "a function as a schema"],
    [[JSON_SCHEMA], "an array as a schema"],
    ["object", '"object" as a schema'],
    [null, "null as a schema"],
  ];
  for (const [what, words] of NONE) {
    it(`refuses what is none: ${words}`, () => {
      const error = thrown(() => jsonSchemaOf(what, "bindTools"));
      expect(error).toBeInstanceOf(HookError);
      expect(String(error)).toContain(words);
    });
  }
});

describe("jsonType", () => {
  it("knows types in capitals, and no others", () => {
    expect(["object", "STRING", "any"].map(jsonType)).toEqual(["object", "string", undefined]);
  });
});

describe("asksForSomething", () => {
  it("tells a schema from words about one", () => {
    expect(asksForSomething({ dependentRequired: { a: ["b"] } })).toBe(true);
    expect(asksForSomething({ title: "Alice", format: "short" })).toBe(false);
  });
});

describe("isValidating", () => {
  it("says by what LangChain's parsers validate", () => {
    expect(isValidating(z.string())).toBe(true);
    expect(isValidating(standard({ jsonSchema: { input }, validate }))).toBe(true);
    expect(isValidating(standard({ jsonSchema: { input } }))).toBe(false);
    expect(isValidating(JSON_SCHEMA)).toBe(false);
  });
});
