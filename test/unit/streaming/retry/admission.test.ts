import { describe, expect, it } from "vitest";
import { ConnectionError, HttpStatusError, TimeoutError } from "../../../../src/errors.js";
import { SyncDriver } from "../../../../src/streaming/drivers/sync-driver.js";
import { Admission, type AdmissionOptions } from "../../../../src/streaming/retry/admission.js";
import { Permits } from "../../../../src/streaming/retry/permits.js";
import { RateLimitGates } from "../../../../src/streaming/retry/rate-limit-gates.js";
import { NEVER, runEffects } from "../../../helpers/run-effects.js";

const URL_OF_MODEL = new URL("http://models.test/");
const refusal = (retryAfterMs?: number) =>
  new HttpStatusError("too many", { status: 429, retryAfterMs });
const admission = (parts: Partial<AdmissionOptions> = {}) =>
  new Admission({ settings: { maxRetries: 2 }, ...parts });
const enter = (one: Admission) => runEffects(one.acquire(URL_OF_MODEL, {}, NEVER));

describe("Admission", () => {
  it("lets a call through at once", () => {
    expect(enter(admission())).toMatchObject({ result: false, kinds: [] });
    expect(enter(admission({ gates: new RateLimitGates(String, 1) }))).toMatchObject({
      result: false,
    });
  });

  it("counts failures up to the retries", () => {
    const one = admission();
    const failures = [1, 2, 3].map(() => one.failed(new ConnectionError("x")));
    expect(failures).toEqual([false, false, true]);
  });

  it("pauses as long as the server asks", () => {
    const one = admission();
    one.failed(refusal(1234));
    expect(one.pauseMs(refusal(1234))).toBe(1234);
    const { effects } = runEffects(one.pause(1234, NEVER));
    expect(effects).toMatchObject([{ kind: "sleep", ms: 1234 }]);
  });

  it("holds its place until the call is over", () => {
    const gates = new RateLimitGates(String, 1);
    expect(runEffects(admission({ gates }).enter(NEVER)).kinds).toEqual(["hold"]);
    expect(runEffects(admission({ gates, syncDriver: SyncDriver }).enter(NEVER)).kinds).toEqual([]);
    expect(runEffects(admission().enter(NEVER)).kinds).toEqual([]);
  });

  it("waits at the gate when another call was refused", () => {
    const gates = new RateLimitGates(String);
    const [first, second] = [admission({ gates }), admission({ gates })];
    enter(first);
    first.failed(refusal(60_000));
    const waiting = enter(second);
    expect(waiting.kinds).toEqual(["settle"]);
    expect(waiting.effects).toMatchObject([{ hook: "rateLimitGate" }]);
    first.release();
    second.release();
  });

  it("says why it waited, where the time ran out meanwhile", () => {
    const gates = new RateLimitGates(String);
    const [first, waiting] = [admission({ gates }), admission({ gates })];
    enter(first);
    first.failed(refusal(60_000));
    for (const one of [waiting, admission({ gates, syncDriver: SyncDriver })]) {
      const effects = one.acquire(URL_OF_MODEL, {}, NEVER);
      effects.next();
      const timeout = new TimeoutError("total", 300);
      expect(() => effects.throw(timeout)).toThrow(timeout);
      expect((timeout.cause as Error).message).toContain("had refused other calls");
    }
    first.release();
    waiting.release();
  });

  it("says what failed before, where the time ran out while it waited for a permit", async () => {
    const permits = new Permits(1);
    const release = await permits.acquire(-1);
    const failure = new ConnectionError("x");
    for (const cause of [undefined, failure]) {
      const one = admission({ permits });
      if (cause !== undefined) one.failed(cause);
      const effects = one.enter(NEVER);
      effects.next();
      const timeout = new TimeoutError("total", 300);
      expect(() => effects.throw(timeout)).toThrow(timeout);
      expect(timeout.cause).toBe(cause);
    }
    release();
  });

  it("sleeps instead, where the call blocks the thread", () => {
    const gates = new RateLimitGates(String);
    const [first, blocking] = [admission({ gates }), admission({ gates, syncDriver: SyncDriver })];
    enter(first);
    first.failed(refusal(60_000));
    expect(enter(blocking).kinds).toEqual(["sleep"]);
    first.release();
  });
});
