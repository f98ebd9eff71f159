import { describe, expect, it } from "vitest";
import {
  ChunkParseError,
  ConnectionError,
  HttpStatusError,
  ModelStreamError,
  TimeoutError,
  TruncatedStreamError,
} from "../../../../src/errors.js";
import { autoFormat } from "../../../../src/formats/auto-format.js";
import type { StreamFormat } from "../../../../src/formats/format.js";
import { jsonArray } from "../../../../src/formats/json-array.js";
import { jsonLines } from "../../../../src/formats/json-lines.js";
import { jsonSequence } from "../../../../src/formats/json-sequence.js";
import { sse } from "../../../../src/formats/sse.js";
import { text } from "../../../../src/formats/text.js";
import type { ChunkContext } from "../../../../src/streaming/hooks/hook-types.js";
import {
  answer,
  ENDPOINT,
  refusal,
  runScripted,
  type ScriptedExchange,
} from "../../../helpers/run-scripted.js";

const lost = (): ConnectionError => new ConnectionError("the connection was refused.");

describe("a call", () => {
  it("sends, reads, and releases the connection", async () => {
    const { text: said, effects, error } = await runScripted({}, [answer("a", "b")]);
    expect(error).toBeUndefined();
    expect(said).toBe("ab");
    expect(effects).toEqual(["open", "emit", "emit", "release"]);
  });

  it("abandons the connection when a stop sequence was found", async () => {
    const { text: said, effects } = await runScripted({ stop: ["b"] }, [answer("a", "b", "c")]);
    expect(said).toBe("a");
    expect(effects).toEqual(["open", "emit", "abandon", "emit"]);
  });

  it("leaves stop sequences to the server where they are not enforced", async () => {
    const parts = { stop: ["b"], settings: { enforceStop: false } };
    expect((await runScripted(parts, [answer("a", "b", "c")])).text).toBe("abc");
  });

  it("names class, method and URL in its errors, in the stack too", async () => {
    const { error } = await runScripted({ endpoint: () => `${ENDPOINT}?key=sk-secret` }, [
      answer("a", { error: "boom" }),
    ]);
    const { message, stack } = error as Error;
    expect(message).toMatch(/^TestLLM: POST http:\/\/models\.test\/generate: .*boom/);
    expect(stack).toContain(`ModelStreamError: ${message}`);
    expect(stack).not.toContain("sk-secret");
  });

  it("names them once, though an error was seen by several attempts", async () => {
    const same = lost();
    const { error } = await runScripted({ settings: { maxRetries: 1 } }, [
      { failure: same },
      { failure: same },
    ]);
    expect((error as Error).message.match(/TestLLM/g)).toHaveLength(1);
  });

  it("carries the partial text on a failure in mid-stream", async () => {
    const broken = new TruncatedStreamError("the connection broke off.");
    const { text: said, error } = await runScripted({}, [
      { ...answer("a", "b"), body: ['"a"\n"b"\n', broken] },
    ]);
    expect(said).toBe("ab");
    expect(error).toBe(broken);
    expect(broken.partial).toBe("ab");
  });

  it("tells parseChunk of the record's place, the status and the headers", async () => {
    const contexts: unknown[] = [];
    const { headers } = answer();
    await runScripted({ parseChunk: (_, context) => contexts.push(context) && "x" }, [
      { ...answer("a", "b"), status: 201 },
    ]);
    expect(contexts).toEqual([
      { index: 0, status: 201, headers, event: undefined, state: {} },
      { index: 1, status: 201, headers, event: undefined, state: {} },
    ]);
  });

  it("gives the records of one attempt one state, and the next attempt a fresh one", async () => {
    const states: Record<string, unknown>[] = [];
    const parseChunk = (record: unknown, { state }: ChunkContext) => {
      states.push({ ...state });
      state.seen = record;
      return record;
    };
    const broken = { ...answer("", ""), body: ['""\n""\n', new TruncatedStreamError("cut")] };
    await runScripted({ parseChunk }, [broken, answer("a", "b")]);
    expect(states).toEqual([{}, { seen: "" }, {}, { seen: "a" }]);
  });

  it("reads one JSON value where a stream was asked for, as an answer in one piece", async () => {
    const pretty = JSON.stringify({ answer: "Hello" }, null, 2);
    const parseResponse = (body: unknown) => (body as { answer: string }).answer;
    for (const format of [sse(), jsonLines(), jsonSequence()]) {
      for (const body of [[pretty], [...pretty], [pretty.slice(0, 3), pretty.slice(3)]]) {
        const { text: said, error } = await runScripted({ format, parseResponse }, [
          { headers: {}, body },
        ]);
        expect({ said, error }).toEqual({ said: "Hello", error: undefined });
      }
    }
  });

  it("tells a provider's error that is one JSON value, on one line or many, whatever it is called", async () => {
    const said = { error: { message: "no slot is free", type: "not_found" } };
    const formats = [sse(), jsonLines(), jsonArray(), jsonSequence(), text(), autoFormat()];
    for (const format of formats) {
      for (const type of ["application/json", "text/event-stream", "application/x-ndjson"]) {
        for (const body of [JSON.stringify(said), JSON.stringify(said, null, 2)]) {
          const { error, requests } = await runScripted({ format, parseChunk: () => undefined }, [
            { headers: { "content-type": type }, body: [body] },
          ]);
          expect(error, `${format.name}, ${type}`).toMatchObject({ code: "MODEL_STREAM" });
          expect((error as Error).message).toMatch(/no slot is free/);
          expect(requests).toHaveLength(1);
        }
      }
    }
  });

  it("ends after an announced end when nothing more comes for the grace", async () => {
    const silence = new TimeoutError("idle", 2_000);
    const ended = answer({ text: "Hello", finishReason: "stop" });
    const { deltas, error, effects } = await runScripted({}, [
      { ...ended, body: [...(ended.body ?? []), silence] },
    ]);
    expect(error).toBeUndefined();
    expect(deltas).toEqual([{ text: "Hello" }, { text: "", finishReason: "stop" }]);
    expect(effects).toContain("abandon");
  });

  it("ends with the timeout where the end was not announced, or belied", async () => {
    const silence = new TimeoutError("idle", 2_000);
    for (const records of [
      ["Hel"],
      [{ finishReason: "STOP" }, { text: "Hel", finishReason: "STOP" }],
    ]) {
      const ended = answer(...records);
      const { error } = await runScripted({}, [
        { ...ended, body: [...(ended.body ?? []), silence] },
      ]);
      expect(error).toMatchObject({ code: "TIMEOUT" });
    }
  });
});

