import { awaitAllCallbacks } from "@langchain/core/callbacks/promises";
import * as errors from "@langchain/core/errors";
import type { BaseMessage } from "@langchain/core/messages";
import { OutputParserException } from "@langchain/core/output_parsers";
import type { SerializableSchema } from "@langchain/core/utils/standard_schema";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import * as z3 from "zod/v3";
import {
  HookError,
  type HttpStreamingChatModelFields,
  type StreamDelta,
  type StructuredOutputMethod,
} from "http-streaming-llm";
import { useScriptedServer } from "../../helpers/scripted-server.js";
import { chatAnswering, DeltaChat } from "../../helpers/chat-fixtures.js";

const server = useScriptedServer();

interface Joke extends Record<string, unknown> {
  setup: string;
  rating: number;
}

const JOKE: Joke = { setup: "Why?", rating: 7 };
const ZOD = z.object({ setup: z.string(), rating: z.number().int().max(10) }).describe("A joke.");
const JSON_SCHEMA = {
  title: "joke",
  description: "A joke.",
  type: "object",
  properties: { setup: { type: "string" }, rating: { type: "integer" } },
  required: ["setup", "rating"],
};
/** A schema of another library: it validates, and has a JSON schema. */
const STANDARD: SerializableSchema<Joke> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) =>
      typeof (value as Joke).rating === "number"
        ? { value: value as Joke }
        : { issues: [{ message: "no rating" }] },
    jsonSchema: { input: () => JSON_SCHEMA, output: () => JSON_SCHEMA },
  },
};
/** The same of a library that cannot validate. */
const WRITTEN_ONLY = {
  "~standard": { ...STANDARD["~standard"], validate: undefined },
} as unknown as typeof STANDARD;
Reflect.deleteProperty(WRITTEN_ONLY["~standard"], "validate");
const SCHEMAS = {
  "a zod schema": ZOD,
  "a zod 3 schema": z3.object({ setup: z3.string(), rating: z3.number() }).describe("A joke."),
  "a JSON schema": JSON_SCHEMA,
  "a standard schema": STANDARD,
  "an OpenAI function": { name: "joke", description: "A joke.", parameters: JSON_SCHEMA },
} as const;

/** The name a schema goes by. */
const nameOf = (what: string): string => (what.includes("zod") ? "extract" : "joke");

/** The deltas of an answer that is this text, as a tool call or as content; in pieces of five. */
function saying(text: string, method: StructuredOutputMethod, name: string): StreamDelta[] {
  const pieces = text.match(/[^]{1,5}/g) ?? [""];
  const end: StreamDelta = { finishReason: "stop", usage: { inputTokens: 1, outputTokens: 2 } };
  if (method !== "functionCalling") return [...pieces.map((piece) => ({ text: piece })), end];
  return [
    { toolCalls: [{ index: 0, id: "call_a", name, args: "" }] },
    ...pieces.map((args) => ({ toolCalls: [{ index: 0, args }] })),
    end,
  ];
}

