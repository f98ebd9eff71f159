import { describe, expect, it } from "vitest";
import { asciiText, utf8Text } from "../../../../src/formats/bytes/buffer-text.js";

const bytes = Buffer.from("aé🐇b");

describe("utf8Text", () => {
  it("is the text of a part of a buffer, with U+FFFD for what is none", () => {
    expect(utf8Text(bytes, 0, bytes.length)).toBe("aé🐇b");
    expect(utf8Text(bytes, 1, 3)).toBe("é");
    expect(utf8Text(bytes, 2, 2)).toBe("");
    expect(utf8Text(bytes, 2, 3)).toBe("\ufffd");
  });
});

describe("asciiText", () => {
  it("is the text where all is ASCII, and nothing else", () => {
    expect(asciiText(bytes, 0, 1)).toBe("a");
    expect(asciiText(bytes, 0, 2)).toBeUndefined();
    expect(asciiText(Buffer.from("abc"), 0, 3)).toBe("abc");
  });
});
