/** LangChain's mark of errors that are worth another try, and the middleware that reads it. */
import * as errors from "@langchain/core/errors";
import { createAgent, modelRetryMiddleware, type AgentMiddleware } from "langchain";
import { describe, expect, it } from "vitest";
import { HookError, StreamAbortError } from "http-streaming-llm";
import { type Script, useScriptedServer } from "../../helpers/scripted-server.js";
import { answer, DeltaChat } from "../../helpers/chat-fixtures.js";
import { drain, drainSync } from "../../helpers/delta-llm.js";

const server = useScriptedServer();

/** As LangChain reads it. */
function mark(error: unknown): unknown {
  const symbol = Symbol.for("langchain.errors.retryable");
  return Object.getOwnPropertyDescriptor(error, symbol)?.value;
}

const NDJSON = { "content-type": "application/x-ndjson" };
const body = (text: string, end: Script["end"] = "clean"): Script => {
  return { headers: NDJSON, steps: [{ text }], end };
};
const FAILURES: Record<string, [script: Script, retryable: boolean]> = {
  ...Object.fromEntries(
    [400, 401, 403, 404, 413, 422].map((status) => [`a ${status}`, [{ status }, false]]),
  ),
  ...Object.fromEntries(
    [408, 409, 425, 429, 500, 502, 503].map((status) => [`a ${status}`, [{ status }, true]]),
  ),
  "a 503 that asks for an hour": [{ status: 503, headers: { "retry-after": "3600" } }, false],
  "an error in the stream": [answer([{ error: "too long" }]), false],
  "a malformed record": [body("nonsense\n"), false],
  "a record that was cut off": [body('{"text":"a"}\n{"te'), true],
  "a last line that is no JSON": [body('{"text":"a"}\nnonsense'), false],
  "a record that parseChunk does not take": [body("true\n"), false],
  "a break before the first token": [body("", "reset"), true],
  "a break after it": [body('{"text":"a"}\n', "reset"), true],
  "an answer without its announced end": [body('{"text":"a","done":false}\n'), true],
  "a page": [{ headers: { "content-type": "text/html" }, steps: [{ text: "<p>" }] }, false],
};

describe("LangChain's mark of what is worth another try", () => {
  for (const [what, [script, retryable]] of Object.entries(FAILURES)) {
    it(`says ${retryable ? "yes" : "no"} for ${what}, on both paths`, async () => {
      const model = new DeltaChat({ url: server.url(script), maxRetries: 0 });
      const results = [
        await drain(() => model.stream("x") as never),
        drainSync(() => model.streamSync("x") as never),
      ];
      for (const { error } of results) {
        expect(error).toBeInstanceOf(Error);
        expect(mark(error)).toBe(retryable);
        expect(Object.keys(error as Error).join()).not.toContain("retryable");
      }
    });
  }

  it("says yes where nobody listens", async () => {
    const model = new DeltaChat({ url: "http://127.0.0.1:1/", maxRetries: 0 });
    expect(mark(await model.invoke("x").catch((error: unknown) => error))).toBe(true);
  });

  it("is what the author's shouldRetry says", async () => {
    class Insisting extends DeltaChat {
      override shouldRetry() {
        return true;
      }
    }
    class Refusing extends DeltaChat {
      override shouldRetry() {
        return false;
      }
    }
    const fields = { maxRetries: 0 };
    const insisting = new Insisting({ url: server.url({ status: 400 }), ...fields });
    const refusing = new Refusing({ url: server.url({ status: 503 }), ...fields });
    expect(mark(await insisting.invoke("x").catch((error: unknown) => error))).toBe(true);
    expect(mark(await refusing.invoke("x").catch((error: unknown) => error))).toBe(false);
  });

  it("says no for an author's mistake and for an abort", async () => {
    class Throwing extends DeltaChat {
      override buildPayload(): never {
        throw new TypeError("x is undefined");
      }
    }
    const error = await new Throwing({ url: "http://127.0.0.1:1/" })
      .invoke("x")
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HookError);
    expect([error, new HookError("format", "x"), new StreamAbortError("x")].map(mark)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe("modelRetryMiddleware", () => {
  /** Before the mark, the middleware repeats everything. */
  const readsMarks = "getRetryable" in errors;
  const requests = async (id: string, script: Script): Promise<number> => {
    const model = new DeltaChat({ url: server.url({ id, scripts: [script] }), maxRetries: 0 });
    const retry = modelRetryMiddleware({
      maxRetries: 2,
      initialDelayMs: 1,
      jitter: false,
      onFailure: "error",
    });
    const agent = createAgent({
      model,
      tools: [],
      middleware: [retry as unknown as AgentMiddleware],
    });
    const messages = [{ role: "user", content: "hi" }];
    await expect(agent.invoke({ messages })).rejects.toThrow("DeltaChat");
    return (await server.log(id)).length;
  };

  it("asks once where another try is of no use, and three times where it may be", async () => {
    expect(await requests("bad request", { status: 400 })).toBe(readsMarks ? 1 : 3);
    expect(await requests("malformed", body("nonsense\n"))).toBe(readsMarks ? 1 : 3);
    expect(await requests("overload", { status: 503 })).toBe(3);
  });
});
