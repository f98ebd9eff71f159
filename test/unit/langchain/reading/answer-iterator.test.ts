import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AnswerIterator } from "../../../../src/langchain/reading/answer-iterator.js";
import { ReaderLeft } from "../../../../src/langchain/reading/reader-left.js";
import type { PieceReader } from "../../../../src/streaming/drivers/pieces.js";
import { turns, useHandServer } from "../../../helpers/hand-server.js";
import { DeltaLLM, rejection } from "../../../helpers/delta-llm.js";

const server = useHandServer();

type Hook = "start" | "token" | "end" | "error";

/** A moment that the test decides about. */
function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** A handler that is slow, or throws, where it is told to. */
class Handler extends BaseCallbackHandler {
  name = "handler";
  override awaitHandlers = true;
  override raiseError = true;
  readonly heard: string[] = [];
  readonly throwsAt: ReadonlySet<Hook>;
  readonly #slowAt: Hook | undefined;
  readonly reached = gate();
  readonly goOn = gate();

  constructor({ slowAt, throwsAt = [] }: { slowAt?: Hook; throwsAt?: readonly Hook[] } = {}) {
    super();
    this.#slowAt = slowAt;
    this.throwsAt = new Set(throwsAt);
  }

  async #on(hook: Hook, heard: string): Promise<void> {
    this.heard.push(heard);
    if (this.#slowAt === hook) {
      this.reached.open();
      await this.goOn.opened;
    }
    if (this.throwsAt.has(hook)) throw new Error(`the handler's own, at ${hook}`);
  }

  override handleLLMStart = () => this.#on("start", "start");
  override handleLLMNewToken = (token: string) => this.#on("token", `token ${token}`);
  override handleLLMEnd = () => this.#on("end", "end");
  override handleLLMError = () => this.#on("error", "error");

  get terminals(): string[] {
    return this.heard.filter((heard) => heard === "end" || heard === "error");
  }
}

const llm = (): DeltaLLM => new DeltaLLM(server.url, { maxRetries: 0 });

/** What each of several promises came to: a value, `"done"`, or its error's message. */
async function outcomes(reads: readonly Promise<IteratorResult<unknown>>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(reads);
  return settled.map((result) => {
    if (result.status === "rejected") return result.reason as unknown;
    return result.value.done === true ? "done" : result.value.value;
  });
}

describe.each([
  ["nobody", false],
  ["a handler", true],
] as const)("next() that is not awaited, while %s listens", (_, listens) => {
  const config = () => (listens ? { callbacks: [new Handler()] } : {});

  it("gives each caller the next token, in order, and all others the end", async () => {
    const tokens = llm()._streamIterator("x", config());
    const order: number[] = [];
    const reads = Array.from({ length: 7 }, (_, at) => {
      const read = tokens.next();
      void read.then(() => order.push(at));
      return read;
    });
    const answer = await server.request();
    answer.write({ text: "a" }, { text: "b" });
    await turns();
    answer.write({ text: "" }, { reasoning: "hm" }, { text: "c" });
    await turns();
    answer.write({ text: "d", done: true });
    answer.end();
    expect(await outcomes(reads)).toEqual(["a", "b", "c", "d", "done", "done", "done"]);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(await tokens.next()).toEqual({ done: true, value: undefined });
  });

  it("gives the first of those who wait the error, and the others the end", async () => {
    const tokens = llm()._streamIterator("x", config());
    const reads = Array.from({ length: 5 }, () => tokens.next());
    const read = outcomes(reads);
    const answer = await server.request();
    answer.write({ text: "a" }, { text: "b" }, { error: "boom" });
    const [a, b, error, ...others] = await read;
    expect([a, b]).toEqual(["a", "b"]);
    expect(error).toMatchObject({ code: "MODEL_STREAM", partial: "ab" });
    expect(others).toEqual(["done", "done"]);
    await answer.closed;
  });

  it("may be mixed with next() that is awaited", async () => {
    const tokens = llm()._streamIterator("x", config());
    const first = tokens.next();
    const answer = await server.request();
    answer.write(...[..."abcdef"].map((text) => ({ text })), { done: true });
    answer.end();
    const second = tokens.next();
    expect(await outcomes([first, second, tokens.next()])).toEqual(["a", "b", "c"]);
    expect(await tokens.next()).toMatchObject({ value: "d" });
    expect(await outcomes([tokens.next(), tokens.next(), tokens.next()])).toEqual([
      "e",
      "f",
      "done",
    ]);
  });

  it("ends for all when one of return() and throw() comes", async () => {
    for (const leave of ["return", "throw"] as const) {
      const handler = new Handler();
      const tokens = llm()._streamIterator("x", listens ? { callbacks: [handler] } : {});
      const reads = Array.from({ length: 3 }, () => tokens.next());
      const answer = await server.request();
      const left = leave === "return" ? tokens.return() : tokens.throw(new Error("mine"));
      const ending = outcomes([left]);
      expect(await outcomes(reads)).toEqual(["done", "done", "done"]);
      expect(await ending).toEqual([leave === "return" ? "done" : new Error("mine")]);
      expect(await answer.closed).toBe(true);
      expect(handler.terminals).toEqual(listens ? ["error"] : []);
    }
  });

  it("takes a thousand at a time", async () => {
    const tokens = llm()._streamIterator("x", config());
    const reads = outcomes(Array.from({ length: 1000 }, () => tokens.next()));
    const answer = await server.request();
    const records = Array.from({ length: 999 }, (_, at) => ({ text: `${at},` }));
    answer.write(...records, { done: true });
    answer.end();
    expect((await reads).join("")).toBe(`${records.map(({ text }) => text).join("")}done`);
  });
});

