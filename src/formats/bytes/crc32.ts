import { nativeCrc32 } from "#runtime";

/** From so many bytes on, the platform's own checksum costs less, the way to it included (measured). */
const MANY_BYTES = 512;

/** The number of bytes that are taken at a time: a table each. */
const SLICE = 8;

/** Reflected, as gzip, PNG and Ethernet have it. */
const POLYNOMIAL = 0xedb88320;

/** A constant of a function, for V8 then knows the table and how long it is. */
function withTables() {
  const table = makeTables();
  return (bytes: DataView, start: number, end: number, before: number): number => {
    let crc = ~before;
    let at = start;
    // Each byte's effect on the checksum, eight bytes further on, is known: they are looked up side by side.
    for (const lastSlice = end - SLICE; at <= lastSlice; at += SLICE) {
      const first = crc ^ bytes.getInt32(at, true);
      const second = bytes.getInt32(at + 4, true);
      crc =
        (table[1792 + (first & 0xff)] as number) ^
        (table[1536 + ((first >>> 8) & 0xff)] as number) ^
        (table[1280 + ((first >>> 16) & 0xff)] as number) ^
        (table[1024 + (first >>> 24)] as number) ^
        (table[768 + (second & 0xff)] as number) ^
        (table[512 + ((second >>> 8) & 0xff)] as number) ^
        (table[256 + ((second >>> 16) & 0xff)] as number) ^
        (table[second >>> 24] as number);
    }
    for (; at < end; at++) {
      crc = (crc >>> 8) ^ (table[(crc ^ bytes.getUint8(at)) & 0xff] as number);
    }
    return ~crc;
  };
}

/** The first table is of the bytes themselves; each further one of those with one more zero behind them. */
function makeTables(): Int32Array {
  const made = new Int32Array(256 * SLICE);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? POLYNOMIAL ^ (crc >>> 1) : crc >>> 1;
    made[byte] = crc;
  }
  for (let index = 256; index < made.length; index++) {
    const previous = made[index - 256] as number;
    made[index] = (previous >>> 8) ^ (made[previous & 0xff] as number);
  }
  return made;
}

const byTables = /* @__PURE__ */ withTables();

/**
 * The CRC-32 of a part of some bytes, as a signed integer.
 *
 * @param before the checksum of what comes before them. Default: nothing does.
 * @see https://www.rfc-editor.org/rfc/rfc1952#section-8
 */
export function crc32(bytes: DataView, start: number, end: number, before = 0): number {
  const length = end - start;
  if (nativeCrc32 === undefined || length < MANY_BYTES) return byTables(bytes, start, end, before);
  return (
    nativeCrc32(new Uint8Array(bytes.buffer, bytes.byteOffset + start, length), before >>> 0) | 0
  );
}
