import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { digestOf } from "../../../../src/langchain/privacy/digest.js";

describe("digestOf", () => {
  it("is the same on every platform, for texts of every length around the blocks", () => {
    for (const text of [
      "",
      "abc",
      "é🐇",
      ...Array.from({ length: 130 }, (_, n) => "x".repeat(n)),
    ]) {
      expect(digestOf(text)).toBe(createHash("sha256").update(text).digest("hex"));
    }
  });
});
