import { describe, expect, it } from "vitest";
import { outlineOf } from "../../../../../src/formats/json/fast/outline.js";
import { Pattern } from "../../../../../src/formats/json/fast/pattern.js";
import { Source } from "../../../../../src/formats/json/fast/source.js";
import { bytesOf } from "../../../../helpers/every-cut.js";

/** A pattern of records like this one, in which all leaves of these kinds differ. */
function patternOf(record: string, kinds = ["string", "number", "numbers", "space"]) {
  const { skeleton, leaves } = outlineOf(bytesOf(record))!;
  for (const leaf of leaves) leaf.differs = kinds.includes(leaf.kind);
  return Pattern.of(skeleton, leaves);
}
const match = (pattern: Pattern, text: string) => pattern.match(new Source(bytesOf(text)), 0);

describe("Pattern", () => {
  it("gives the value of a record that fits", () => {
    const pattern = patternOf('{"id":"a","n":1,"list":[1]}')!;
    const record = '{"id":"b\\u00e9","n":-2.5,"list":[7,8]}';
    expect(match(pattern, record)).toEqual(JSON.parse(record));
    expect(pattern.match(new Source(bytesOf(`__${record}__`)), 2)).toEqual(JSON.parse(record));
    expect(pattern.end).toBe(2 + record.length);
  });

  it.each(['{"id":1,"n":1}', '{"id":"b","n":"1"}', '{"id":"b","n":1,"m":2}', '{"id":"b","n":1'])(
    "does not fit %j",
    (record) => {
      expect(match(patternOf('{"id":"a","n":1}')!, record)).toBeUndefined();
    },
  );

  it("holds what does not differ", () => {
    const pattern = patternOf('{"id":"a","n":1}', ["number"])!;
    expect(match(pattern, '{"id":"a","n":2}')).toEqual({ id: "a", n: 2 });
    expect(match(pattern, '{"id":"b","n":2}')).toBeUndefined();
    expect(pattern.parts.kinds).toEqual(["number"]);
    expect(pattern.parts.fixed.map(({ text }) => text)).toEqual(['{"id":"a","n":', "}"]);
  });

  it("reads on where a value that stayed for long changes", () => {
    const pattern = patternOf('{"id":"a","text":"x"}')!;
    for (let index = 0; index < 600; index++) {
      const record = { id: `id ${index >> 7}`, text: `token ${index}` };
      expect(match(pattern, JSON.stringify(record))).toEqual(record);
    }
  });

  it("is none where a key stands twice, or where a mark might stand", () => {
    expect(patternOf('{"a":"x","a":"y"}')).toBeUndefined();
    expect(patternOf('{"\\u0000":"x"}')).toBeUndefined();
  });
});
