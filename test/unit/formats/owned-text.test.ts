import { describe, expect, it } from "vitest";
import { ownedText } from "../../../src/formats/owned-text.js";
import { heapInUseNow } from "../../helpers/leaks.js";

describe("ownedText", () => {
  it("is the same text", () => {
    for (const text of ["", "short", "x".repeat(13), "é🐇".repeat(100), "y".repeat(20_000)]) {
      expect(ownedText(text)).toBe(text);
    }
  });

  it("does not keep the text alive that it was cut from", () => {
    const MIB = 1024 * 1024;
    const before = heapInUseNow();
    const kept = Array.from({ length: 50 }, (_, index) => {
      const read = `${index}`.repeat(16 * 1024).slice(0, 16 * 1024 - 1) + "end";
      const text = Buffer.from(read.repeat(16)).toString("latin1");
      return ownedText(text.slice(100, 200));
    });
    // Fifty reads of some 256 KiB.
    expect(heapInUseNow() - before).toBeLessThan(6 * MIB);
    expect(kept).toHaveLength(50);
  });
});
