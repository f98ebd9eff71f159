import { describe, expect, it } from "vitest";
import { text } from "../../../src/formats/text.js";
import { bytesOf, decodedBy, decodePieces, oneByteEach } from "../../helpers/every-cut.js";

const piecesOf = (...pieces: readonly Uint8Array[]) => decodePieces(text(), pieces).records;

describe("text()", () => {
  it("gives one string for each read", () => {
    expect(piecesOf(bytesOf("a\nb"), bytesOf("c"))).toEqual(["a\nb", "c"]);
  });

  it("holds a character back until it is whole", () => {
    expect(piecesOf(...oneByteEach(bytesOf("aé€🐇b")))).toEqual(["a", "é", "€", "🐇", "b"]);
    const rabbit = bytesOf("🐇");
    expect(piecesOf(rabbit.subarray(0, 3), rabbit.subarray(3))).toEqual(["🐇"]);
  });

  it("gives U+FFFD for what is no character, also at the end", () => {
    expect(piecesOf(Uint8Array.of(0x61, 0xff, 0x62))).toEqual(["a\ufffdb"]);
    expect(piecesOf(Uint8Array.of(0x61, 0xf0, 0x9f))).toEqual(["a", "\ufffd"]);
    expect(piecesOf(Uint8Array.of(0x80, 0x80, 0x80, 0x80)).join("")).toBe("\ufffd".repeat(4));
  });

  it("gives nothing for nothing, and drops a byte order mark", () => {
    expect(piecesOf()).toEqual([]);
    expect(piecesOf(bytesOf(""))).toEqual([]);
    expect(piecesOf(bytesOf("\ufeffa"))).toEqual(["a"]);
  });

  it("is cut where it ends inside of a character", () => {
    for (const [bytes, isCut] of [
      [bytesOf("a🐇"), false],
      [bytesOf("a🐇").subarray(0, 4), true],
    ] as const) {
      const decoder = text().createDecoder({ maxRecordBytes: 100 });
      decodedBy(decoder, [bytes]);
      expect(decoder.isCut).toBe(isCut);
    }
  });
});
