import { describe, expect, it } from "vitest";
import { PartialString } from "../../../../src/formats/json/partial-string.js";

function read(text: string, length = text.length) {
  const string = new PartialString();
  for (let at = 0; at < text.length; at += length) {
    const piece = text.slice(at, at + length);
    for (let from = 0; from < piece.length && string.state === "open";) {
      from = string.read(piece, from);
    }
  }
  return string;
}

describe("PartialString", () => {
  it("reads text and escapes, cut anywhere", () => {
    const text = String.raw`a\n\"\\é \ud83d\ude00"`;
    for (let length = 1; length <= text.length; length++) {
      const string = read(text, length);
      expect([string.state, string.text]).toEqual(["closed", 'a\n"\\é 😀']);
    }
  });

  it("has the letters of an escape that is not whole, where they are wanted", () => {
    expect(read("a\\").textSoFar).toBe("a\\");
    expect(read("a\\u00").textSoFar).toBe("au00");
    expect(read("a\\u00").text).toBe("a");
  });

  it("fails on an escape that is none", () => {
    expect(read("\\x").state).toBe("failed");
    expect(read("\\u00g").state).toBe("failed");
  });

  it("counts the changes of its text so far, and not what leaves it as it is", () => {
    const string = new PartialString();
    const changes = Array.from('a\\\\\\u0041"', (character) => {
      const { changes: before } = string;
      string.read(character, 0);
      return string.changes - before;
    });
    // A backslash that is escaped was shown before.
    expect(changes).toEqual([1, 1, 0, 1, 1, 1, 1, 1, 1, 0]);
    expect(string.text).toBe("a\\A");
  });
});
