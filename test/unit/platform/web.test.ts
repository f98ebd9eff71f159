import { describe, expect, it } from "vitest";
import { HookError, SynchronousHookError } from "../../../src/errors.js";
import { defaultTransport, SyncDriver, undiciTransport } from "../../../src/platform/web.js";
import { sleep, type Effects } from "../../../src/streaming/effects.js";
import { NEVER } from "../../helpers/run-effects.js";

describe("The platform web", () => {
  it("asks through fetch, does not wait, and refuses undici", () => {
    expect(defaultTransport.name).toBe("fetch");
    expect(defaultTransport).not.toHaveProperty("openSync");
    expect(() => undiciTransport()).toThrow(HookError);
    expect(() => undiciTransport()).toThrow("Use fetchTransport()");
  });

  it("refuses to block, as a failure of the call", () => {
    let seen: unknown;
    const call = (function* (): Effects<void> {
      try {
        yield* sleep(0, NEVER);
      } catch (error) {
        seen = error;
        throw error;
      }
    })();
    const driver = new SyncDriver(call);
    expect(() => driver.batches()).toThrow(SynchronousHookError);
    expect(seen).toMatchObject({ hook: "transport" });
    expect(driver.overdue).toBe(false);
  });
});
