import { describe, expect, it } from "vitest";
import {
  ConnectionError,
  HttpStatusError,
  HttpStreamingError,
  TimeoutError,
  TruncatedStreamError,
} from "../../../../src/errors.js";
import { tryUntilWhole } from "../../../../src/streaming/run/attempts.js";
import type { AttemptContext, ChunkContext } from "../../../../src/streaming/hooks/hook-types.js";
import { runEffects } from "../../../helpers/run-effects.js";
import {
  answer,
  stateOf,
  refusal,
  runScripted,
  type ScriptedExchange,
} from "../../../helpers/run-scripted.js";

const lost = (): ConnectionError => new ConnectionError("the connection was refused.");

describe("tryUntilWhole", () => {
  it("leaves nothing open of an attempt that fails, the last one too", () => {
    const heads = Array.from({ length: 3 }, () => ({ status: 200, headers: {} }));
    const tries = tryUntilWhole(stateOf());
    const { error, kinds } = runEffects(tries, [lost(), lost(), lost()], heads);
    expect(error).toMatchObject({ code: "CONNECTION" });
    const failing = ["open", "stream", "abandon"];
    expect(kinds).toEqual([...failing, "sleep", ...failing, "sleep", ...failing]);
  });
});

describe("retries of a call", () => {
  it.each([
    ["a refused connection", { failure: lost() }],
    ["a connection timeout", { failure: new TimeoutError("connect", 10) }],
    ["a 408", refusal(408)],
    ["a 409", refusal(409)],
    ["a 425", refusal(425)],
    ["a 429", refusal(429)],
    ["a 500", refusal(500)],
    ["a 503", refusal(503)],
    ["a 529", refusal(529)],
    ["an overload told with status 200", answer({ error: { type: "overloaded_error" } })],
    ["a rate limit told with status 200", answer({ error: { code: 429, message: "slow down" } })],
    [
      "an overload after a record that gave an id and a model only",
      answer({ id: "1", model: "m", metadata: { a: 1 } }, { error: { type: "overloaded_error" } }),
    ],
    ["an overload without a code", answer({ error: "The model is overloaded." })],
    ["an empty body", answer()],
    ["a body that breaks off at once", { body: [new TruncatedStreamError("cut")] }],
  ])("are made after %s", async (_, first: ScriptedExchange) => {
    const { text: said, error, requests, pauses } = await runScripted({}, [first, answer("ok")]);
    expect(error).toBeUndefined();
    expect(said).toBe("ok");
    expect(requests[1]).toEqual(requests[0]);
    expect(pauses).toHaveLength(1);
  });

  it.each([
    ["a 400", refusal(400)],
    ["a 401 without a headers hook", refusal(401)],
    ["a 403", refusal(403)],
    ["a 404", refusal(404)],
    ["a 422", refusal(422)],
    ["a 501", refusal(501)],
    ["a 500 that says the prompt is too long", refusal(500, { body: "exceeds the context size" })],
    ["a headers timeout", { failure: new TimeoutError("headers", 10) }],
    ["a first-token timeout", { headers: {}, body: [new TimeoutError("firstChunk", 10)] }],
    ["an idle timeout", { headers: {}, body: [new TimeoutError("idle", 10)] }],
    ["a malformed record", { headers: {}, body: ["nonsense\n"] }],
    ["a provider's error", answer({ error: "the model is too small" })],
    [
      "a provider's error that says the prompt is too long",
      answer({ error: { message: "exceeds the context size", retryable: true } }),
    ],
    ["nonsense from parseChunk", answer(true)],
    ["a page of HTML", { headers: { "content-type": "text/html" }, body: ["<html>"] }],
  ])("are not made after %s", async (_, first: ScriptedExchange) => {
    const { error, requests } = await runScripted({}, [first, answer("ok")]);
    expect(HttpStreamingError.isInstance(error)).toBe(true);
    expect(requests).toHaveLength(1);
  });

  it("are not made once anything was delivered", async () => {
    for (const broken of [lost(), new TruncatedStreamError("cut")]) {
      const {
        text: said,
        error,
        requests,
      } = await runScripted({}, [{ headers: {}, body: ['"a"\n', broken] }, answer("ok")]);
      expect([said, requests.length]).toEqual(["a", 1]);
      expect(error).toBe(broken);
    }
  });

  it("count all attempts under maxRetries, the default two", async () => {
    for (const [maxRetries, attempts] of [
      [undefined, 3],
      [0, 1],
      [4, 5],
    ] as const) {
      const { error, requests } = await runScripted(
        { settings: { maxRetries } },
        Array(9).fill(refusal(503)),
      );
      expect(requests).toHaveLength(attempts);
      expect(error).toMatchObject({ status: 503 });
    }
  });

  it("wait as long as the server asks", async () => {
    const date = new Date(Date.now() + 20_000).toUTCString();
    const pauseAfter = async (headers: Record<string, string>) =>
      (await runScripted({}, [refusal(429, { headers }), answer("ok")])).pauses[0]!;
    expect(await pauseAfter({ "retry-after": "3" })).toBe(3000);
    expect(await pauseAfter({ "retry-after": "0" })).toBe(0);
    expect(await pauseAfter({ "retry-after": "0.5" })).toBe(500);
    expect(await pauseAfter({ "retry-after-ms": "7", "retry-after": "3" })).toBe(7);
    expect(await pauseAfter({ "retry-after": date })).toBeGreaterThan(15_000);
    expect(await pauseAfter({ "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" })).toBe(0);
    expect(await pauseAfter({ "retry-after": "soon" })).toBeLessThanOrEqual(500);
  });

  it("are left to the caller when the server asks for more than a minute", async () => {
    const { error, requests } = await runScripted({}, [
      refusal(429, { headers: { "retry-after": "3600" } }),
    ]);
    expect(requests).toHaveLength(1);
    expect(error).toMatchObject({ retryAfterMs: 3_600_000 });
  });

  it("back off within bounds that double", async () => {
    const { pauses } = await runScripted(
      { settings: { maxRetries: 6 } },
      Array(7).fill(refusal(503)),
    );
    expect(pauses).toHaveLength(6);
    pauses.forEach((pause, attempt) => {
      expect(pause).toBeGreaterThanOrEqual(0);
      expect(pause).toBeLessThanOrEqual(Math.min(8000, 500 * 2 ** attempt));
    });
  });

  it("give a server that loads its model all of the back-off", async () => {
    const loading = refusal(503, { body: '{"error":{"message":"Loading model"}}' });
    const { pauses, error } = await runScripted(
      { settings: { maxRetries: 6 } },
      Array(7).fill(loading),
    );
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 8000]);
    expect((error as Error).message).toMatch(/503: Loading model \(.*To wait longer/);
  });

  it("end with the failure itself when no time is left for the pause", async () => {
    const { error, requests, pauses } = await runScripted(
      { settings: { timeouts: { total: 1000 } } },
      [refusal(429, { headers: { "retry-after": "30" } }), answer("ok")],
    );
    expect(error).toMatchObject({ status: 429, retryAfterMs: 30_000 });
    expect([requests.length, pauses.length]).toEqual([1, 0]);
  });

  it("tell onFailedAttempt of each failure that is tried again", async () => {
    const failures: HttpStreamingError[] = [];
    await runScripted({ onFailedAttempt: (error) => failures.push(error) }, [
      refusal(503),
      { failure: lost() },
      answer("ok"),
    ]);
    expect(failures.map(({ code }) => code)).toEqual(["HTTP_STATUS", "CONNECTION"]);
    expect(failures[0]!.message).toContain("TestLLM: POST");
  });

  it("stop when onFailedAttempt throws, with what it threw", async () => {
    const own = new Error("enough");
    const { error, requests } = await runScripted(
      {
        onFailedAttempt: () => {
          throw own;
        },
      },
      [refusal(503), answer("ok")],
    );
    expect(error).toBe(own);
    expect(requests).toHaveLength(1);
  });

  it("stop when onFailedAttempt rejects, with what it rejected with", async () => {
    const own = new Error("enough");
    const { error, requests } = await runScripted({ onFailedAttempt: () => Promise.reject(own) }, [
      refusal(503),
      answer("ok"),
    ]);
    expect(error).toBe(own);
    expect(requests).toHaveLength(1);
  });

  it("are decided by shouldRetry where it decides", async () => {
    const asked: [string, number][] = [];
    const shouldRetry = (error: HttpStreamingError, attempt: number) => {
      asked.push([error.code, attempt]);
      return error.code === "MODEL_STREAM" ? true : undefined;
    };
    const { text: said } = await runScripted({ shouldRetry }, [
      answer({ error: "overloaded" }),
      refusal(503),
      answer("ok"),
    ]);
    expect(said).toBe("ok");
    expect(asked).toEqual([
      ["MODEL_STREAM", 0],
      ["HTTP_STATUS", 1],
    ]);
    const refused = await runScripted({ shouldRetry: () => false }, [refusal(503), answer("ok")]);
    expect(refused.error).toMatchObject({ status: 503 });
  });

  it("close the response that failed before the next attempt", async () => {
    const { effects } = await runScripted({ shouldRetry: () => true }, [
      answer({ error: "overloaded" }),
      answer("ok"),
    ]);
    expect(effects).toEqual(["open", "abandon", "sleep", "open", "emit", "release"]);
  });

  it("close the response that failed before the pause, also one that no answer was read from", async () => {
    const parts = { nextRequest: () => null, settings: { limits: { maxRecordBytes: 50 } } };
    const { effects, error, text } = await runScripted({ ...parts, shouldRetry: () => true }, [
      { body: ["x".repeat(100)] },
      { body: ['"ok"'] },
    ]);
    expect(error).toBeUndefined();
    expect(text).toBe("ok");
    expect(effects).toEqual(["open", "abandon", "sleep", "open", "release", "emit"]);
  });

  it("do not turn a fault in shouldRetry into another error's name", async () => {
    const { error } = await runScripted(
      {
        shouldRetry: () => {
          throw new TypeError("x is undefined");
        },
      },
      [refusal(503)],
    );
    expect(error).toMatchObject({
      code: "HOOK",
      hook: "shouldRetry",
      message: /TestLLM.*x is undefined/,
    });
  });

  it("take nothing but true and false for what shouldRetry says", async () => {
    const answers = [refusal(400), answer("ok")];
    for (const said of [Promise.resolve(false), "yes", 1]) {
      const { error, requests } = await runScripted({ shouldRetry: () => said as never }, answers);
      expect(error).toMatchObject({ code: "HOOK", hook: "shouldRetry", message: /returned a / });
      expect(requests).toHaveLength(1);
    }
    const { error } = await runScripted({ shouldRetry: () => null as never }, answers);
    expect(error).toMatchObject({ status: 400 });
    const left = await runScripted({ shouldRetry: () => null as never }, [
      refusal(503),
      answer("ok"),
    ]);
    expect(left.text).toBe("ok");
  });

  it("ask for a fresh token once after a 401", async () => {
    const tokens = ["old", "new", "newer"];
    const headers = () => [{ authorization: `Bearer ${tokens.shift() ?? ""}` }];
    const parts = { headers, hasHeadersHook: true };
    const { requests, text: said } = await runScripted(parts, [refusal(401), answer("ok")]);
    expect(said).toBe("ok");
    expect(requests.map((request) => request.headers["authorization"])).toEqual([
      "Bearer old",
      "Bearer new",
    ]);
    const twice = await runScripted({ ...parts }, [refusal(401), refusal(401), answer("ok")]);
    expect(twice.requests).toHaveLength(2);
    expect(twice.error).toMatchObject({ status: 401 });
  });

  it.each([[[503, 401]], [[429, 503, 401]], [[401, 503, 401]]])(
    "ask for a fresh token when the 401 comes late: %j",
    async (statuses) => {
      const headers = ({ error }: AttemptContext) => [
        {
          authorization: `Bearer ${HttpStatusError.isInstance(error) && error.status === 401 ? "fresh" : "stale"}`,
        },
      ];
      const parts = { headers, hasHeadersHook: true, settings: { maxRetries: 5 } };
      const script = [...statuses.map((status) => refusal(status)), answer("ok")];
      const { requests, text: said } = await runScripted(parts, script);
      expect(said).toBe("ok");
      expect(requests).toHaveLength(script.length);
      expect(requests.at(-1)!.headers["authorization"]).toBe("Bearer fresh");
    },
  );

  it("tell the headers hook what was sent before, in lower case, and let it do as it likes with it", async () => {
    const sent: AttemptContext["sent"][] = [];
    const headers = (context: AttemptContext) => {
      const { sent: before } = context;
      sent.push(before && { ...before });
      if (before === undefined) return [{ Authorization: "Bearer stale", "X-Key": "k" }];
      return [Object.assign(before, { authorization: "Bearer fresh" })];
    };
    const parts = { headers, hasHeadersHook: true };
    const { text: said } = await runScripted(parts, [refusal(401), answer("ok")]);
    expect(said).toBe("ok");
    expect(sent).toEqual([
      undefined,
      expect.objectContaining({ authorization: "Bearer stale", "x-key": "k" }),
    ]);
  });

  it("give up on a 401 when the headers stay the same", async () => {
    const parts = { headers: () => [{ authorization: "Bearer old" }], hasHeadersHook: true };
    const { requests, error } = await runScripted(parts, [refusal(401), answer("ok")]);
    expect(requests).toHaveLength(1);
    expect(error).toMatchObject({ status: 401 });
  });
});

