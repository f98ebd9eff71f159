import { describe, expect, it } from "vitest";
import { defaultTransport, undiciTransport } from "../../../src/platform/bun.js";

describe("The platform bun", () => {
  it("asks through fetch, and waits through undici", () => {
    expect(defaultTransport.name).toBe("fetch");
    expect(defaultTransport.openSync).toBeTypeOf("function");
    expect(undiciTransport().name).toBe("undici");
  });
});
