import { describe, expect, it } from "vitest";
import { ResponseTooLargeError } from "../../../../src/errors.js";
import { Rope } from "../../../../src/streaming/text/rope.js";

describe("Rope", () => {
  it("is all its pieces, whenever it is read", () => {
    const rope = new Rope();
    let text = "";
    for (let piece = 0; piece < 1000; piece++) {
      rope.add(`${piece},`);
      text += `${piece},`;
      if (piece % 100 === 0) expect(rope.toString()).toBe(text);
    }
    rope.add("");
    expect(rope.toString()).toBe(text);
  });

  it("can be emptied and used again", () => {
    const rope = new Rope(3);
    rope.add("abc");
    rope.clear();
    rope.add("xyz");
    expect(rope.toString()).toBe("xyz");
  });

  it("refuses more than a string can hold", () => {
    const rope = new Rope(5);
    rope.add("abc");
    expect(() => rope.add("def")).toThrow(ResponseTooLargeError);
    rope.add("de");
    expect(rope.toString()).toBe("abcde");
  });
});
