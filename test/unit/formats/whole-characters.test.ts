import { describe, expect, it } from "vitest";
import { delimited } from "../../../src/formats/delimited.js";
import { lines } from "../../../src/formats/lines.js";
import { sse } from "../../../src/formats/sse.js";
import { text } from "../../../src/formats/text.js";
import {
  endOfWholeCharacters,
  endsInCharacter,
  WholeCharacters,
} from "../../../src/formats/whole-characters.js";

describe("endOfWholeCharacters", () => {
  it.each(["é", "你", "🐇", "a", "\ufffd"])(
    "finds where %j begins, if bytes of it are missing",
    (character) => {
      const bytes = Buffer.from(`x${character}`);
      expect(endOfWholeCharacters(bytes, bytes.length)).toBe(bytes.length);
      for (let length = 1; length < bytes.length; length++) {
        expect(endOfWholeCharacters(bytes, length)).toBe(1);
        expect(endsInCharacter({ bytes, length })).toBe(length > 1);
      }
    },
  );
});

describe("endsInCharacter", () => {
  const answer = "The sign for an unknown character is \ufffd";

  it.each([
    ["text", text(), answer],
    ["lines", lines(), answer],
    ["delimited", delimited("|"), answer],
    ["sse", sse({ raw: true }), `data: ${answer}`],
  ])("takes no answer of %s for a cut one that ends with U+FFFD", (_, format, body) => {
    const decoder = format.createDecoder({ maxRecordBytes: 1e6 });
    const bytes = Buffer.from(body);
    expect([...decoder.decode(bytes), ...decoder.flush()]).toHaveLength(1);
    expect(decoder.isCut).toBe(false);
    const cut = format.createDecoder({ maxRecordBytes: 1e6 });
    expect([...cut.decode(bytes.subarray(0, -1)), ...cut.flush()]).not.toHaveLength(0);
    expect(cut.isCut).toBe(true);
  });
});

describe("WholeCharacters", () => {
  it("holds the first half of a character until the second one has come", () => {
    const characters = new WholeCharacters();
    expect(characters.push("a\ud83d")).toBe("a");
    expect(characters.held).toBe("\ud83d");
    expect(characters.push("")).toBe("");
    expect(characters.push("\ude00b")).toBe("\u{1f600}b");
    expect(characters.flush()).toBe("");
  });

  it("gives a half to which no second one comes", () => {
    const characters = new WholeCharacters();
    expect(characters.push("\ud83d") + characters.push("a\ud83d")).toBe("\ud83da");
    expect([characters.flush(), characters.held]).toEqual(["\ud83d", ""]);
  });
});
