import { describe, expect, it } from "vitest";
import * as undici from "undici";
import { loadUndici } from "../../../../src/transport/undici/load.js";

describe("loadUndici", () => {
  it("loads it once", async () => {
    const [first, second] = [loadUndici(), loadUndici()];
    expect(second).toBe(first);
    expect((await first).Agent).toBe(undici.Agent);
  });
});
