import { afterEach, describe, expect, it, vi } from "vitest";
import { withoutHiddenTimeouts } from "../../../../src/transport/fetch/hidden-timeouts.js";

const KEY = Symbol.for("undici.globalDispatcher.1");

describe("withoutHiddenTimeouts", () => {
  // Node has its undici by then.
  const before: unknown = typeof Response === "function" ? Reflect.get(globalThis, KEY) : undefined;
  afterEach(() => {
    Reflect.set(globalThis, KEY, before);
    vi.unstubAllGlobals();
  });

  it("gives Node's fetch its own dispatcher, which waits as long as it is let", () => {
    const asked: object[] = [];
    const isMockActive = true;
    const dispatch = (options: object) => asked.push(options) > 0;
    Reflect.set(globalThis, KEY, { dispatch, isMockActive });
    const { timeout, dispatcher } = withoutHiddenTimeouts() as {
      timeout: boolean;
      dispatcher: { dispatch(options: object, handler: object): boolean; isMockActive: boolean };
    };
    expect(timeout).toBe(false);
    expect(dispatcher.dispatch({ path: "/", bodyTimeout: 300_000 }, {})).toBe(true);
    expect(asked).toEqual([{ path: "/", headersTimeout: 0, bodyTimeout: 0 }]);
    expect(dispatcher.isMockActive).toBe(true);
  });

  it("asks Bun's fetch to have none, and others for nothing that they know", () => {
    vi.stubGlobal("Response", undefined);
    expect(withoutHiddenTimeouts()).toEqual({ timeout: false });
  });
});
