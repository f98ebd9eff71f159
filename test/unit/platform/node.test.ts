import { describe, expect, it } from "vitest";
import { defaultTransport, undiciTransport } from "../../../src/platform/node.js";

describe("Node's platform", () => {
  it("has undici for both paths", () => {
    for (const transport of [defaultTransport, undiciTransport()]) {
      expect(transport.name).toBe("undici");
      expect(transport.openSync).toBeTypeOf("function");
    }
  });
});
