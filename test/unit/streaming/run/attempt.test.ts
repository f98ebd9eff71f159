import { describe, expect, it } from "vitest";
import { HttpStatusError } from "../../../../src/errors.js";
import type { NextRequest } from "../../../../src/streaming/hooks/hook-types.js";
import { tryOnce } from "../../../../src/streaming/run/attempt.js";
import { runEffects } from "../../../helpers/run-effects.js";
import { ENDPOINT, stateOf, type CallParts } from "../../../helpers/run-scripted.js";

const OK = { status: 200, headers: {} };

describe("tryOnce", () => {
  it("sends what the hooks say, and reads the answer", () => {
    const state = stateOf();
    const { text, requests } = runEffects(
      tryOnce(state, undefined, { attempt: 0 }),
      ['"ok"\n'],
      [OK],
    );
    expect([text, requests.length, state.tries]).toEqual(["ok", 1, 1]);
  });

  it("does not send the same request again after a 401", () => {
    const state = stateOf();
    const error = new HttpStatusError("who is it?", { status: 401 });
    runEffects(tryOnce(state, undefined, { attempt: 0 }), [], [{ status: 401, headers: {} }]);
    const again = runEffects(tryOnce(state, undefined, { attempt: 1, error }), [], [OK]);
    expect([again.error, again.requests, state.tries]).toEqual([error, [], 1]);
  });

  it.each<[string, (attempt: number) => CallParts]>([
    ["the query", (attempt) => ({ endpoint: () => `${ENDPOINT}?key=${attempt}` })],
    ["the body", (attempt) => ({ payload: () => ({ key: attempt }) })],
    ["a header more", (attempt) => ({ headers: () => [attempt > 0 ? { "x-key": "k" } : {}] })],
    ["a header less", (attempt) => ({ headers: () => [attempt > 0 ? {} : { "x-key": "k" }] })],
  ])("sends a request again after a 401 that is another by %s", (_, partsOf) => {
    const parts: CallParts = {};
    const state = stateOf(parts);
    const error = new HttpStatusError("who is it?", { status: 401 });
    Object.assign(state.call, partsOf(0));
    runEffects(tryOnce(state, undefined, { attempt: 0 }), [], [{ status: 401, headers: {} }]);
    Object.assign(state.call, partsOf(1));
    const again = runEffects(tryOnce(state, undefined, { attempt: 1, error }), ['"ok"\n'], [OK]);
    expect([again.text, again.requests.length, state.tries]).toEqual(["ok", 1, 2]);
  });

  it("goes through the steps of a job to the one that is the answer", () => {
    const steps: number[] = [];
    const state = stateOf({
      nextRequest: (_, { step }) => {
        steps.push(step);
        const url = `http://models.test/${step}`;
        return { url, afterMs: 5, headers: { "x-step": `${step}` }, stream: step === 1 };
      },
    });
    const reads = ["{}", undefined, "{}", undefined, '"ok"\n'] as string[];
    const run = runEffects(tryOnce(state, undefined, { attempt: 0 }), reads, [OK, OK, OK]);
    expect([run.text, steps]).toEqual(["ok", [0, 1]]);
    expect(run.requests.map(({ url, headers }) => [url, headers["x-step"]])).toEqual([
      ["http://models.test/generate", undefined],
      ["http://models.test/0", "0"],
      ["http://models.test/1", "1"],
    ]);
    expect(run.kinds.filter((kind) => kind === "sleep")).toHaveLength(2);
  });

  it("rests before a step of a job that repeats the one before, unless that says how long", () => {
    const asked: Partial<NextRequest>[] = [{}, {}, {}, { payload: { id: 1 } }, {}, { afterMs: 0 }];
    const pausesOf = (more: readonly Partial<NextRequest>[]) => {
      const url = new URL("http://models.test/1");
      const nextRequest = (_: unknown, { step }: { step: number }) =>
        step < more.length ? { url, ...more[step] } : null;
      const reads = more.flatMap(() => ["{}", undefined]).concat('"ok"') as string[];
      const heads = [OK, ...more.map(() => OK)];
      const job = tryOnce(stateOf({ nextRequest }), undefined, { attempt: 0 });
      const { effects } = runEffects(job, reads, heads);
      return effects.flatMap((effect) => (effect.kind === "sleep" ? [effect.ms] : []));
    };
    expect(pausesOf(asked)).toEqual([0, 100, 200, 0, 0, 0]);
    expect(pausesOf(Array.from({ length: 13 }, () => ({}))).slice(-3)).toEqual([1000, 1000, 1000]);
  });

  it("asks for the rest with what goes on from a step, whose headers stay with its server", () => {
    const rest = (url: string) => ({
      continuation: { url, payload: null, headers: { "x-rest": "1" } },
      repeated: undefined as never,
    });
    for (const [url, kept] of [
      ["http://models.test/rest", "1"],
      ["http://other.test/rest", undefined],
    ] as const) {
      const state = stateOf({ nextRequest: () => ({ url: "/", stream: true }) });
      const begun = tryOnce(state, undefined, { attempt: 0 });
      begun.next();
      state.reach({ url: "http://models.test/1", headers: { "x-step": "1" }, stream: true });
      const { requests } = runEffects(tryOnce(state, rest(url), { attempt: 1 }), ['"b"\n'], [OK]);
      expect(requests).toMatchObject([{ url, method: "GET", headers: { "x-rest": "1" } }]);
      expect(requests[0]!.headers["x-step"]).toBe(kept);
    }
  });
});
