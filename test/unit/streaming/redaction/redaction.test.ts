import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  ChunkParseError,
  HookError,
  HttpStatusError,
  ModelStreamError,
  UnexpectedContentTypeError,
} from "../../../../src/errors.js";
import { redactChain } from "../../../../src/streaming/redaction/redaction.js";
import { Secrets } from "../../../../src/streaming/redaction/secrets.js";
import { refusal, runScripted, type CallParts } from "../../../helpers/run-scripted.js";

const KEY = "sk-live-1234567890";

const secrets = new Secrets().add({ headers: { authorization: `Bearer ${KEY}` } });

/** The words of V8 for a text that is not JSON. */
function snippetOf(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch (error) {
    return (error as Error).message;
  }
}

describe("redactChain", () => {
  it("redacts what an error says, and what it keeps of the other side", () => {
    const cause = new TypeError(`no ${KEY}`);
    const record = { a: [1, null, { [KEY]: `x ${KEY}` }], same: { b: 1 } };
    const error = new ChunkParseError(
      `got "${KEY.slice(0, 9)}…". Hint`,
      { record, index: 0 },
      { cause },
    );
    redactChain(error, secrets);
    expect(error.message).toBe('got "[redacted]…". Hint');
    expect(cause.message).toBe("no [redacted]");
    expect(error.record).toEqual({
      a: [1, null, { "[redacted]": "x [redacted]" }],
      same: { b: 1 },
    });
    expect(record.a[2]).toEqual({ [KEY]: `x ${KEY}` });
    expect(Object.keys(error)).not.toContain("record");

    const type = `text/html; charset=${KEY}`;
    const page = new UnexpectedContentTypeError("no", { contentType: type, body: `<p>${KEY}` });
    redactChain(page, secrets);
    expect(page.contentType).toBe("text/html; charset=[redacted]");
    expect(page.body).toBe("<p>[redacted]");

    const reported = new ModelStreamError("no", { code: KEY, type: KEY });
    redactChain(reported, secrets);
    expect([reported.providerCode, reported.providerType]).toEqual(["[redacted]", "[redacted]"]);
  });

  it("redacts names in a record that has no secret besides", () => {
    const error = new ChunkParseError("no", { record: { [KEY]: 1 }, index: 0 });
    redactChain(error, secrets);
    expect(error.record).toEqual({ "[redacted]": 1 });
  });

  it("ends where an error is its own cause", () => {
    const error = new Error(`no ${KEY}`);
    error.cause = error;
    redactChain(error, secrets);
    expect(error.message).toBe("no [redacted]");
  });

  it("redacts a cause that is no error, and the stack of one that was looked at", () => {
    const cause = new Error(`no ${KEY}`);
    expect(cause.stack).toContain(KEY);
    for (const thrown of [cause, `no ${KEY}`, { message: KEY }]) {
      const error = new ChunkParseError("no", { record: 0, index: 0 }, { cause: thrown });
      redactChain(error, secrets);
      expect(inspect(error, { showHidden: true })).not.toContain(KEY);
    }
  });

  it("takes out the beginning of a secret in which a stream ended", async () => {
    const body = [`{"error": "no ${KEY.slice(0, 12)}`];
    const headers = { "content-type": "application/x-ndjson" };
    const parts = { headers: () => [{ "x-key": KEY }], settings: { maxRetries: 0 } };
    const { error } = await runScripted(parts, [{ headers, body }]);
    expect((error as Error).message).toContain(
      'got "{\\"error\\": \\"no [redacted]…. The stream ended',
    );
    expect((error as ChunkParseError).record).toBe('{"error": "no [redacted]');
  });

  it("takes out what V8 quotes of text that is not JSON", () => {
    for (const text of [
      `${KEY} ${"x".repeat(90)}`,
      `{"a": ${KEY}, "b": "${"x".repeat(90)}"}`,
      KEY,
    ]) {
      const cause = new SyntaxError(snippetOf(text));
      const error = new ChunkParseError("no", { record: text, index: 0 }, { cause });
      redactChain(error, secrets);
      expect(cause.message).toMatch(/^Unexpected token 's' is not valid JSON$/);
      expect(inspect(error)).not.toMatch(/sk-|live/);
      const told = new HookError("headers", `headers threw: ${cause.message}. Hint`);
      const quoted = new HookError("headers", `headers threw: ${snippetOf(text)}. Hint`);
      redactChain(quoted, new Secrets());
      expect(quoted.message).toBe(told.message);
    }
  });

  it("keeps a record that holds no secret, and one of bytes, as they are", () => {
    for (const record of [{ a: [{ b: "c" }] }, Buffer.from("abc"), 7, undefined, null]) {
      const error = new ChunkParseError("no", { record, index: 0 });
      redactChain(error, secrets);
      expect(error.record).toBe(record);
    }
  });

  it("goes as deep as any record", () => {
    const record: unknown = JSON.parse("[".repeat(20_000) + "]".repeat(20_000));
    const error = new ChunkParseError("no", { record, index: 0 });
    redactChain(error, secrets);
    expect(JSON.stringify(error.record)).toBe(`${"[".repeat(200)}"[redacted]"${"]".repeat(200)}`);
  });
});

