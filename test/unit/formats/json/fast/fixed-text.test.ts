import { describe, expect, it } from "vitest";
import { FixedText } from "../../../../../src/formats/json/fast/fixed-text.js";
import { Source } from "../../../../../src/formats/json/fast/source.js";
import { bytesOf } from "../../../../helpers/every-cut.js";

const sourceOf = (text: string) => new Source(bytesOf(text));

describe("FixedText", () => {
  it.each(["", "a", "1234567", "12345678", "123456789", "x".repeat(24), "y".repeat(203), "é🐇ü"])(
    "finds %j where it stands, and nowhere else",
    (text) => {
      const fixed = FixedText.of(text);
      const bytes = bytesOf(`ab${text}cd`);
      expect(fixed.length).toBe(bytes.length - 4);
      expect(fixed.text).toBe(text);
      expect(fixed.standsIn(new Source(bytes), 2)).toBe(true);
      for (let at = 2; at < bytes.length - 2; at++) {
        const changed = bytes.slice();
        changed[at]! ^= 1;
        expect(fixed.standsIn(new Source(changed), 2)).toBe(false);
        expect(fixed.standsIn(new Source(bytes.slice(0, at)), 2)).toBe(false);
      }
    },
  );

  it("is a copy of what stood there", () => {
    const bytes = Buffer.from('__{"a"__{"a":12,"b"');
    const source = new Source(bytes);
    const [short, long] = [FixedText.from(source, 2, 6), FixedText.from(source, 8, 19)];
    bytes.fill("#");
    expect([short.text, long.text]).toEqual(['{"a"', '{"a":12,"b"']);
    expect(short.standsIn(source, 2)).toBe(false);
    expect(short.standsIn(sourceOf('__{"a"'), 2)).toBe(true);
    expect(long.standsIn(source, 8)).toBe(false);
  });

  it("is found at every place of a longer text where it stands", () => {
    const fixed = FixedText.of('{"id":"');
    const text = '{"id":"a"}{"id":"b"}{"id":';
    for (let at = 0; at < text.length; at++) {
      expect(fixed.standsIn(sourceOf(text), at)).toBe(text.startsWith('{"id":"', at));
    }
  });
});
