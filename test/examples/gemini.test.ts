import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { ModelStreamError } from "http-streaming-llm";
import { describe, expect, it } from "vitest";
import { GeminiChat } from "../../examples/gemini.js";
import type { ChatFields } from "../../examples/support/show-chat.js";
import { useScriptedServer } from "../helpers/scripted-server.js";
import { rejection } from "../helpers/delta-llm.js";
import { everyPath } from "../helpers/every-path.js";

const server = useScriptedServer();

/** A model whose server sends these pieces, as one array or as events. */
function model(pieces: readonly object[], fields: Partial<ChatFields> = {}, alt: Alt = "json") {
  const chat = new GeminiChat({ baseUrl: server.origin, model: "gemini", alt, ...fields });
  const array = pieces.map((piece, at) => (at === 0 ? "[" : ",\r\n") + JSON.stringify(piece));
  const texts =
    alt === "json"
      ? [...array, "]"]
      : pieces.map((piece) => `data: ${JSON.stringify(piece)}\r\n\r\n`);
  const type = alt === "json" ? "application/json" : "text/event-stream";
  const steps = texts.map((text) => ({ text }));
  chat.endpoint = new URL(server.url({ headers: { "content-type": type }, steps }));
  return chat;
}
type Alt = "json" | "sse";

const said = (...parts: object[]) => ({ candidates: [{ content: { role: "model", parts } }] });
const END = { candidates: [{ content: { parts: [{ text: "" }] }, finishReason: "STOP" }] };

async function lastBody(): Promise<{ [field: string]: unknown }> {
  return JSON.parse((await server.log()).at(-1)!.body) as never;
}

describe.each(["json", "sse"] as const)("The Gemini example (%s)", (alt) => {
  it("cites what an answer is grounded on, once, though it comes again and grows", async () => {
    const groundingChunks = [{ web: { uri: "https://a", title: "A" } }];
    const segment = { startIndex: 0, endIndex: 5, text: "Rain." };
    const groundingSupports = [{ segment, groundingChunkIndices: [0] }];
    const grounded = (candidate: object, groundingMetadata: object) => {
      return { candidates: [{ ...candidate, groundingMetadata }] };
    };
    const pieces = [
      grounded(said({ text: "Ra" }).candidates[0]!, { groundingChunks }),
      grounded(said({ text: "in." }).candidates[0]!, { groundingChunks, groundingSupports }),
      grounded(END.candidates[0]!, { groundingSupports, webSearchQueries: ["rain"] }),
    ];
    for (const outputVersion of ["v0", "v1"] as const) {
      for (const answer of await everyPath(model(pieces, { outputVersion }, alt), "Hi")) {
        expect(answer.text).toBe("Rain.");
        const blocks = answer.content as { annotations?: unknown[] }[];
        expect(blocks.flatMap(({ annotations = [] }) => annotations)).toEqual([
          { type: "citation", url: "https://a", title: "A", extras: { segment } },
        ]);
        expect(answer.response_metadata.groundingMetadata).toEqual({
          ...{ groundingChunks, groundingSupports, webSearchQueries: ["rain"] },
        });
      }
    }
  });

  it("takes a blocked prompt for an error, in the provider's words", async () => {
    const why = (promptFeedback: object) =>
      rejection(model([{ promptFeedback }], {}, alt).invoke("Hi")) as Promise<ModelStreamError>;
    const error = await why({ blockReason: "SAFETY" });
    expect(ModelStreamError.isInstance(error)).toBe(true);
    expect(error.message).toContain("the prompt was blocked: SAFETY");
    expect(error.providerCode).toBe("SAFETY");
    const words = { blockReason: "OTHER", blockReasonMessage: "Not here." };
    expect((await why(words)).message).toContain("Not here.");
    expect(
      (await model([said({ text: "Hi" }), { promptFeedback: {} }, END]).invoke("Hi")).text,
    ).toBe("Hi");
  });
});

