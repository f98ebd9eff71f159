import { describe, expect, it } from "vitest";
import { readProviderError, shorten } from "../../../../src/streaming/provider/provider-error.js";

/** A body, and the words that a message shows of it. */
const SHAPES: readonly (readonly [name: string, body: unknown, words: string])[] = [
  ["a text", " out of memory\n", "out of memory"],
  ["error as a text", { error: "model 'x' not found" }, "model 'x' not found"],
  ["OpenAI", { error: { message: "bad key", type: "auth", code: "bad" } }, "bad key"],
  ["Anthropic", { type: "error", error: { type: "overloaded_error", message: "Busy" } }, "Busy"],
  [
    "an error that only names its kind",
    { error: { type: "overloaded_error" } },
    "overloaded_error",
  ],
  ["Google", [{ error: { code: 400, message: "Bad", status: "INVALID_ARGUMENT" } }], "Bad"],
  ["an error in an error", { error: { error: { message: "deep" } } }, "deep"],
  ["a detail in an error", { error: { detail: "deep" } }, "deep"],
  ["a list in an error", { error: ["one", "two"] }, "one; two"],
  ["Mistral", { object: "error", message: { detail: [{ loc: ["body"], msg: "m" }] } }, "body: m"],
  ["FastAPI: a text", { detail: "not loaded" }, "not loaded"],
  ["FastAPI: an object", { detail: { error: "not loaded", hint: "load it" } }, "not loaded"],
  [
    "FastAPI: a list",
    {
      detail: [
        { type: "missing", loc: ["body", "messages", 0], msg: "Field required", input: "private" },
        { type: "int_type", loc: ["body", "n"], msg: "not a number", input: "private" },
      ],
    },
    "body.messages.0: Field required; body.n: not a number",
  ],
  ["errors as texts", { errors: ["too hot", "too long"] }, "too hot; too long"],
  ["errors with messages", { errors: [{ code: "m1", message: "no model" }] }, "no model"],
  ["errors with details", { errors: [{ status: "400", title: "Bad", detail: "no" }] }, "Bad: no"],
  ["errors with msg", { errors: [{ msg: "no" }] }, "no"],
  [
    "errors by field",
    { title: "Validation failed.", errors: { Prompt: ["is required"], n: "is negative" } },
    "Validation failed. Prompt: is required; n: is negative",
  ],
  ["AWS", { Message: "not authorized" }, "not authorized"],
  ["AWS with its type", { __type: "com.amazon#ThrottlingException", message: "slow" }, "slow"],
  ["S3", { Error: { Code: "SlowDown", Message: "reduce your rate" } }, "reduce your rate"],
  ["RFC 9457", { title: "No credit.", detail: "You have 30." }, "No credit. You have 30."],
  ["RFC 9457: a title", { type: "https://e.com/x", title: "Invalid.", status: 400 }, "Invalid."],
  [
    "Spring",
    { timestamp: "t", status: 500, error: "Internal Server Error", message: "OOM", path: "/v1" },
    "OOM",
  ],
  ["Spring without a message", { status: 404, error: "Not Found", path: "/v1" }, "Not Found"],
  ["Nest", { statusCode: 400, message: "no prompt", error: "Bad Request" }, "no prompt"],
  ["Nest: a list", { statusCode: 400, message: ["a", "b"], error: "Bad Request" }, "a; b"],
  ["an error that says more", { error: "Rate limit", message: "Wait" }, "Rate limit: Wait"],
  ["words twice", { error: "No model", message: "No model x" }, "No model x"],
  ["the same words twice", { error: "No model", message: "No model" }, "No model"],
  ["a code that is all", { error: { code: "rate_limited" } }, "rate_limited"],
  ["a list in which some say nothing", [{ input: 1 }, { msg: "a" }], "a"],
  ["a place without steps", { loc: [], msg: "a" }, "a"],
  ["a title beside no errors", { title: "Bad Request", errors: {} }, "Bad Request"],
  ["OAuth", { error: "invalid_client", error_description: "no" }, "invalid_client: no"],
  ["error_msg", { error_code: 110, error_msg: "token expired" }, "token expired"],
  ["errorMessage", { errorMessage: "timed out" }, "timed out"],
  ["JSON as text", JSON.stringify({ detail: "no" }), "no"],
  ["JSON in a text", { error: JSON.stringify({ message: "no" }) }, "no"],
  ["JSON that was cut", '{"detail":[{"loc":["a"],"msg":"n\\"o","input":"priv', 'n"o'],
  ["a text that begins like a list", "[ERROR] no", "[ERROR] no"],
  ["msg", { code: 1001, msg: "empty" }, "empty"],
  [
    "OpenRouter",
    { error: { message: "Provider returned error", metadata: { raw: '{"error":"too long"}' } } },
    "Provider returned error: too long",
  ],
  [
    "OpenRouter: an upstream's object",
    { error: { message: "Provider returned error", metadata: { raw: { detail: "too long" } } } },
    "Provider returned error: too long",
  ],
  [
    "zod",
    { success: false, error: { name: "ZodError", issues: [{ path: ["n"], message: "Required" }] } },
    "n: Required",
  ],
  ["iFlytek", { header: { code: 10_013, message: "refused", sid: "s" } }, "refused"],
  [
    "Clarifai",
    { status: { code: 11_102, description: "Invalid key" }, outputs: [] },
    "Invalid key",
  ],
  ["MiniMax", { base_resp: { status_code: 2013, status_msg: "invalid params" } }, "invalid params"],
];

