import { describe, expect, it } from "vitest";
import { HookError, TruncatedStreamError } from "../../../../src/errors.js";
import { planRest } from "../../../../src/streaming/call/plan-rest.js";
import { runEffects } from "../../../helpers/run-effects.js";
import { stateOf, type CallParts } from "../../../helpers/run-scripted.js";

const BREAK = new TruncatedStreamError("broke off");

/** Plans the rest of an answer of which `half` has come. */
function plan(continuation: unknown, parts: CallParts = {}, half: unknown = "half") {
  const continueFrom = (() => continuation) as unknown as NonNullable<CallParts["continueFrom"]>;
  const state = stateOf({ continueFrom, partial: () => "half", ...parts });
  state.answer.take(half);
  return runEffects(planRest(state, BREAK));
}

describe("planRest", () => {
  it("asks the model, with what has come", () => {
    const asked: unknown[] = [];
    const continueFrom = (...args: unknown[]) => {
      asked.push(...args);
      return { payload: { prefix: "half" }, repeats: "none" as const };
    };
    const { result } = plan(undefined, { continueFrom });
    expect(result?.continuation).toMatchObject({ payload: { prefix: "half" } });
    expect(result?.repeated.isOver).toBe(true);
    expect(asked).toMatchObject([{ text: "half", reasoning: "" }, { error: BREAK }]);
  });

  it("keeps another object that the hook has put in the place of its state", () => {
    const continueFrom: CallParts["continueFrom"] = (_, context) => {
      Object.assign(context, { state: { place: 4 } });
      return { payload: {} };
    };
    const state = stateOf({ continueFrom, partial: () => "half" });
    runEffects(planRest(state, BREAK));
    expect(state.answerState).toEqual({ place: 4 });
  });

  it.each([null, undefined])("plans none where the model says %s", (said) => {
    expect(plan(said)).toMatchObject({ result: undefined, error: undefined });
  });

  it("plans none behind a tool call, or for an answer that a schema shapes", () => {
    const call = { toolCalls: [{ index: 0, id: "c", name: "f", args: "{" }] };
    expect(plan({ payload: {} }, {}, call).result).toBeUndefined();
    expect(plan({ payload: {} }, { isShaped: true }).result).toBeUndefined();
    // A server with a cursor knows how they began.
    expect(plan({ cursor: true }, {}, call).result).toBeDefined();
  });

  it("plans none where the pieces of a tool call may come again, which would double them", () => {
    const call = { toolCalls: [{ index: 0, id: "c", name: "f", args: '{"a":"x' }] };
    expect(plan({ cursor: true, repeats: "all" }, {}, call).result).toBeUndefined();
    expect(plan({ cursor: true, repeats: { from: 4 } }, {}, call).result).toBeUndefined();
    expect(plan({ cursor: true, repeats: "all" }).result).toBeDefined();
  });

  it("plans none where a part of the thoughts may come again", () => {
    const none = { partial: () => "" };
    const thought = { reasoning: "so" };
    expect(plan({ cursor: true, repeats: { from: 0 } }, none, thought).result).toBeUndefined();
    expect(plan({ cursor: true, repeats: "all" }, none, thought).result).toBeDefined();
  });

  it.each<[unknown, RegExp]>([
    ["again", /returned a string/],
    [[], /returned an array/],
    [{ repeat: "all" }, /perhaps repeats was meant/],
    [{ method: "PATCH" }, /wrong method/],
    [{ cursor: 1 }, /wrong cursor/],
    [{ repeats: "some" }, /is wrong/],
  ])("refuses %j", (said, message) => {
    const { error } = plan(said);
    expect(HookError.isInstance(error)).toBe(true);
    expect((error as Error).message).toMatch(message);
  });
});
