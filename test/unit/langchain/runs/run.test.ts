import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { describe, expect, it } from "vitest";
import {
  awaitIfRaising,
  managerFor,
  Run,
  startRun,
  type RunManager,
} from "../../../../src/langchain/runs/run.js";

const RESULT = { generations: [[{ text: "a" }]] };

function run() {
  const heard: unknown[] = [];
  const manager = {
    handleLLMEnd: async (result: unknown) => void heard.push(result),
    handleLLMError: async (error: unknown) => void heard.push(error),
  } as unknown as RunManager;
  return { heard, run: new Run(manager) };
}

describe("Run", () => {
  it("ends once, whichever ending comes first", async () => {
    const ended = run();
    expect(ended.run.ended).toBe(false);
    await ended.run.end(RESULT);
    await ended.run.fail(new Error("late"));
    expect([ended.heard, ended.run.ended]).toEqual([[RESULT], true]);
    const failed = run();
    const error = new Error("x");
    await Promise.all([failed.run.fail(error), failed.run.end(RESULT), failed.run.fail(error)]);
    expect(failed.heard).toEqual([error]);
  });

  it("ends with an error after all handlers were told of the token in which one of them ended it", async () => {
    const heard: string[] = [];
    const managed: { run?: Run } = {};
    const hearing = (name: string, onToken?: () => void) =>
      BaseCallbackHandler.fromMethods({
        handleLLMNewToken: () => {
          heard.push(`${name} token`);
          onToken?.();
        },
        handleLLMError: () => void heard.push(`${name} error`),
      });
    const ending = hearing("first", () => void managed.run?.fail(new Error("enough")));
    const handlers = [ending, hearing("second")];
    for (const handler of handlers) handler.awaitHandlers = true;
    managed.run = await startRun({ callbacks: handlers, verbose: false }, {}, {}, (all) =>
      all.handleLLMStart({ lc: 1, type: "not_implemented", id: ["x"] }, ["Why?"]),
    );
    await managed.run.manager?.handleLLMNewToken("a");
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual(["first token", "second token", "first error", "second error"]);
  });

  it("ends also where nobody listens", async () => {
    const silent = new Run(undefined);
    await silent.end(RESULT);
    expect(silent.ended).toBe(true);
  });
});

describe("startRun", () => {
  it("tells the handlers of model and call, with tags and metadata of both", async () => {
    const started: string[] = [];
    const handler = (name: string) =>
      BaseCallbackHandler.fromMethods({
        handleLLMStart: (_llm, _prompts, _run, _parent, _extra, tags) => {
          started.push(`${name} ${[...(tags ?? [])].sort().join()}`);
        },
      });
    const { manager } = await startRun(
      { callbacks: [handler("model")], tags: ["m"], verbose: false },
      { callbacks: [handler("call")], tags: ["c"] },
      {},
      (all) => all.handleLLMStart({ lc: 1, type: "not_implemented", id: ["x"] }, ["Why?"]),
    );
    expect(started.map((entry) => entry.split(" ")[0]).sort()).toEqual(["call", "model"]);
    expect(manager?.runId).toBeDefined();
  });
});

describe("awaitIfRaising", () => {
  it("makes LangChain wait for a handler that may raise, and for no other", () => {
    const waited = (raiseError: boolean): boolean => {
      const handler = Object.assign(BaseCallbackHandler.fromMethods({}), { raiseError });
      awaitIfRaising(handler);
      return handler.awaitHandlers;
    };
    expect([waited(true), waited(false)]).toEqual([true, false]);
    expect(() => {
      const handler = BaseCallbackHandler.fromMethods({});
      awaitIfRaising(Object.freeze(Object.assign(handler, { raiseError: true })));
    }).not.toThrow();
  });

  it("goes for all handlers of a model and a call", () => {
    const raising = () => [Object.assign({ handleLLMEnd: () => undefined }, { raiseError: true })];
    const model = { callbacks: raising(), verbose: false };
    const manager = managerFor(model, { callbacks: raising() });
    expect(manager?.handlers.map(({ awaitHandlers }) => awaitHandlers)).toEqual([true, true]);
  });
});