describe("leaving", () => {
  type Leave = (tokens: AsyncGenerator<string, void, undefined>) => Promise<unknown>;
  const leaves: [name: string, leave: Leave][] = [
    ["return()", (tokens) => tokens.return()],
    ["throw()", (tokens) => rejection(tokens.throw(new Error("mine")))],
    ["asyncDispose", async (tokens) => tokens[Symbol.asyncDispose]()],
    ["return() twice", (tokens) => Promise.all([tokens.return(), tokens.return()])],
    [
      "throw() and return()",
      (tokens) => Promise.all([rejection(tokens.throw(new Error("mine"))), tokens.return()]),
    ],
  ];

  describe.each(leaves)("by %s", (_, leave) => {
    it("sends nothing before the first next()", async () => {
      const handler = new Handler();
      const tokens = llm()._streamIterator("x", { callbacks: [handler] });
      await leave(tokens);
      expect(await tokens.next()).toMatchObject({ done: true });
      await turns();
      expect(handler.heard).toEqual([]);
      expect(server.requests()).toBe(0);
    });

    it("closes the request while nobody reads", async () => {
      const handler = new Handler();
      const tokens = llm()._streamIterator("x", { callbacks: [handler] });
      const first = tokens.next();
      const answer = await server.request();
      answer.write({ text: "a" }, { text: "b" });
      await first;
      await leave(tokens);
      expect(await answer.closed).toBe(true);
      expect(handler.heard).toEqual(["start", "token a", "error"]);
      // What had arrived and was not read is void.
      expect(await tokens.next()).toMatchObject({ done: true });
    });

    it("closes the request though a token handler is still at work", async () => {
      const handler = new Handler({ slowAt: "token" });
      const tokens = llm()._streamIterator("x", { callbacks: [handler] });
      const reads = outcomes([tokens.next(), tokens.next()]);
      const answer = await server.request();
      answer.write({ text: "a" }, { text: "b" });
      await handler.reached.opened;
      const left = leave(tokens);
      expect(await answer.closed).toBe(true);
      handler.goOn.open();
      await left;
      expect((await reads)[1]).toBe("done");
      expect(handler.heard).toEqual(["start", "token a", "error"]);
    });

    it("does not wait for a token handler, which may be who leaves", async () => {
      const handler = new Handler({ slowAt: "token" });
      const tokens = llm()._streamIterator("x", { callbacks: [handler] });
      const reads = outcomes([tokens.next(), tokens.next()]);
      const answer = await server.request();
      answer.write({ text: "a" }, { text: "b" });
      await handler.reached.opened;
      await leave(tokens);
      expect(await reads).toEqual(["done", "done"]);
      expect(await answer.closed).toBe(true);
      handler.goOn.open();
    });

    it("sends nothing while a start handler is at work", async () => {
      const handler = new Handler({ slowAt: "start" });
      const tokens = llm()._streamIterator("x", { callbacks: [handler] });
      const reads = outcomes([tokens.next(), tokens.next()]);
      await handler.reached.opened;
      const left = leave(tokens);
      handler.goOn.open();
      await left;
      expect(await reads).toEqual(["done", "done"]);
      expect(handler.heard).toEqual(["start", "error"]);
      await turns();
      expect(server.requests()).toBe(0);
    });

    it("does not end a run twice that is ending", async () => {
      const handler = new Handler({ slowAt: "end" });
      const tokens = llm()._streamIterator("x", { callbacks: [handler] });
      const reads = outcomes([tokens.next(), tokens.next(), tokens.next()]);
      const answer = await server.request();
      answer.write({ text: "a", done: true });
      answer.end();
      await handler.reached.opened;
      await leave(tokens);
      handler.goOn.open();
      expect(await reads).toEqual(["a", "done", "done"]);
      expect(handler.heard).toEqual(["start", "token a", "end"]);
      expect(await tokens.next()).toMatchObject({ done: true });
    });

    it("does not end a run twice whose error is being told", async () => {
      const handler = new Handler({ slowAt: "error" });
      const tokens = llm()._streamIterator("x", { callbacks: [handler] });
      const reads = outcomes([tokens.next(), tokens.next()]);
      const answer = await server.request();
      answer.write({ error: "boom" });
      await handler.reached.opened;
      await leave(tokens);
      handler.goOn.open();
      expect(await reads).toMatchObject([{ code: "MODEL_STREAM" }, "done"]);
      expect(handler.terminals).toEqual(["error"]);
    });
  });
});