describe("redactChain, of a record that is no tree", () => {
  const shown = (record: unknown): unknown => {
    const error = new ChunkParseError("no", { record, index: 0 });
    redactChain(error, secrets);
    return error.record;
  };

  it("shows nothing of a cycle", () => {
    const record: Record<string, unknown> = { key: KEY };
    record["left"] = record["right"] = record;
    expect(shown(record)).toEqual({
      key: "[redacted]",
      left: "[redacted]",
      right: "[redacted]",
    });
  });

  it("reads once what stands in it often", () => {
    let record: unknown = [KEY];
    for (let level = 0; level < 100; level++) record = [record, record];
    let inner: unknown = shown(record);
    for (let level = 0; level < 100; level++) inner = (inner as unknown[])[level % 2];
    expect(inner).toEqual(["[redacted]"]);
  });
});

describe("a credential in a request's body", () => {
  const hooks: CallParts = {
    payload: () => ({ api_key: KEY, max_tokens: 4096, model: "llama3" }),
    settings: { maxRetries: 0 },
  };
  const echo = `model llama3, max_tokens 4096, key ${KEY}`;

  it("stays out of a status error's message and body", async () => {
    const { error } = await runScripted(hooks, [refusal(400, { body: echo })]);
    expect(error).toBeInstanceOf(HttpStatusError);
    const { message, body } = error as HttpStatusError;
    for (const text of [message, body]) {
      expect(text).toContain("model llama3, max_tokens 4096, key [redacted]");
    }
  });

  it("stays out of what an unreadable answer keeps", async () => {
    const answers = [
      { headers: {}, body: [`${echo}\n`] },
      { headers: { "content-type": "text/html" }, body: [`<p>${echo}`] },
    ];
    for (const answer of answers) {
      const { error } = await runScripted(hooks, [answer]);
      const { message, body, record } = error as {
        message: string;
        body?: string;
        record?: string;
      };
      expect(`${message} ${body ?? record ?? ""}`).not.toContain(KEY);
      expect(body ?? record).toContain("key [redacted]");
    }
  });

  it("stays out of a record that parseChunk does not read", async () => {
    const parseChunk = (): never => {
      throw new TypeError("no");
    };
    const body = [`${JSON.stringify({ a: "x".repeat(180), echo })}\n`];
    const { error } = await runScripted({ ...hooks, parseChunk }, [{ headers: {}, body }]);
    expect((error as Error).message).not.toContain("sk-live");
    expect(JSON.stringify((error as ChunkParseError).record)).not.toContain(KEY);
  });
});