describe("The Gemini example", () => {
  it("takes signatures, images and what its own tools did back to the model", async () => {
    const image = { mimeType: "image/png", data: "iVBORw0KGgo=" };
    const code = { executableCode: { language: "PYTHON", code: "1 + 1" } };
    const outcome = { codeExecutionResult: { outcome: "OUTCOME_OK", output: "2" } };
    const call = (name: string) => ({ functionCall: { name, args: { city: "Rome" } } });
    const pieces = [
      said({ text: "I think.", thought: true }),
      said(code, outcome),
      said({ text: "Two" }),
      said({ text: "", thoughtSignature: "s0" }, { inlineData: image, thoughtSignature: "si" }),
      said({ ...call("weather"), thoughtSignature: "s1" }, call("weather")),
      said({ functionCall: { name: "now" }, thoughtSignature: "s2" }),
      END,
    ];
    for (const outputVersion of ["v0", "v1"] as const) {
      for (const answer of await everyPath(model(pieces, { outputVersion }), "Hi")) {
        expect(answer.tool_calls).toMatchObject([
          ...[0, 1].map(() => ({ name: "weather", args: { city: "Rome" } })),
          { name: "now", args: {} },
        ]);
        const results = answer.tool_calls!.map(({ id }) => {
          return new ToolMessage({ tool_call_id: id!, content: "22" });
        });
        await model([END]).invoke([new HumanMessage("Hi"), answer, ...results]);
        expect((await lastBody()).contents).toEqual([
          { role: "user", parts: [{ text: "Hi" }] },
          {
            role: "model",
            parts: [
              code,
              outcome,
              { text: "Two" },
              { text: "", thoughtSignature: "s0" },
              { inlineData: image, thoughtSignature: "si" },
              { ...call("weather"), thoughtSignature: "s1" },
              call("weather"),
              { functionCall: { name: "now", args: {} }, thoughtSignature: "s2" },
            ],
          },
          {
            role: "user",
            parts: ["weather", "weather", "now"].map((name) => {
              return { functionResponse: { name, response: { result: "22" } } };
            }),
          },
        ]);
      }
    }
  });

  it("gives a call and its result the id that the provider gave, and none of our own", async () => {
    const called = [
      { id: "g1", name: "now", args: {} },
      { name: "now", args: {} },
    ] as const;
    const parts = called.map((functionCall) => ({ functionCall }));
    const answer = await model([said(...parts), END]).invoke("Hi");
    const results = answer.tool_calls!.map(({ id }) => {
      return new ToolMessage({ tool_call_id: id!, content: "22" });
    });
    await model([END]).invoke([new HumanMessage("Hi"), answer, ...results]);
    const response = { result: "22" };
    expect((await lastBody()).contents).toEqual([
      { role: "user", parts: [{ text: "Hi" }] },
      { role: "model", parts },
      {
        role: "user",
        parts: [
          { functionResponse: { id: "g1", name: "now", response } },
          { functionResponse: { name: "now", response } },
        ],
      },
    ]);
  });

  it("counts thoughts as output, and what tools read as input", async () => {
    const usageMetadata = {
      ...{ promptTokenCount: 10, cachedContentTokenCount: 8, toolUsePromptTokenCount: 5 },
      ...{ candidatesTokenCount: 3, thoughtsTokenCount: 4, totalTokenCount: 22 },
    };
    const { usage_metadata } = await model([
      said({ text: "Hi" }),
      { ...END, usageMetadata },
    ]).invoke("Hi");
    expect(usage_metadata).toEqual({
      ...{ input_tokens: 15, output_tokens: 7, total_tokens: 22 },
      ...{ input_token_details: { cache_read: 8 }, output_token_details: { reasoning: 4 } },
    });
  });

  it("sends how to draw the answer, the call's wishes before the constructor's", async () => {
    const fields = { temperature: 0.5, maxTokens: 9, seed: 1 };
    await model([END], fields).invoke("Hi", { maxTokens: 99 });
    expect((await lastBody()).generationConfig).toEqual({
      ...{ temperature: 0.5, maxOutputTokens: 99, seed: 1 },
    });
  });
});
