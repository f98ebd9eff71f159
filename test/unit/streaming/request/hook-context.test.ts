import { describe, expect, it } from "vitest";
import { SynchronousHookError } from "../../../../src/errors.js";
import { SideCalls } from "../../../../src/streaming/side/side-calls.js";
import { SyncDriver } from "../../../../src/streaming/drivers/sync-driver.js";
import { HookContext } from "../../../../src/streaming/request/hook-context.js";
import { NEVER } from "../../../helpers/run-effects.js";
import { modelCall } from "../../../helpers/run-scripted.js";

const URL_OF_MODEL = new URL("http://models.test/x");
const context = (facts = {}, isBlocking = false) => {
  const call = modelCall({ syncDriver: isBlocking ? SyncDriver : undefined });
  return new HookContext({ attempt: 1, ...facts }, new SideCalls(call, () => NEVER));
};

describe("HookContext", () => {
  it("says of the attempt what is known, and nothing else", () => {
    expect(Object.keys(context())).not.toContain("error");
    const sent = { authorization: "x" };
    expect(context({ sent })).toMatchObject({ attempt: 1, sent });
    expect([context().isSynchronous, context({}, true).isSynchronous]).toEqual([false, true]);
  });

  it("gives the bytes of the body, where they are known", () => {
    const bodyOf = (body: unknown) => context().withBody(URL_OF_MODEL, "POST", body as string).body;
    expect(bodyOf(undefined)).toHaveLength(0);
    expect([...bodyOf("é")]).toEqual([0xc3, 0xa9]);
    const bytes = Uint8Array.of(1);
    expect(bodyOf(bytes)).toBe(bytes);
    expect(() => bodyOf(new FormData())).toThrow(SynchronousHookError);
  });

  it("says where the request goes, and how far a job is", () => {
    expect(context().withTarget(URL_OF_MODEL, "PUT")).toMatchObject({
      url: "http://models.test/x",
      method: "PUT",
      attempt: 1,
    });
    const state = { id: 1 };
    expect(context().withStep(2, state)).toMatchObject({ step: 2, state });
  });

  it("has a signal that fires when the call is over", () => {
    const calls = new SideCalls(modelCall({}), () => NEVER);
    const { signal } = new HookContext({ attempt: 0 }, calls);
    expect(signal.aborted).toBe(false);
    calls.end();
    expect(signal.aborted).toBe(true);
    expect(new HookContext({ attempt: 0 }, calls).signal.aborted).toBe(true);
  });
});