describe("an abort", () => {
  const start = (handler: Handler) => {
    const abort = new AbortController();
    const tokens = llm()._streamIterator("x", { callbacks: [handler], signal: abort.signal });
    return { abort, tokens };
  };

  it("ends the run once while reads wait", async () => {
    const handler = new Handler();
    const { abort, tokens } = start(handler);
    const reads = outcomes([tokens.next(), tokens.next(), tokens.next()]);
    const answer = await server.request();
    answer.write({ text: "a" });
    await turns(20);
    abort.abort();
    const [a, error, end] = await reads;
    expect([a, end]).toEqual(["a", "done"]);
    expect(error).toBe(abort.signal.reason);
    expect(await answer.closed).toBe(true);
    expect(handler.heard).toEqual(["start", "token a", "error"]);
  });

  it("closes the request at once, and ends the run, while a token handler is at work", async () => {
    const handler = new Handler({ slowAt: "token" });
    const { abort, tokens } = start(handler);
    const reads = outcomes([tokens.next(), tokens.next(), tokens.next()]);
    const answer = await server.request();
    answer.write({ text: "a" }, { text: "b" });
    await handler.reached.opened;
    abort.abort();
    expect(await answer.closed).toBe(true);
    handler.goOn.open();
    expect((await reads).filter((read) => read === abort.signal.reason)).toHaveLength(1);
    expect(handler.heard).toEqual(["start", "token a", "error"]);
  });

  it("sends nothing while a start handler is at work", async () => {
    const handler = new Handler({ slowAt: "start" });
    const { abort, tokens } = start(handler);
    const reads = outcomes([tokens.next(), tokens.next()]);
    await handler.reached.opened;
    abort.abort();
    handler.goOn.open();
    expect(await reads).toEqual([abort.signal.reason, "done"]);
    await turns();
    expect(handler.heard).toEqual(["start", "error"]);
    expect(server.requests()).toBe(0);
  });

  it("rejects at once though a handler never comes back, as in LangChain", async () => {
    for (const slowAt of ["start", "token"] as const) {
      const handler = new Handler({ slowAt });
      const abort = new AbortController();
      const reading = (async () => {
        const stream = await llm().stream("x", { callbacks: [handler], signal: abort.signal });
        for await (const _ of stream);
      })();
      const ended = rejection(reading);
      if (slowAt === "token") (await server.request()).write({ text: "a" });
      await handler.reached.opened;
      abort.abort();
      const patience = new Promise((resolve) => setTimeout(() => resolve("it hangs"), 20_000));
      expect(await Promise.race([ended, patience])).toBe(abort.signal.reason);
      handler.goOn.open();
      await turns();
      expect(handler.terminals).toEqual(["error"]);
    }
  });

  it("by which the reader leaves is over when the handlers have heard of it", async () => {
    for (const slowAt of ["start", "token", "error"] as const) {
      const handler = new Handler({ slowAt });
      const { abort, tokens } = start(handler);
      const read = rejection(tokens.next().then(() => tokens.next())).then((error) => {
        handler.heard.push("the reader");
        return error;
      });
      if (slowAt !== "start") (await server.request()).write({ text: "a" });
      if (slowAt === "error") await turns(20);
      else await handler.reached.opened;
      abort.abort(new ReaderLeft());
      await handler.reached.opened;
      await turns();
      handler.goOn.open();
      expect(await read).toBe(abort.signal.reason);
      const token = slowAt === "start" ? [] : ["token a"];
      expect(handler.heard).toEqual(["start", ...token, "error", "the reader"]);
    }
  });

  it("comes too late once the end is being told", async () => {
    const handler = new Handler({ slowAt: "end" });
    const { abort, tokens } = start(handler);
    const reads = outcomes([tokens.next(), tokens.next()]);
    const answer = await server.request();
    answer.write({ text: "a", done: true });
    answer.end();
    await handler.reached.opened;
    abort.abort();
    handler.goOn.open();
    expect(await reads).toEqual(["a", "done"]);
    expect(handler.heard).toEqual(["start", "token a", "end"]);
  });

  it("and return() end the run once, in either order", async () => {
    for (const first of ["abort", "return"] as const) {
      const handler = new Handler();
      const { abort, tokens } = start(handler);
      const read = tokens.next();
      const answer = await server.request();
      answer.write({ text: "a" });
      await read;
      if (first === "abort") abort.abort();
      const left = tokens.return();
      if (first === "return") abort.abort();
      await left;
      expect(await answer.closed).toBe(true);
      await turns();
      expect(handler.terminals).toEqual(["error"]);
      expect(await tokens.next()).toMatchObject({ done: true });
    }
  });
});

