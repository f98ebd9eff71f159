/** How many bytes are taken at a time: a table each. Sixteen gain no more (measured). */
const SLICE = 8;

/** Reflected, as gzip, PNG and Ethernet have it. */
const POLYNOMIAL = 0xedb88320;

let tables: Int32Array | undefined;

/**
 * The CRC-32 of a part of some bytes, as a signed integer.
 *
 * @param before the checksum of what comes before them. Default: nothing does.
 * @see https://www.rfc-editor.org/rfc/rfc1952#section-8
 */
export function crc32(bytes: Uint8Array, start: number, end: number, before = 0): number {
  const table = (tables ??= makeTables());
  let crc = ~before;
  let at = start;
  // Each byte's effect on the checksum, eight bytes further on, is known: they are looked up side by side.
  for (const lastSlice = end - SLICE; at <= lastSlice; at += SLICE) {
    crc ^= int32LittleEndian(bytes, at);
    crc =
      entry(table, 1792 + (crc & 0xff)) ^
      entry(table, 1536 + ((crc >>> 8) & 0xff)) ^
      entry(table, 1280 + ((crc >>> 16) & 0xff)) ^
      entry(table, 1024 + (crc >>> 24)) ^
      entry(table, 768 + entry(bytes, at + 4)) ^
      entry(table, 512 + entry(bytes, at + 5)) ^
      entry(table, 256 + entry(bytes, at + 6)) ^
      entry(table, entry(bytes, at + 7));
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ entry(table, (crc ^ entry(bytes, at)) & 0xff);
  return ~crc;
}

function int32LittleEndian(bytes: Uint8Array, at: number): number {
  return (
    entry(bytes, at) |
    (entry(bytes, at + 1) << 8) |
    (entry(bytes, at + 2) << 16) |
    (entry(bytes, at + 3) << 24)
  );
}

function entry(table: Int32Array | Uint8Array, index: number): number {
  return table[index] as number;
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
    const previous = entry(made, index - 256);
    made[index] = (previous >>> 8) ^ entry(made, previous & 0xff);
  }
  return made;
}
