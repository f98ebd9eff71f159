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

  it("has no part of an escape that is not whole", () => {
    expect(read("a\\").text).toBe("a");
    expect(read("a\\u00").text).toBe("a");
  });

  it("has no half of a character, until the string ends with it", () => {
    expect(read("a\\ud83d").text).toBe("a");
    expect(read("a\ud83d").text).toBe("a");
    expect(read("a\ud83db").text).toBe("a\ud83db");
    expect(read("a\ud83d\\ude00").text).toBe("a\u{1F600}");
    expect(read('a\ud83d"').text).toBe("a\ud83d");
  });

  it("fails on an escape that is none", () => {
    expect(read("\\x").state).toBe("failed");
    expect(read("\\u00g").state).toBe("failed");
  });
});
