import { describe, expect, it } from "vitest";
import { chainOf } from "../../../../src/streaming/redaction/error-chain.js";

describe("chainOf", () => {
  it("gives an error and its causes, as far as they are errors", () => {
    const cause = new Error("b", { cause: "words" });
    const error = new Error("a", { cause });
    expect([...chainOf(error)]).toEqual([error, cause]);
    expect([...chainOf("words")]).toEqual([]);
  });

  it("ends where a chain does not", () => {
    const ring = new Error("a");
    ring.cause = ring;
    expect([...chainOf(ring)]).toHaveLength(5);
  });
});