function joker(text: string, method: StructuredOutputMethod, name = "extract") {
  return chatAnswering(server, saying(text, method, name));
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

async function lastBody(): Promise<Record<string, unknown>> {
  const { body } = (await server.log()).at(-1)!;
  return JSON.parse(body) as Record<string, unknown>;
}

const METHODS: StructuredOutputMethod[] = ["functionCalling", "jsonSchema", "jsonMode"];

/** LangChain's error for a refusal, where it has one: since 1.4.0. */
function isRefusal(error: unknown): boolean {
  const { ModelRefusalError } = errors as Partial<typeof errors>;
  return ModelRefusalError?.isInstance(error) ?? error instanceof OutputParserException;
}

describe("withStructuredOutput", () => {
  for (const method of METHODS) {
    for (const [what, schema] of Object.entries(SCHEMAS)) {
      it(`gives an object in the shape of ${what}, by ${method}`, async () => {
        const model = joker(JSON.stringify(JOKE), method, nameOf(what));
        const structured = model.withStructuredOutput<Joke>(schema, { method });
        expect(await structured.invoke("A joke!")).toEqual(JOKE);
        const objects = await collect(await structured.stream("A joke!"));
        expect(objects.at(-1)).toEqual(JOKE);
        expect(objects.length).toBeGreaterThan(1);
      });
    }

    it(`gives the raw message too, by ${method}`, async () => {
      const structured = joker(JSON.stringify(JOKE), method).withStructuredOutput<Joke>(ZOD, {
        method,
        includeRaw: true,
      });
      const { raw, parsed } = await structured.invoke("A joke!");
      expect(parsed).toEqual(JOKE);
      expect(raw).toMatchObject({ usage_metadata: { output_tokens: 2 } });
      const streamed = await collect(await structured.stream("A joke!"));
      expect(streamed.findLast((piece) => piece.parsed !== undefined)?.parsed).toEqual(JOKE);
    });

    it(`tells a tracer the object, not all objects joined, by ${method}`, async () => {
      const ends: unknown[] = [];
      const callbacks = [
        {
          handleChainEnd: (outputs: unknown, _: string, parent?: string) =>
            ends.push([parent !== undefined, outputs]),
        },
      ];
      const structured = joker(JSON.stringify(JOKE), method).withStructuredOutput<Joke>(ZOD, {
        method,
      });
      await collect(await structured.stream("A joke!", { callbacks }));
      await awaitAllCallbacks();
      expect(ends).toEqual([
        [true, JOKE],
        [false, JOKE],
      ]);
    });

    it(`gives null beside a raw message that cannot be parsed, by ${method}`, async () => {
      const model = joker('{"setup": 1}', method);
      const options = { method, includeRaw: true } as const;
      const structured = model.withStructuredOutput<Joke>(ZOD, options);
      const { raw, parsed } = await structured.invoke("x");
      expect(parsed).toBeNull();
      expect(raw.response_metadata).toMatchObject({ finish_reason: "stop" });
      const [first, second, ...others] = await collect(await structured.stream("x"));
      expect(first?.raw.response_metadata).toMatchObject({ finish_reason: "stop" });
      expect(second).toEqual({ parsed: null });
      expect(others).toEqual([]);
    });

    it(`reads answers in content blocks (v1), by ${method}`, async () => {
      const deltas = saying(JSON.stringify(JOKE), method, "extract");
      const model = chatAnswering(server, deltas, { outputVersion: "v1" });
      const structured = model.withStructuredOutput<Joke>(ZOD, { method });
      expect(await structured.invoke("A joke!")).toEqual(JOKE);
      expect((await collect(await structured.stream("A joke!"))).at(-1)).toEqual(JOKE);
    });

    it(`reads answers of a server that does not stream, by ${method}`, async () => {
      const deltas = saying(JSON.stringify(JOKE), method, "extract");
      const model = chatAnswering(server, deltas, { streaming: false });
      const structured = model.withStructuredOutput<Joke>(ZOD, { method });
      expect(await structured.invoke("A joke!")).toEqual(JOKE);
      expect((await collect(await structured.stream("A joke!"))).at(-1)).toEqual(JOKE);
    });

    describe(`by ${method}, invoked and streamed,`, () => {
      const failing = async (
        deltas: StreamDelta[],
        schema: typeof ZOD | typeof JSON_SCHEMA | typeof STANDARD = ZOD,
        fields: HttpStreamingChatModelFields = {},
      ): Promise<unknown[]> => {
        const structured = chatAnswering(server, deltas, fields).withStructuredOutput<Joke>(
          schema,
          {
            method,
          },
        );
        const caught = (error: unknown): unknown => error;
        return [
          await structured.invoke("x").then(() => "no error", caught),
          await structured
            .stream("x")
            .then(collect)
            .then(() => "no error", caught),
        ];
      };

      it("refuses an answer that does not fit the schema", async () => {
        const wrong = '{"setup":"Why?","rating":"high"}';
        for (const schema of [ZOD, STANDARD, WRITTEN_ONLY]) {
          const deltas = saying(wrong, method, schema === ZOD ? "extract" : "joke");
          for (const error of await failing(deltas, schema)) {
            expect(error).toBeInstanceOf(OutputParserException);
          }
        }
      });

      it("refuses an answer that is not JSON", async () => {
        for (const schema of [ZOD, JSON_SCHEMA, STANDARD]) {
          const deltas = saying("I cannot tell", method, schema === ZOD ? "extract" : "joke");
          for (const error of await failing(deltas, schema)) {
            expect(error).toBeInstanceOf(OutputParserException);
          }
        }
      });

      it("refuses an answer that was cut off, though what there is fits", async () => {
        const cut = '{"rating":7,"setup":"Why did the';
        for (const schema of [ZOD, JSON_SCHEMA, STANDARD]) {
          const deltas = saying(cut, method, schema === ZOD ? "extract" : "joke");
          for (const error of await failing(deltas, schema)) {
            expect(error).toBeInstanceOf(OutputParserException);
            expect((error as Error).message).toContain("Why did the");
          }
        }
      });

      it("ends with LangChain's error for a refusal", async () => {
        const deltas: StreamDelta[] = [{ refusal: "I will " }, { refusal: "not." }, { done: true }];
        for (const fields of [{}, { outputVersion: "v1" as const }]) {
          for (const error of await failing(deltas, ZOD, fields)) {
            expect(isRefusal(error)).toBe(true);
            expect((error as Error).message).toContain("I will not.");
          }
        }
      });
    });
  }

  it("refuses an answer without the tool call, and shows the answer", async () => {
    const model = chatAnswering(server, [{ text: "Knock, knock." }, { done: true }]);
    const structured = model.withStructuredOutput<Joke>(ZOD);
    const error: unknown = await structured.invoke("x").catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OutputParserException);
    expect((error as OutputParserException).llmOutput).toBe("Knock, knock.");
    await expect(structured.stream("x").then(collect)).rejects.toThrow('"extract"');
  });

  it("takes the tool call it asked for, among others and beside text", async () => {
    const model = chatAnswering(server, [
      { text: "Here:", reasoning: "hm" },
      { toolCalls: [{ name: "other", args: {} }] },
      { toolCalls: [{ name: "extract", args: JOKE }], done: true },
    ]);
    expect(await model.withStructuredOutput<Joke>(ZOD).invoke("x")).toEqual(JOKE);
  });

  it("gives what the schema makes of the answer, also at the end of a stream", async () => {
    const schema = z.object({ setup: z.string().default("none"), rating: z.number() });
    const structured = joker('{"rating":7}', "functionCalling").withStructuredOutput<Joke>(schema);
    const objects = await collect(await structured.stream("x"));
    expect(objects.slice(-2)).toEqual([{ rating: 7 }, { setup: "none", rating: 7 }]);
  });

  it("asks for a tool call with the schema, its name and description", async () => {
    const asked = async (schema: Record<string, unknown>, name?: string) => {
      const wanted = name ?? (typeof schema.name === "string" ? schema.name : "joke");
      const model = joker(JSON.stringify(JOKE), "functionCalling", wanted);
      await model.withStructuredOutput(schema, name === undefined ? {} : { name }).invoke("x");
      return lastBody();
    };
    const definition = (name: string) => ({
      tools: [
        { type: "function", function: { name, description: "A joke.", parameters: JSON_SCHEMA } },
      ],
      tool_choice: { type: "function", function: { name } },
    });
    expect(await asked(JSON_SCHEMA)).toMatchObject(definition("joke"));
    expect(await asked(JSON_SCHEMA, "pun")).toMatchObject(definition("pun"));
    const openAI = { name: "gag", description: "A joke.", parameters: JSON_SCHEMA };
    expect(await asked(openAI)).toMatchObject(definition("gag"));
  });

  it("names the tool after a title only if a tool can have that name", async () => {
    const model = joker(JSON.stringify(JOKE), "functionCalling");
    await model.withStructuredOutput({ ...JSON_SCHEMA, title: "A good joke!" }).invoke("x");
    expect(await lastBody()).toHaveProperty("tool_choice.function.name", "extract");
  });

  it("asks for JSON in the shape of the schema, or for any JSON", async () => {
    const text = JSON.stringify(JOKE);
    const bySchema = joker(text, "jsonSchema");
    const options = { method: "jsonSchema", strict: true } as const;
    await bySchema.withStructuredOutput(JSON_SCHEMA, options).invoke("x");
    expect(await lastBody()).toMatchObject({
      response_format: {
        type: "json_schema",
        json_schema: { name: "joke", description: "A joke.", schema: JSON_SCHEMA, strict: true },
      },
    });
    await joker(text, "jsonMode").withStructuredOutput(ZOD, { method: "jsonMode" }).invoke("x");
    expect(await lastBody()).toMatchObject({ response_format: { type: "json_object" } });
  });

  it("prefers the method that the model lists first, and refuses what it does not list", async () => {
    class JsonOnly extends DeltaChat {
      override get structuredOutputMethods() {
        return ["jsonSchema"] as const;
      }
    }
    const { endpoint } = joker(JSON.stringify(JOKE), "jsonSchema");
    const model = new JsonOnly({ url: endpoint });
    expect(await model.withStructuredOutput<Joke>(ZOD).invoke("x")).toEqual(JOKE);
    expect(() => model.withStructuredOutput(ZOD, { method: "functionCalling" })).toThrow(HookError);
    expect(() => model.withStructuredOutput(ZOD, { method: "jsonMode" })).toThrow(
      /"jsonMode".*knows jsonSchema.*structuredOutputMethods/,
    );
  });

  it("says the type of what it gives", () => {
    const model = joker("{}", "functionCalling");
    const plain = () => model.withStructuredOutput<Joke>(ZOD).invoke("x");
    expectTypeOf(plain).returns.resolves.toEqualTypeOf<Joke>();
    const raw = () => model.withStructuredOutput<Joke>(ZOD, { includeRaw: true }).invoke("x");
    expectTypeOf(raw).returns.resolves.toEqualTypeOf<{ raw: BaseMessage; parsed: Joke }>();
  });
});
