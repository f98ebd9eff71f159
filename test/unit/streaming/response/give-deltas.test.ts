import { describe, expect, it } from "vitest";
import type { Delta } from "../../../../src/streaming/delta/delta.js";
import { give, giveLast } from "../../../../src/streaming/response/give-deltas.js";
import { runEffects } from "../../../helpers/run-effects.js";
import { stateOf } from "../../../helpers/run-scripted.js";

const DELTAS: readonly Delta[] = [{ text: "a" }];

describe("give", () => {
  it("notes that the reader has a part of the answer, where there is one", () => {
    const state = stateOf({});
    expect(runEffects(give(state, [])).deltas).toEqual([]);
    expect(state.delivered).toBe(false);
    expect(runEffects(give(state, DELTAS)).deltas).toEqual(DELTAS);
    expect(state.delivered).toBe(true);
  });
});

describe("giveLast", () => {
  it("says something of the call, unless the response failed", () => {
    const given = (failure?: Error) =>
      runEffects(giveLast(stateOf({}), { failure }, DELTAS)).deltas;
    const call = { attempts: 0, time_to_first_token: expect.any(Number) };
    expect(given()).toEqual([{ text: "a", call }]);
    expect(given(new Error("cut"))).toEqual(DELTAS);
  });
});