describe("a call whose answer nobody has seen", () => {
  const broken = (...pieces: (string | Error)[]): ScriptedExchange => ({
    ...answer(),
    body: pieces.map((piece) => (typeof piece === "string" ? `${JSON.stringify(piece)}\n` : piece)),
  });

  it.each([
    ["its body breaks off", broken("a", new TruncatedStreamError("cut"))],
    ["its connection is lost", broken("a", lost())],
    ["it stands still", broken("a", new TimeoutError("idle", 10))],
    ["it says nothing any more", broken("a", new TimeoutError("token", 10))],
    ["its last record is cut off", { ...answer(), body: ['"a"\n{"tex'] }],
    ["it ends too soon", answer({ text: "a", done: false })],
    ["the provider reports a passing error", answer("a", { error: { type: "overloaded_error" } })],
    ["it breaks off behind the end", broken("a", new TruncatedStreamError("cut"))],
  ])("is made again from the start when %s", async (_, first: ScriptedExchange) => {
    const unseen = await runScripted({ isUnseen: true }, [first, answer("b", { done: true })]);
    expect([unseen.text, unseen.error, unseen.requests.length]).toEqual(["b", undefined, 2]);
    const seen = await runScripted({}, [first, answer("b", { done: true })]);
    expect([seen.text, seen.requests.length]).toEqual(["a", 1]);
    // What may succeed another time is for the caller to try.
    expect(seen.error).toMatchObject({ partial: "a" });
  });

  it.each([
    ["an error of the model's own", answer("a", { error: "the model is too small" })],
    [
      "a quota that is used up",
      answer("a", { error: { code: "insufficient_quota", retryable: true } }),
    ],
    ["a malformed record", { ...answer(), body: ['"a"\nnonsense\n'] }],
    ["the end of its time", broken("a", new TimeoutError("total", 10))],
  ])("is not made again after %s", async (_, first: ScriptedExchange) => {
    const { text: said, requests } = await runScripted({ isUnseen: true }, [first, answer("b")]);
    expect([said, requests.length]).toEqual(["a", 1]);
  });

  it("is made again as often as maxRetries says; the last one's part is on the error", async () => {
    const tries = ["a", "b", "c"].map((piece) => broken(piece, new TruncatedStreamError("cut")));
    const { text: said, error, requests } = await runScripted({ isUnseen: true }, tries);
    expect([said, requests.length]).toEqual(["c", 3]);
    expect(error).toMatchObject({ partial: "c", message: /cut\. Tried 3 times\.$/ });
  });

  it("remembers nothing of what is begun anew", async () => {
    const states: object[] = [];
    const parseChunk = (record: unknown, { state }: ChunkContext) => {
      states.push({ ...state });
      state.seen = record;
      return record;
    };
    const usage = { inputTokens: 1, outputTokens: 1 };
    const first = answer({ text: "aX", id: "1", model: "m", usage, done: false });
    const second = answer({ text: "bX", id: "2", model: "m", done: true });
    const { deltas } = await runScripted({ isUnseen: true, parseChunk, stop: ["XbX"] }, [
      first,
      second,
    ]);
    expect(deltas).toEqual([{ text: "b", id: "2", model: "m" }, { text: "X" }]);
    expect(states).toEqual([{}, {}]);
  });

  it("goes on where the model says how, and is begun anew where it does not", async () => {
    const exchanges = [broken("a", new TruncatedStreamError("cut")), answer("b", { done: true })];
    const continueFrom = () => ({});
    expect((await runScripted({ isUnseen: true, continueFrom }, exchanges)).text).toBe("ab");
    expect((await runScripted({ isUnseen: true, continueFrom: () => null }, exchanges)).text).toBe(
      "b",
    );
  });
});