/** What is no error, or says nothing. */
const WORDLESS: readonly unknown[] = [
  undefined,
  null,
  "",
  "<html>Log in</html>",
  '{"input":"private thoughts, cut in the mid',
  '{"code":7}',
  7,
  [],
  {},
  { error: null },
  { error: "" },
  { error: {} },
  { error: [] },
  { error: true },
  { errors: [] },
  { message: { role: "assistant", content: "Hello" } },
  { type: "message_start", message: { id: "m", type: "message" } },
];

describe("readProviderError", () => {
  it.each(SHAPES)("reads %s", (_name, body, words) => {
    expect(readProviderError(body)?.message).toBe(words);
  });

  it.each(WORDLESS.map((body) => [JSON.stringify(body), body]))(
    "finds no words in %s",
    (_, body) => {
      expect(readProviderError(body)).toBeUndefined();
    },
  );

  it.each([
    [{ error: { message: "m", type: "auth", code: "bad" } }, "bad", "auth"],
    [{ code: 7, error: { message: "m" } }, 7, undefined],
    [{ type: "error", error: { message: "m", type: "busy" } }, undefined, "busy"],
    [{ error: { code: 400, message: "m", status: "INVALID" } }, 400, "INVALID"],
    [{ __type: "com.amazon#Throttling", message: "m" }, undefined, "Throttling"],
    [{ errors: [{ code: "c", message: "m" }] }, "c", undefined],
    [{ error: { type: "busy", code: 7 } }, 7, "busy"],
    [JSON.stringify({ error: { message: "m", code: "bad" } }), "bad", undefined],
    [{ error_code: 110, error_msg: "m" }, 110, undefined],
    [{ error: { grpcCode: 8, httpCode: 429, message: "m" } }, 429, undefined],
    [{ status_code: 400, errors: [{ code: "c", message: "m" }] }, "c", undefined],
    [{ error: "invalid_client", error_description: "m" }, undefined, "invalid_client"],
  ])("reads code and type of %j", (body, code, type) => {
    const { code: readCode, type: readType } = readProviderError(body) ?? {};
    expect([readCode, readType]).toEqual([code, type]);
  });

  it("leaves alone what quotes the request", () => {
    const detail = [{ loc: ["body", { private: 1 }], msg: "no", input: "private", ctx: "private" }];
    expect(readProviderError({ detail, input: "private" })?.message).toBe("body: no");
  });

  it("takes no page for a code or type", () => {
    const long = "x".repeat(5000);
    expect(readProviderError({ message: "no", code: long, type: long })).toEqual({ message: "no" });
  });

  it("gives up on bodies of any depth", () => {
    const arrays: unknown = JSON.parse("[".repeat(30_000) + "]".repeat(30_000));
    expect(readProviderError(arrays)).toBeUndefined();
    const errors: unknown = JSON.parse('{"error":'.repeat(6000) + '"x"' + "}".repeat(6000));
    expect(readProviderError(errors)).toBeUndefined();
    const fields: unknown = JSON.parse('{"errors":{"a":'.repeat(6000) + '"x"' + "}}".repeat(6000));
    expect(readProviderError(fields)).toBeUndefined();
  });

  it("takes the first of many", () => {
    const errors = Array.from({ length: 1000 }, (_, index) => `e${index}`);
    expect(readProviderError({ errors })?.message).toBe("e0; e1; e2; e3; e4; e5; e6; e7; e8; e9");
  });
});

describe("shorten", () => {
  it("makes one line", () => {
    expect(shorten(" a\n\t b \r\n")).toBe("a b");
    expect(shorten("a\u001B[2Jb\0\u009Bc")).toBe("a [2Jb c");
  });

  it("shows 2 000 characters", () => {
    expect(shorten("a".repeat(2000))).toBe("a".repeat(2000));
    expect(shorten("a".repeat(2001))).toBe(`${"a".repeat(2000)}…`);
    expect(shorten("a".repeat(9000))).toBe(`${"a".repeat(2000)}…`);
  });

  it("says that something is left out where blanks filled the rest", () => {
    expect(shorten(`a${" ".repeat(9000)}b`)).toBe("a…");
  });

  it("cuts no character in two", () => {
    expect(shorten(`${"a".repeat(1999)}🌈`)).toBe(`${"a".repeat(1999)}…`);
  });
});
