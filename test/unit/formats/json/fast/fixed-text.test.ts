import { describe, expect, it } from "vitest";
import { FixedText } from "../../../../../src/formats/json/fast/fixed-text.js";

describe("FixedText", () => {
  it.each(["", "a", "0123456789ab", "0123456789abc", "x".repeat(24), "y".repeat(200), "é🐇ü"])(
    "finds %j where it stands, and nowhere else",
    (text) => {
      const fixed = FixedText.of(text);
      expect(fixed.length).toBe(text.length);
      expect(fixed.toString()).toBe(text);
      const whole = `ab${text}cd`;
      expect(fixed.standsIn(whole, 2)).toBe(true);
      expect(fixed.mayStandIn(whole, 2)).toBe(true);
      if (text === "") return;
      expect(fixed.standsIn(whole.replace(/.cd$/, "#cd"), 2)).toBe(false);
      expect(fixed.standsIn(`ab#${text.slice(1)}cd`, 2)).toBe(false);
      expect(fixed.standsIn(text.slice(0, -1), 0)).toBe(false);
    },
  );

  it("is joined with another text and one behind it", () => {
    const joined = FixedText.of("a").joined("🐇", FixedText.of("b"));
    expect([joined.toString(), joined.length]).toEqual(["a🐇b", 4]);
  });

  it("never says of a text that stands there that it may not", () => {
    const fixed = FixedText.of('{"id":"');
    const text = '{"id":"a"}{"id":"b"}{"id":';
    for (let at = 0; at < text.length; at++) {
      if (fixed.standsIn(text, at)) expect(fixed.mayStandIn(text, at)).toBe(true);
      expect(fixed.standsIn(text, at)).toBe(text.startsWith('{"id":"', at));
    }
  });
});
