import { describe, expect, it } from "vitest";
import { HookError } from "../../../src/errors.js";
import { defaultTransport, undiciTransport } from "../../../src/platform/web.js";

describe("The platform web", () => {
  it("asks through fetch, does not wait, and refuses undici", () => {
    expect(defaultTransport.name).toBe("fetch");
    expect(defaultTransport).not.toHaveProperty("openSync");
    expect(() => undiciTransport()).toThrow(HookError);
    expect(() => undiciTransport()).toThrow("Use fetchTransport()");
  });
});
