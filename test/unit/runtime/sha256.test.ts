import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/runtime/sha256.js";

describe("sha256", () => {
  it("is that of Node, for texts of every length around its blocks", () => {
    for (const text of [
      "",
      "abc",
      "é🐇",
      ...Array.from({ length: 130 }, (_, n) => "x".repeat(n)),
    ]) {
      expect(sha256(text)).toBe(createHash("sha256").update(text).digest("base64url"));
    }
  });
});