describe("facts that come before any content", () => {
  it("leave with the first of it, and with the end of an answer that has none", async () => {
    const facts = { id: "1", model: "m", metadata: { a: 1 } };
    const first = await runScripted({}, [
      answer(facts, { metadata: { b: 2 } }, { text: "a" }, "b"),
    ]);
    expect(first.deltas).toEqual([
      { text: "a", ...facts, metadata: { a: 1, b: 2 } },
      { text: "b" },
    ]);
    const none = await runScripted({}, [answer(facts, { done: true })]);
    expect(none.deltas).toEqual([{ text: "", ...facts }]);
  });
});

describe("redirects of a call", () => {
  const to = (status: number, location: string): ScriptedExchange => ({
    status,
    headers: { location },
  });
  const secret = { headers: () => [{ authorization: "Bearer sk-secret", "x-key": "k" }] };

  it.each([301, 302, 307, 308])("repeat the request within the origin (%i)", async (status) => {
    const { requests, text: said } = await runScripted(secret, [
      to(status, "/v2?x=1"),
      answer("ok"),
    ]);
    expect(said).toBe("ok");
    expect(requests[1]).toEqual({ ...requests[0], url: "http://models.test/v2?x=1" });
  });

  it("make it a GET without a body after a 303", async () => {
    const { requests } = await runScripted(secret, [to(303, "/result"), answer("ok")]);
    expect(requests[1]).toMatchObject({
      method: "GET",
      url: "http://models.test/result",
      body: undefined,
    });
    expect(requests[1]!.headers).toMatchObject({ authorization: "Bearer sk-secret" });
    expect(requests[1]!.headers).not.toHaveProperty("content-type");
  });

  it.each([
    ["another host", "http://elsewhere.test/generate"],
    ["another port", "http://models.test:81/generate"],
    ["another scheme", "https://models.test/generate"],
    ["a network path", "//elsewhere.test/generate"],
  ])("are refused to %s", async (_, location) => {
    const { requests, error } = await runScripted(secret, [to(307, location), answer("ok")]);
    expect(requests).toHaveLength(1);
    expect(error).toMatchObject({ code: "HTTP_STATUS", status: 307, message: /another origin/ });
  });

  it("go to another origin as a bare GET where they may", async () => {
    const { requests } = await runScripted({ ...secret, settings: { redirect: "follow" } }, [
      to(307, "http://user:pass@elsewhere.test/generate"),
      answer("ok"),
    ]);
    expect(requests[1]).toEqual({
      method: "GET",
      url: "http://elsewhere.test/generate",
      headers: {
        accept: requests[0]!.headers["accept"],
        "user-agent": requests[0]!.headers["user-agent"],
      },
      body: undefined,
    });
  });

  it("do not get the prompt and the credentials back on the way home", async () => {
    const { requests } = await runScripted({ ...secret, settings: { redirect: "follow" } }, [
      to(307, "http://elsewhere.test/"),
      to(307, "http://models.test/back"),
      answer("ok"),
    ]);
    expect(requests[2]).toMatchObject({
      method: "GET",
      url: "http://models.test/back",
      body: undefined,
    });
    expect(requests[2]!.headers).not.toHaveProperty("authorization");
  });

  it("are refused where none may be followed, the query unsaid", async () => {
    const { requests, error } = await runScripted({ settings: { redirect: "error" } }, [
      to(308, "/v2?token=sk-secret"),
      answer("ok"),
    ]);
    expect(requests).toHaveLength(1);
    expect((error as Error).message).toContain("http://models.test/v2");
    expect((error as Error).message).not.toContain("sk-secret");
  });

  it("are refused to what is no web page or no URL", async () => {
    for (const location of ["ftp://models.test/", "http://[broken", "javascript:alert(1)"]) {
      const { requests, error } = await runScripted({ settings: { redirect: "follow" } }, [
        to(302, location),
      ]);
      expect(requests).toHaveLength(1);
      expect(HttpStatusError.isInstance(error)).toBe(true);
    }
  });

  it("are refused after five", async () => {
    const { requests, error } = await runScripted({}, Array(9).fill(to(302, "/again")));
    expect(requests).toHaveLength(6);
    expect(error).toMatchObject({ status: 302, message: /more than 5 times/ });
  });

  it("are read as an error where they lead nowhere", async () => {
    expect((await runScripted({}, [refusal(304)])).error).toMatchObject({ status: 304 });
    expect((await runScripted({}, [refusal(302)])).error).toMatchObject({ status: 302 });
  });
});

