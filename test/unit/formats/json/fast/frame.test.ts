import { describe, expect, it } from "vitest";
import type { FoundValue } from "../../../../../src/formats/json/fast/clone-sites.js";
import { FixedText } from "../../../../../src/formats/json/fast/fixed-text.js";
import { Frame } from "../../../../../src/formats/json/fast/frame.js";
import { NumberHole } from "../../../../../src/formats/json/fast/numbers.js";
import { Source } from "../../../../../src/formats/json/fast/source.js";
import { StringHole } from "../../../../../src/formats/json/fast/strings.js";
import { bytesOf } from "../../../../helpers/every-cut.js";

const FIXED = ['{"a":"', '","n":', "}"];
const frame = () =>
  new Frame(
    FIXED.map((text) => FixedText.of(text)),
    [new StringHole(), new NumberHole()],
    [0, 1],
  );

function read(from: Frame, text: string, start = 0): { end: number; found: FoundValue[] } {
  const found: FoundValue[] = ["", ""];
  return { end: from.read(new Source(bytesOf(text)), start, found), found };
}

describe("Frame", () => {
  it("reads what stands in its holes, and says where the text ends", () => {
    expect(read(frame(), '{"a":"x\\n","n":-1.5}')).toEqual({ end: 20, found: ["x\n", -1.5] });
    expect(read(frame(), '__{"a":"","n":0} ', 2).end).toBe(16);
  });

  it.each(['{"b":"x","n":1}', '{"a":1,"n":1}', '{"a":"x","n":"1"}', '{"a":"x","n":1]', '{"a":"x'])(
    "does not fit %j",
    (text) => {
      expect(read(frame(), text).end).toBe(-1);
    },
  );

  it("shows its fixed texts", () => {
    expect(frame().fixed.map(({ text }) => text)).toEqual(FIXED);
  });

  it("fits fewer texts when some holes have settled", () => {
    const whole = frame();
    const text = '__{"a":"same","n":1}';
    const source = new Source(bytesOf(text));
    whole.read(source, 2, []);
    const settled = whole.settled(source, 2, [true, false]);
    // What is settled is a copy.
    source.bytes.fill(0);
    expect(read(settled, '{"a":"same","n":2}')).toEqual({ end: 18, found: ["", 2] });
    expect(read(settled, '{"a":"other","n":2}').end).toBe(-1);
    expect(settled.fixed.map(({ text }) => text)).toEqual(['{"a":"same","n":', "}"]);
  });
});
