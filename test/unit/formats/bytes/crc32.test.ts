import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32 } from "../../../../src/formats/bytes/crc32.js";
import { budget } from "../../../helpers/properties.js";

describe("crc32", () => {
  it("is the checksum of gzip", () => {
    const bytes = new TextEncoder().encode("123456789");
    expect(crc32(bytes, 0, bytes.length) >>> 0).toBe(0xcbf43926);
    expect(crc32(bytes, 4, 4)).toBe(0);
  });

  it("is zlib's for any part of any bytes, and goes on from any place", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), fc.nat(60), (bytes, a, b) => {
        const [start, middle] = [
          Math.min(a, b, bytes.length),
          Math.min(Math.max(a, b), bytes.length),
        ];
        const front = crc32(bytes, start, middle);
        expect(crc32(bytes, middle, bytes.length, front) >>> 0).toBe(
          zlibCrc32(bytes.subarray(start)),
        );
      }),
      budget(3),
    );
  });
});