describe("an error status", () => {
  const errorOf = async (exchange: ScriptedExchange, parts = {}): Promise<HttpStatusError> => {
    const { error } = await runScripted({ settings: { maxRetries: 0 }, ...parts }, [exchange]);
    expect(HttpStatusError.isInstance(error)).toBe(true);
    return error as HttpStatusError;
  };

  it.each([
    [
      "OpenAI",
      { error: { message: "bad model", code: "m404", type: "invalid" } },
      "m404",
      "invalid",
    ],
    ["Ollama", { error: "bad model" }, undefined, undefined],
    ["FastAPI", { detail: "bad model" }, undefined, undefined],
    ["Google", [{ error: { message: "bad model", code: 404 } }], "404", undefined],
    ["others", { message: "bad model", type: "x" }, undefined, "x"],
  ])("shows the provider's message (%s)", async (_, body, providerCode, providerType) => {
    const error = await errorOf(refusal(404, { body: JSON.stringify(body) }));
    expect(error.message).toMatch(/answered 404: bad model \(Check the endpoint/);
    expect([error.providerCode, error.providerType]).toEqual([providerCode, providerType]);
  });

  it("does not show a credential that the provider gives as code or type", async () => {
    const body = JSON.stringify({
      error: { message: "no", code: "sk-1234567", type: "sk-1234567" },
    });
    const error = await errorOf(refusal(400, { body }), {
      headers: () => [{ authorization: "Bearer sk-1234567" }],
    });
    expect([error.providerCode, error.providerType]).toEqual(["[redacted]", "[redacted]"]);
  });

  it("shows text, but not a page", async () => {
    expect((await errorOf(refusal(400, { body: "no  such\nmodel" }))).message).toContain(
      "no such model",
    );
    const page = await errorOf(refusal(502, { body: "<html>Bad gateway</html>" }));
    expect(page.message).not.toContain("<html>");
    expect(page.body).toContain("<html>");
  });

  it("shortens what a server has to say", async () => {
    const { message } = await errorOf(refusal(400, { body: "x".repeat(5000) }));
    expect(message).toContain(`${"x".repeat(2000)}…`);
    expect(message.length).toBeLessThan(2300);
  });

  it("carries status, headers, request id and the wait, without cookies and challenges", async () => {
    const headers = {
      "x-request-id": "req-1",
      "retry-after": "120",
      "set-cookie": "session=1",
      "www-authenticate": "Basic",
    };
    const error = await errorOf(refusal(429, { headers }));
    expect(error).toMatchObject({ status: 429, requestId: "req-1", retryAfterMs: 120_000 });
    expect(error.headers).toEqual({ "x-request-id": "req-1", "retry-after": "120" });
  });

  it("reads no more of the body than the limit", async () => {
    const { effects, error } = await runScripted(
      { settings: { maxRetries: 0, limits: { maxErrorBodyBytes: 10 } } },
      [{ status: 500, body: ["12345678", "9abcdef", "never read"] }],
    );
    expect((error as HttpStatusError).body).toBe("123456789a");
    expect(effects.slice(0, 2)).toEqual(["open", "release"]);
  });

  it("counts though its body breaks off", async () => {
    const error = await errorOf({ status: 500, body: ["half", new TruncatedStreamError("cut")] });
    expect(error.body).toBe("half");
  });

  it("asks parseError, with JSON where it is JSON", async () => {
    const seen: unknown[] = [];
    const parseError = (status: number, body: unknown) => {
      seen.push([status, body]);
      return { message: "my words", code: 7, type: "mine" };
    };
    const error = await errorOf(refusal(418, { body: '{"a":1}' }), { parseError });
    expect(error).toMatchObject({ message: /my words/, providerCode: "7", providerType: "mine" });
    await errorOf(refusal(418, { body: "text" }), {
      parseError: (status: number, body: unknown) => {
        seen.push([status, body]);
        return "just words";
      },
    });
    expect(seen).toEqual([
      [418, { a: 1 }],
      [418, "text"],
    ]);
  });

  it("falls back to the usual shapes when parseError knows nothing", async () => {
    const body = JSON.stringify({ error: "bad model" });
    const error = await errorOf(refusal(404, { body }), { parseError: () => null });
    expect(error.message).toContain("bad model");
  });

  it("survives a parseError that throws", async () => {
    const parseError = (_: number, body: unknown) =>
      (body as { error: { message: string } }).error.message;
    const error = await errorOf(refusal(502, { body: "Bad gateway" }), { parseError });
    expect(error.status).toBe(502);
    expect(error.message).toContain("Bad gateway");
    expect(error.message).toContain("parseError threw");
  });

  it("hides the credentials that a server echoes, in body, message, headers and parseError", async () => {
    const secrets = ["sk-header-secret", "basic-p%ss w0rd", "query/secret+1"];
    const body = JSON.stringify({
      error: { message: `no: ${secrets.join(" ")} query%2Fsecret%2B1` },
    });
    const parts = {
      endpoint: () => "http://user:basic-p%25ss%20w0rd@models.test/x?key=query%2Fsecret%2B1",
      headers: () => [{ "x-api-key": "sk-header-secret" }],
      parseError: (_: number, parsed: unknown) => JSON.stringify(parsed),
    };
    const error = await errorOf(
      refusal(403, { body, headers: { "x-echo": secrets.join() } }),
      parts,
    );
    const shown = JSON.stringify([error.message, error.body, error.headers, error.stack]);
    for (const secret of [...secrets, "query%2Fsecret%2B1"]) expect(shown).not.toContain(secret);
    expect(error.body).toContain("[redacted]");
  });
});

describe("an error inside the stream", () => {
  it("hides the credentials that a server echoes", async () => {
    const { error } = await runScripted(
      { headers: () => [{ authorization: "Bearer sk-secret" }] },
      [answer("a", { error: "the key sk-secret has expired" })],
    );
    expect(ModelStreamError.isInstance(error)).toBe(true);
    expect((error as Error).message).toContain("has expired");
    expect((error as Error).message).not.toContain("sk-secret");
    expect((error as Error).stack).not.toContain("sk-secret");
  });

  it("is hidden of them too where a record cannot be read", async () => {
    const { error } = await runScripted(
      { headers: () => [{ authorization: "Bearer sk-secret" }] },
      [{ headers: {}, body: ["bad key sk-secret\n"] }],
    );
    expect(ChunkParseError.isInstance(error)).toBe(true);
    expect((error as Error).message).not.toContain("sk-secret");
  });
});

describe("the content-type of a response", () => {
  const read = (format: StreamFormat<unknown>, contentType?: string, body = '"ok"\n') =>
    runScripted({ format }, [
      { headers: contentType === undefined ? {} : { "content-type": contentType }, body: [body] },
    ]);

  it.each([
    undefined,
    "",
    "text/plain; charset=utf-8",
    "application/octet-stream",
    "Application/X-NDJSON",
  ])("is readable as JSON lines: %s", async (contentType) => {
    expect(await read(jsonLines(), contentType)).toMatchObject({ text: "ok", error: undefined });
  });

  it.each([
    ["text/html", /login form/],
    ["text/html; charset=utf-8", /login form/],
    ["text/event-stream", /sse\(\)/],
    ["image/png", /Set format/],
  ])("is refused: %s", async (contentType, hint) => {
    const { error } = await read(jsonLines(), contentType, "<html>login");
    expect(error).toMatchObject({
      code: "UNEXPECTED_CONTENT_TYPE",
      contentType,
      body: "<html>login",
      message: hint,
    });
  });

  it("is matched by wildcards, but for pages", async () => {
    expect((await read(text(), "text/markdown", "ok")).text).toBe("ok");
    expect((await read(text(), "text/html", "<html>")).error).toMatchObject({
      code: "UNEXPECTED_CONTENT_TYPE",
    });
    const anything = { ...jsonLines(), contentTypes: ["*/*"] };
    expect((await read(anything, "image/png")).text).toBe("ok");
    expect((await read(anything, "text/html", "<p>")).error).toMatchObject({
      contentType: "text/html",
    });
  });

  it("may be a page where the format asks for pages", async () => {
    const pages = { ...text(), contentTypes: ["text/html"] };
    expect((await read(pages, "text/html", "<b>ok</b>")).text).toBe("<b>ok</b>");
  });

  it("chooses the format where none was set", async () => {
    expect((await read(autoFormat(), "text/event-stream", 'data: "ok"\n\n')).text).toBe("ok");
    expect((await read(autoFormat(), "application/x-ndjson")).text).toBe("ok");
    expect((await read(autoFormat(), "text/plain", "ok")).text).toBe("ok");
    expect((await read(autoFormat(), "text/html", "<html>")).error).toMatchObject({
      code: "UNEXPECTED_CONTENT_TYPE",
    });
  });

  it("gives the body no more room than the limit for errors", async () => {
    for (const streaming of [true, false]) {
      const settings = { streaming, limits: { maxErrorBodyBytes: 4 } };
      const { error } = await runScripted({ format: sse(), settings }, [
        { headers: { "content-type": "text/html" }, body: ["<html>"] },
      ]);
      expect(error).toMatchObject({ code: "UNEXPECTED_CONTENT_TYPE", body: "<htm" });
    }
  });
});

describe("a call that does not stream", () => {
  const settings = { streaming: false, maxRetries: 0 };
  const json = (body: string): ScriptedExchange => ({
    headers: { "content-type": "application/json" },
    body: [body.slice(0, 3), body.slice(3)],
  });

  it("gives parseResponse the whole body, parsed", async () => {
    const parseResponse = (body: unknown, { status }: { status: number }) => ({
      text: (body as { answer: string }).answer,
      metadata: { status },
      finishReason: "stop",
    });
    const { deltas, error } = await runScripted({ settings, parseResponse }, [
      json('{"answer":"蓝"}'),
    ]);
    expect(error).toBeUndefined();
    expect(deltas).toEqual([
      { text: "蓝", metadata: { status: 200 } },
      { text: "", finishReason: "stop" },
    ]);
  });

  it("gives it text where it is no JSON", async () => {
    expect((await runScripted({ settings }, [{ body: ["just text"] }])).text).toBe("just text");
  });

  it("enforces stop sequences", async () => {
    expect((await runScripted({ settings, stop: ["END"] }, [json('"one END two"')])).text).toBe(
      "one ",
    );
  });

  it("refuses an empty body", async () => {
    const { error } = await runScripted({ settings }, [{ body: [] }]);
    expect(error).toMatchObject({ code: "TRUNCATED_STREAM", message: /empty/ });
  });

  it("gives one empty delta for an answer that is empty and says so", async () => {
    const { deltas } = await runScripted({ settings }, [json('{"text":"","done":true}')]);
    expect(deltas).toEqual([{ text: "" }]);
  });

  it("waits for it no longer than for a first token", async () => {
    const timeouts = { headers: 1000, firstChunk: 100, idle: 500 };
    const { deadlines } = await runScripted({ settings: { ...settings, timeouts } }, [json('"a"')]);
    const phases = deadlines.map(({ deadline }) => deadline.phase);
    expect(new Set(phases)).toEqual(new Set(["firstChunk"]));
  });

  it("tells a provider's error in its place", async () => {
    const { error } = await runScripted({ settings, parseResponse: () => undefined }, [
      json('{"error":{"message":"Invalid API key"}}'),
    ]);
    expect(error).toMatchObject({ code: "MODEL_STREAM" });
    expect((error as Error).message).toMatch(/in place of an answer: Invalid API key/);
  });

  it("refuses a body larger than the limit", async () => {
    const { error } = await runScripted(
      { settings: { ...settings, limits: { maxResponseBytes: 5 } } },
      [json('"123456"')],
    );
    expect(error).toMatchObject({ code: "RESPONSE_TOO_LARGE" });
  });

  it("refuses nonsense from parseResponse", async () => {
    const { error } = await runScripted({ settings, parseResponse: () => true }, [json("{}")]);
    expect(error).toMatchObject({ code: "HOOK", hook: "parseResponse", message: /^TestLLM: POST/ });
  });
});

describe("the timeouts of a call", () => {
  const timeouts = { headers: 1000, firstChunk: 100, idle: 50, total: 10_000 };
  const deadlinesOf = async (overrides = {}) => {
    const { deadlines } = await runScripted(
      { settings: { timeouts: { ...timeouts, ...overrides } } },
      [answer("a", "b")],
    );
    return deadlines.map(
      ({ effect, deadline }) => `${effect} ${deadline.phase} ${deadline.timeoutMs}`,
    );
  };

  it("hold for the phase they are named after", async () => {
    expect(await deadlinesOf()).toEqual([
      "open firstChunk 100",
      "read idle 50",
      "read idle 50",
      "read idle 50",
    ]);
    expect(await deadlinesOf({ idle: 500 })).toEqual([
      "open firstChunk 100",
      "read firstChunk 100",
      "read idle 500",
      "read idle 500",
    ]);
    expect(new Set(await deadlinesOf({ total: 10 }))).toEqual(
      new Set(["open total 10", "read total 10"]),
    );
  });

  it("are off when they are 0 or Infinity", async () => {
    for (const off of [0, Infinity]) {
      const { deadlines } = await runScripted({
        settings: { timeouts: { firstChunk: off, token: off, idle: off, total: off } },
      });
      expect(deadlines.map(({ deadline }) => deadline.at)).toEqual(deadlines.map(() => Infinity));
    }
  });

  it("start the first token's clock anew for each attempt, the total's only once", async () => {
    const settings = { timeouts: { firstChunk: 1000, total: 5000 } };
    let moments: number[] = [];
    const { deadlines } = await runScripted(
      {
        settings,
        // Some time passes between the attempts.
        headers: () => {
          const until = performance.now() + 3;
          while (performance.now() < until);
          moments.push(performance.now());
          return [];
        },
      },
      [refusal(503), answer("ok")],
    );
    const opens = deadlines
      .filter(({ effect }) => effect === "open")
      .map(({ deadline }) => deadline.at);
    expect(opens[0]!).toBeGreaterThanOrEqual(moments[0]! + 1000);
    expect(opens[1]!).toBeGreaterThanOrEqual(moments[1]! + 1000);
    const pause = deadlines.find(({ effect }) => effect === "sleep")!.deadline;
    expect(pause).toMatchObject({ phase: "total", timeoutMs: 5000 });
    expect(pause.at).toBeLessThan(moments[0]! + 5000);
    moments = [];
  });
});
