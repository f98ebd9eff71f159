import { describe, expect, it } from "vitest";
import * as protocol from "../../../../src/transport/worker/protocol.js";

describe("The protocol of the worker", () => {
  it("has a cell for each sign of life, all within the shared memory", () => {
    const cells = [protocol.SIGNAL, protocol.PULSE, protocol.STATE];
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...cells) * Int32Array.BYTES_PER_ELEMENT).toBeLessThan(protocol.SHARED_BYTES);
    expect(new Set([protocol.STARTING, protocol.READY, protocol.DEAD]).size).toBe(3);
    // What fresh memory holds.
    expect(protocol.STARTING).toBe(0);
  });

  it("reports what was read before the window is full, or both sides would wait", () => {
    expect(protocol.ACKNOWLEDGE_BYTES).toBeGreaterThan(0);
    expect(protocol.ACKNOWLEDGE_BYTES).toBeLessThan(protocol.WINDOW_BYTES);
  });
});
