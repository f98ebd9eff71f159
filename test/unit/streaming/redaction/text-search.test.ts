import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  lengthOfBeginning,
  SHORTEST_SEARCHED,
  spansOf,
} from "../../../../src/streaming/redaction/text-search.js";

/** Texts of few letters: they repeat themselves, and hold each other. */
const text = (minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom("a", "b"), { minLength, maxLength }).map((letters) => letters.join(""));

describe("spansOf", () => {
  it("finds each place of a text in another", () => {
    fc.assert(
      fc.property(text(SHORTEST_SEARCHED, 9), text(0, 60), (searched, where) => {
        const expected = new Set<number>();
        for (let at = 0; at <= where.length - searched.length; at++) {
          if (!where.startsWith(searched, at)) continue;
          for (let place = at; place < at + searched.length; place++) expected.add(place);
        }
        const found = spansOf(searched, where).flatMap(([from, to]) =>
          Array.from({ length: to - from }, (_, place) => from + place),
        );
        expect(found).toEqual([...expected].sort((a, b) => a - b));
      }),
    );
  });

  it("gives places that overlap as one, and others by themselves", () => {
    expect(spansOf("abcabc", "-abcabcabc-")).toEqual([[1, 10]]);
    expect(spansOf("abcdef", "abcdefabcdef")).toEqual([
      [0, 6],
      [6, 12],
    ]);
  });

  it("takes no square of the lengths, though both are the same letter all along", () => {
    const { length } = "a".repeat(1_000_000);
    expect(spansOf("a".repeat(length / 2), "a".repeat(length))).toEqual([[0, length]]);
    expect(spansOf(`${"a".repeat(length / 2)}b`, "a".repeat(length))).toEqual([]);
  });
});

describe("lengthOfBeginning", () => {
  it("finds the longest beginning of a text in which another one ends", () => {
    fc.assert(
      fc.property(text(SHORTEST_SEARCHED, 12), text(0, 40), (searched, where) => {
        let expected = Math.min(searched.length, where.length);
        while (expected > 0 && !where.endsWith(searched.slice(0, expected))) expected--;
        const isLong = expected >= SHORTEST_SEARCHED;
        expect(lengthOfBeginning(searched, where)).toBe(isLong ? expected : 0);
      }),
    );
  });

  it("takes no square of the lengths, though both are the same letter nearly all along", () => {
    const many = "a".repeat(500_000);
    expect(lengthOfBeginning(many, `${many}b`)).toBe(0);
    expect(lengthOfBeginning(`${many}c`, `b${many}`)).toBe(many.length);
  });
});
