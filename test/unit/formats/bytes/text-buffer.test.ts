import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { TextBuffer } from "../../../../src/formats/bytes/text-buffer.js";
import { budget } from "../../../helpers/properties.js";

/** Where the storage is full for the first time at which the text of it is cut off, in small reads. */
const FULL = 2 ** 20;

/** What a long record may hold around the place where it is cut. */
const MIDDLES = {
  ASCII: Buffer.from("abcdefgh"),
  characters: Buffer.from("ä€😀ä€😀"),
  "characters that never end": Buffer.from([0xe2, 0x82, 0xf0, 0x9f, 0x98, 0xc3, 0xe2]),
  "bytes that begin no character": Buffer.alloc(9, 0x80),
  "too many bytes behind a character": Buffer.from([
    0xf0, 0x9f, 0x98, 0x80, 0x80, 0x80, 0x80, 0x80,
  ]),
  "bytes that are never valid": Buffer.from([0xff, 0xed, 0xa0, 0x80, 0xc0, 0xaf, 0xf5, 0x80, 0x80]),
};

/** Appends it in reads of this size; says whether a piece has been cut off. */
function fill(buffer: TextBuffer, bytes: Uint8Array, readSize = 4096): boolean {
  for (let at = 0; at < bytes.length; at += readSize) {
    buffer.append(bytes, at, Math.min(at + readSize, bytes.length));
  }
  return buffer.length < buffer.byteLength;
}

/** Comparing and printing megabytes is slow. */
function expectSameText(buffer: TextBuffer, bytes: Buffer): void {
  expect(buffer.text() === bytes.toString()).toBe(true);
  expect(buffer.byteLength).toBe(bytes.length);
  expect(buffer.bytes[buffer.length - 1]).toBe(bytes.at(-1));
}

describe("TextBuffer", () => {
  it.each(Object.entries(MIDDLES))("cuts long text anywhere: %s", (_, middle) => {
    const buffer = new TextBuffer();
    for (let before = 0; before <= middle.length; before++) {
      const bytes = Buffer.concat([Buffer.alloc(FULL - before, "x"), middle, Buffer.from("yz")]);
      buffer.clear();
      const room = FULL - 64;
      fill(buffer, bytes.subarray(0, room));
      expect(fill(buffer, bytes.subarray(room), 1)).toBe(true);
      expectSameText(buffer, bytes);
    }
  });

  it("gives the same text as decoding all at once, whatever the bytes and the reads", () => {
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0x80, 0xbf, 0xc3, 0xe2, 0xed, 0xf0, 0xf4));
    const pattern = fc.array(byte, { minLength: 1, maxLength: 40 });
    const readSize = fc.oneof(fc.integer({ min: 500, max: 5000 }), fc.constant(900_000));
    fc.assert(
      fc.property(pattern, readSize, (repeated, size) => {
        const bytes = Buffer.alloc(2_500_000, Uint8Array.from(repeated));
        const buffer = new TextBuffer();
        expect(fill(buffer, bytes, size)).toBe(true);
        expectSameText(buffer, bytes);
        expect(buffer.text() === buffer.text()).toBe(true);
      }),
      budget(0.15),
    );
  });

  it("does not grow with the record, and joins all its pieces", () => {
    const parts = Array.from({ length: 6 }, (_, part) => Buffer.alloc(FULL, `${part}`));
    const bytes = Buffer.concat(parts);
    const buffer = new TextBuffer();
    fill(buffer, bytes);
    expect(buffer.bytes.length).toBeLessThanOrEqual(2 * FULL);
    expectSameText(buffer, bytes);
  });

  it("gives back all memory when it is cleared", () => {
    const buffer = new TextBuffer();
    fill(buffer, Buffer.alloc(3 * FULL, "x"));
    buffer.clear();
    expect(buffer).toMatchObject({ length: 0, byteLength: 0 });
    expect(buffer.bytes.length).toBe(0);
    expect(buffer.text()).toBe("");
    fill(buffer, Buffer.from("next"));
    expect(buffer.text()).toBe("next");
  });
});