describe("a handler that may raise, and throws", () => {
  const silenced = () => vi.spyOn(console, "error").mockImplementation(() => undefined);
  let logged: ReturnType<typeof silenced>;
  beforeEach(() => {
    logged = silenced();
  });
  afterEach(() => {
    logged.mockRestore();
  });

  it("at start: nothing is sent", async () => {
    const handler = new Handler({ throwsAt: ["start"] });
    const tokens = llm()._streamIterator("x", { callbacks: [handler] });
    const [error, end] = await outcomes([tokens.next(), tokens.next()]);
    expect(error).toMatchObject({ message: "the handler's own, at start" });
    expect(end).toBe("done");
    expect(server.requests()).toBe(0);
  });

  it("at a token: the run ends with it once, the request is closed", async () => {
    for (const throwsAt of [["token"], ["token", "error"]] as const) {
      const handler = new Handler({ throwsAt });
      const tokens = llm()._streamIterator("x", { callbacks: [handler] });
      const reads = outcomes([tokens.next(), tokens.next()]);
      const answer = await server.request();
      answer.write({ text: "a" }, { text: "b" });
      const [error, end] = await reads;
      expect((error as Error).message).toMatch(/^the handler's own, at (token|error)$/);
      expect(end).toBe("done");
      expect(await answer.closed).toBe(true);
      expect(handler.heard).toEqual(["start", "token a", "error"]);
    }
  });

  it("at the end: the reader gets it, and the run has ended once", async () => {
    const handler = new Handler({ throwsAt: ["end", "error"] });
    const tokens = llm()._streamIterator("x", { callbacks: [handler] });
    const reads = outcomes([tokens.next(), tokens.next(), tokens.next()]);
    const answer = await server.request();
    answer.write({ text: "a", done: true });
    answer.end();
    const [a, error, end] = await reads;
    expect([a, end]).toEqual(["a", "done"]);
    expect(error).toMatchObject({ message: "the handler's own, at end" });
    expect(handler.terminals).toEqual(["end"]);
  });

  it("at an error: somebody gets an error, and the request is closed", async () => {
    const handler = new Handler({ throwsAt: ["error"] });
    const tokens = llm()._streamIterator("x", { callbacks: [handler] });
    const reads = outcomes([tokens.next(), tokens.next()]);
    const answer = await server.request();
    answer.write({ error: "boom" });
    const [error, end] = await reads;
    expect(error).toBeInstanceOf(Error);
    expect(end).toBe("done");
    expect(await answer.closed).toBe(true);
    expect(handler.terminals).toEqual(["error"]);
  });

  it("at the error of an abort while a read waits", async () => {
    const handler = new Handler({ throwsAt: ["error"] });
    const abort = new AbortController();
    const tokens = llm()._streamIterator("x", { callbacks: [handler], signal: abort.signal });
    const reads = outcomes([tokens.next(), tokens.next()]);
    const answer = await server.request();
    abort.abort();
    const [error, end] = await reads;
    expect(error).toBeInstanceOf(Error);
    expect(end).toBe("done");
    expect(await answer.closed).toBe(true);
    expect(handler.terminals).toEqual(["error"]);
  });

  it("at the error of an abort between two reads: no rejection is left unhandled", async () => {
    const handler = new Handler({ throwsAt: ["error"] });
    const abort = new AbortController();
    const tokens = llm()._streamIterator("x", { callbacks: [handler], signal: abort.signal });
    const read = tokens.next();
    const answer = await server.request();
    answer.write({ text: "a" });
    await read;
    abort.abort();
    expect(await answer.closed).toBe(true);
    await turns();
    expect(handler.terminals).toEqual(["error"]);
    expect(server.unhandled()).toEqual([]);
    expect(await rejection(tokens.next())).toBeInstanceOf(Error);
  });

  it("at the error of an abort while a token handler is at work", async () => {
    const handler = new Handler({ slowAt: "token", throwsAt: ["error"] });
    const abort = new AbortController();
    const tokens = llm()._streamIterator("x", { callbacks: [handler], signal: abort.signal });
    const reads = outcomes([tokens.next(), tokens.next()]);
    const answer = await server.request();
    answer.write({ text: "a" });
    await handler.reached.opened;
    abort.abort();
    expect(await answer.closed).toBe(true);
    await turns();
    handler.goOn.open();
    expect((await reads).some((read) => read instanceof Error)).toBe(true);
    expect(handler.terminals).toEqual(["error"]);
    expect(server.unhandled()).toEqual([]);
  });

  it("at the error of a reader that left", async () => {
    const handler = new Handler({ throwsAt: ["error"] });
    const tokens = llm()._streamIterator("x", { callbacks: [handler] });
    const read = tokens.next();
    const answer = await server.request();
    answer.write({ text: "a" });
    await read;
    await Promise.allSettled([tokens.return()]);
    expect(await answer.closed).toBe(true);
    expect(handler.terminals).toEqual(["error"]);
    expect(await tokens.next()).toMatchObject({ done: true });
  });
});

describe("AnswerIterator over a source of its own", () => {
  it("asks one thing at a time, also when the source answers at once", async () => {
    let asked = 0;
    let pending = false;
    const batches: (readonly number[] | undefined)[] = [[1, 2], [3], [4, 5, 6], undefined];
    const answer = new AnswerIterator<number>({
      signal: undefined,
      abortError: () => new Error("unused"),
      open: () => ({
        source: {
          next: (reader: PieceReader<unknown>) => {
            expect(pending).toBe(false);
            pending = true;
            const at = asked++;
            const give = (): void => {
              pending = false;
              reader.onPieces(batches[at]);
            };
            if (at % 2 === 0) give();
            else setImmediate(give);
          },
          close: () => undefined,
        },
        // Every second piece says nothing.
        take: (piece) => ((piece as number) % 2 === 0 ? (piece as number) : undefined),
      }),
    });
    const reads = Array.from({ length: 5 }, () => answer.next());
    expect(await outcomes(reads)).toEqual([2, 4, 6, "done", "done"]);
    expect(asked).toBe(4);
  });

  it("fails where it cannot listen to its signal", async () => {
    const iterator = new AnswerIterator({
      signal: {} as AbortSignal,
      abortError: () => new Error("aborted"),
      open: () => expect.fail("nothing is opened"),
    });
    expect(await rejection(iterator.next())).toBeInstanceOf(TypeError);
    expect(await iterator.next()).toMatchObject({ done: true });
  });

  it("ends once, and closes its source, when take() throws", async () => {
    const closed: unknown[] = [];
    const failed: unknown[] = [];
    const own = new Error("take's own");
    const answer = new AnswerIterator<number>({
      signal: undefined,
      abortError: () => new Error("unused"),
      open: () => ({
        source: {
          next: (reader: PieceReader<unknown>) => reader.onPieces([1, 2, 3]),
          close: (reason) => void closed.push(reason),
        },
        take: (piece) => {
          if (piece === 2) throw own;
          return piece as number;
        },
      }),
      failed: async (error) => void failed.push(error),
    });
    expect(await answer.next()).toMatchObject({ value: 1 });
    expect(await outcomes([answer.next(), answer.next()])).toEqual([own, "done"]);
    expect(closed).toEqual([own]);
    expect(failed).toEqual([own]);
  });
});
