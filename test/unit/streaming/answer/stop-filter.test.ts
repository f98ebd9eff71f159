import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StopSequenceFilter } from "../../../../src/streaming/answer/stop-filter.js";
import { budget, CHARACTERS } from "../../../helpers/properties.js";

function guard(stops: readonly string[], pieces: readonly string[]) {
  const stopGuard = new StopSequenceFilter(stops);
  const given = pieces.map((piece) => stopGuard.push(piece));
  return { given, text: given.join("") + stopGuard.flush(), stopped: stopGuard.stopped };
}

/** On the whole text: the first end of any stop decides, of those that end there the longest. */
function reference(stops: readonly string[], text: string) {
  const sought = stops.filter((stop) => stop !== "").sort((a, b) => b.length - a.length);
  for (let end = 1; end <= text.length; end++) {
    const found = sought.find((stop) => text.slice(0, end).endsWith(stop));
    if (found !== undefined) return { text: text.slice(0, end - found.length), stopped: true };
  }
  return { text, stopped: false };
}

function cut(text: string, positions: readonly number[]): string[] {
  const cuts = [...new Set(positions.map((position) => position % (text.length + 1)))];
  const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
  return edges.slice(1).map((edge, index) => text.slice(edges[index], edge));
}

describe("StopSequenceFilter", () => {
  it("lets text through at once when there are no stop sequences", () => {
    expect(guard([], ["a", "b"]).given).toEqual(["a", "b"]);
  });

  it("ignores empty stop sequences", () => {
    expect(guard([""], ["a"])).toEqual({ given: ["a"], text: "a", stopped: false });
  });

  it("cuts a stop sequence out of the middle of a piece", () => {
    expect(guard(["END"], ["one END two"])).toMatchObject({ text: "one ", stopped: true });
  });

  it("finds a stop sequence that is spread over pieces, at every cut", () => {
    const text = "so it goes\n\nHuman: hello";
    for (let at = 0; at <= text.length; at++) {
      const cutOnce = [text.slice(0, at), text.slice(at)];
      expect(guard(["\n\nHuman:"], cutOnce)).toMatchObject({ text: "so it goes", stopped: true });
    }
    expect(guard(["\n\nHuman:"], [...text]).text).toBe("so it goes");
  });

  it("holds back only what may become a stop sequence", () => {
    expect(guard(["abc"], ["xab", "d", "ab", "c"]).given).toEqual(["x", "abd", "", ""]);
  });

  it("gives what it held back when no more text follows", () => {
    expect(guard(["abc"], ["xab"])).toMatchObject({ given: ["x"], text: "xab", stopped: false });
  });

  it("gives nothing after a stop sequence", () => {
    expect(guard(["."], ["a.", "b"])).toMatchObject({ given: ["a", ""], text: "a" });
  });

  it("lets the sequence win that is complete first, not the one that begins first", () => {
    expect(guard(["abcdef", "cd"], ["xabcdef"]).text).toBe("xab");
    expect(guard(["cd", "abcdef"], ["xabcdef"]).text).toBe("xab");
    expect(guard(["abcdef", "cd"], [..."xabcdef"]).text).toBe("xab");
  });

  it("lets the longer win of two that end together", () => {
    expect(guard(["cd", "abcd"], ["xabcdz"]).text).toBe("x");
    expect(guard(["cd", "abcd"], [..."xabcdz"]).text).toBe("x");
  });

  it("finds a sequence that begins again inside a failed one", () => {
    expect(guard(["aab"], ["a", "a", "a", "b"]).text).toBe("a");
    expect(guard(["abab!"], [..."abababab!"]).text).toBe("abab");
  });

  it("keeps characters whole that are cut into surrogates", () => {
    const [high, low] = [..."\ud83d\udc69".split("")] as [string, string];
    expect(guard(["👨"], ["x", high, low]).text).toBe("x👩");
    expect(guard(["👩"], ["x", high, low, "y"]).text).toBe("x");
    for (const stops of [[], ["!"]]) {
      expect(guard(stops, [`x${high}`, `${low}y${high}`, "", low]).given).toEqual([
        "x",
        "👩y",
        "",
        "👩",
      ]);
      expect(guard(stops, [`x${high}`, "y", low, high])).toMatchObject({
        given: ["x", `${high}y`, low, ""],
        text: `x${high}y${low}${high}`,
      });
    }
  });

  it("gives for any cut what it gives for the whole text", () => {
    // A small alphabet, so that stops are found, overlap and nearly match.
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 40 });
    const stop = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 5 });
    const anyText = fc.oneof(word, fc.string({ unit: CHARACTERS, maxLength: 20 }));
    fc.assert(
      fc.property(
        anyText,
        fc.array(stop, { maxLength: 4 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (text, stops, positions) => {
          const expected = reference(stops, text);
          expect(guard(stops, cut(text, positions))).toMatchObject(expected);
          expect(guard(stops, text.split(""))).toMatchObject(expected);
        },
      ),
      budget(4),
    );
  });

  it("never gives out a stop sequence", () => {
    const unit = fc.constantFrom("a", "b");
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit, maxLength: 6 }), { maxLength: 10 }),
        fc.array(fc.string({ unit, minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
        (pieces, stops) => {
          const { text } = guard(stops, pieces);
          for (const stop of stops) expect(text).not.toContain(stop);
        },
      ),
      budget(5),
    );
  });
});
