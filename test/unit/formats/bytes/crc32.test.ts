import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32 } from "../../../../src/formats/bytes/crc32.js";
import { budget } from "../../../helpers/properties.js";

describe("crc32", () => {
  it("is the checksum of gzip", () => {
    const bytes = new TextEncoder().encode("123456789");
    expect(crc32(new DataView(bytes.buffer), 0, bytes.length) >>> 0).toBe(0xcbf43926);
    expect(crc32(new DataView(bytes.buffer), 4, 4)).toBe(0);
  });

  it("is zlib's for any part of any bytes, and goes on from any place", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), fc.nat(60), (bytes, a, b) => {
        const [start, middle] = [
          Math.min(a, b, bytes.length),
          Math.min(Math.max(a, b), bytes.length),
        ];
        expectThatOfZlib(bytes, start, middle);
      }),
      budget(3),
    );
  });

  it("is the same by the platform's own and by tables, around the length from which it is that", () => {
    const bytes = Uint8Array.from({ length: 3000 }, (_, at) => (at * 2654435761) >>> 24);
    // A view that begins anywhere in its memory.
    const part = bytes.subarray(5);
    for (let length = 480; length < 540; length++) {
      expectThatOfZlib(part, 7, 7 + length);
      expectThatOfZlib(part.subarray(0, 7 + 2 * length), 7, 7 + length);
    }
  });
});

/** Of the bytes from `start` on, in two steps. */
function expectThatOfZlib(bytes: Uint8Array, start: number, middle: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const front = crc32(view, start, middle);
  expect(crc32(view, middle, bytes.length, front) >>> 0).toBe(zlibCrc32(bytes.subarray(start)));
}
