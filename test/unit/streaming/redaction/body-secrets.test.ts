import { describe, expect, it } from "vitest";
import { secretsInBody } from "../../../../src/streaming/redaction/body-secrets.js";

const PROMPT = "Why is the sky blue?";
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("secretsInBody", () => {
  it("finds prompts and credentials at any depth", () => {
    const body = JSON.stringify({
      model: "a-very-long-model-name",
      messages: [{ content: [{ text: PROMPT }] }],
      auth: { apiKey: "k-1", tokens: ["t-1"], maxTokens: "12" },
    });
    expect(secretsInBody(body)).toEqual({ prompts: [PROMPT], credentials: ["k-1", "t-1"] });
    expect(secretsInBody(JSON.stringify({ accessTokens: ["t-1", ["t-2"]] })).credentials).toEqual([
      "t-1",
      "t-2",
    ]);
  });

  it("reads forms, texts and bytes", () => {
    const form = new FormData();
    form.append("prompt", PROMPT);
    form.append("api_key", "k-1");
    const expected = { prompts: [PROMPT], credentials: ["k-1"] };
    expect(secretsInBody(form)).toEqual(expected);
    const query = new URLSearchParams({ prompt: PROMPT, api_key: "k-1" }).toString();
    expect(secretsInBody(query)).toEqual(expected);
    expect(secretsInBody(encode(query))).toEqual(expected);
    expect(secretsInBody(PROMPT)).toEqual({ prompts: [PROMPT], credentials: [] });
  });

  it("finds nothing where there is no text", () => {
    const nothing = { prompts: [], credentials: [] };
    expect(secretsInBody(undefined)).toEqual(nothing);
    expect(secretsInBody("null")).toEqual(nothing);
    expect(secretsInBody(new Uint8Array(2 * 1024 * 1024))).toEqual(nothing);
  });

  it("goes as deep as any body", () => {
    const depth = 100_000;
    const body = `{"a":${"[".repeat(depth)}{"apiKey":"k-1","text":"${PROMPT}"}${"]".repeat(depth)}}`;
    expect(secretsInBody(body)).toEqual({ prompts: [PROMPT], credentials: ["k-1"] });
  });
});

describe("secretsInBody, of every kind of body", () => {
  const KEY = "sk-live-1234567890";
  const form = new FormData();
  form.append("api_key", KEY);
  form.append("prompt", "Why is it so?");

  it.each([
    ["JSON", JSON.stringify({ api_key: KEY, max_tokens: 5, prompt: "Why is it so?" })],
    ["JSON, deep inside", JSON.stringify({ a: [{ auth: KEY }], b: ["Why is it so?"] })],
    ["JSON in bytes", Buffer.from(JSON.stringify({ token: [KEY], prompt: "Why is it so?" }))],
    ["a form", new URLSearchParams({ password: KEY, prompt: "Why is it so?" }).toString()],
    ["a form with files", form],
  ])("finds them in %s", (_, body) => {
    expect(secretsInBody(body)).toEqual({ prompts: ["Why is it so?"], credentials: [KEY] });
  });

  it("takes no other text for one", () => {
    const tools = [{ token: { type: "string", description: "token" }, max_tokens: "100000" }];
    const body = JSON.stringify({ tools, tokenizer: "llama3", model: KEY });
    expect(secretsInBody(body).credentials).toEqual([]);
    expect(secretsInBody("a = b & c")).toEqual({ prompts: [], credentials: [] });
    expect(secretsInBody(undefined)).toEqual({ prompts: [], credentials: [] });
    expect(secretsInBody(new Uint8Array(2 ** 21))).toEqual({ prompts: [], credentials: [] });
  });
});
