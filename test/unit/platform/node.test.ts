import { describe, expect, it } from "vitest";
import { defaultTransport, undiciTransport } from "../../../src/platform/node.js";

describe("The platform node", () => {
  it("asks through undici, on both paths", () => {
    expect(defaultTransport.name).toBe("undici");
    expect(defaultTransport.openSync).toBeTypeOf("function");
    expect(undiciTransport().name).toBe("undici");
  });
});
