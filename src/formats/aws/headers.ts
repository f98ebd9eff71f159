import { utf8Text } from "#runtime";
import { setOwn } from "../fields.js";

/**
 * The value of a header: strings and UUIDs are a `string`, 8 to 32-bit integers a `number`, 64-bit integers a
 * `bigint`, timestamps a `Date`, byte arrays a `Uint8Array`.
 */
export type AwsEventHeader = string | number | bigint | boolean | Date | Uint8Array;

/** Headers that are not as the specification has them; the message says in which way. */
export class MalformedHeaders extends Error {}

/** The types of values, numbered as on the wire. */
const TYPES: readonly ((reader: HeaderReader) => AwsEventHeader)[] = [
  () => true,
  () => false,
  (reader) => reader.integer(1),
  (reader) => reader.integer(2),
  (reader) => reader.integer(4),
  (reader) => reader.bigInteger(),
  (reader) => reader.bytes(reader.uint16()),
  (reader) => reader.text(reader.uint16()),
  (reader) => new Date(Number(reader.bigInteger())),
  (reader) => reader.uuid(),
];

/**
 * Reads the headers of a frame.
 *
 * @throws MalformedHeaders for a value that does not fit, an unknown type, and a name that comes twice.
 */
export function readHeaders(
  bytes: Uint8Array,
  start: number,
  end: number,
): Record<string, AwsEventHeader> {
  const headers: Record<string, AwsEventHeader> = {};
  const reader = new HeaderReader(bytes, start, end);
  while (!reader.isAtEnd) {
    const name = reader.text(reader.uint8());
    const type = reader.uint8();
    const readValue = TYPES[type];
    if (readValue === undefined) {
      throw new MalformedHeaders(`the header "${name}" has the type ${type}, which does not exist`);
    }
    if (Object.hasOwn(headers, name))
      throw new MalformedHeaders(`the header "${name}" comes twice`);
    setOwn(headers, name, readValue(reader));
  }
  return headers;
}

/** Reads values one after the other, all of them in network byte order. */
class HeaderReader {
  readonly #view: DataView;
  #at = 0;

  constructor(
    private readonly source: Uint8Array,
    private readonly start: number,
    end: number,
  ) {
    this.#view = new DataView(source.buffer, source.byteOffset + start, end - start);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#view.byteLength;
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  integer(length: 1 | 2 | 4): number {
    const at = this.#take(length);
    if (length === 1) return this.#view.getInt8(at);
    return length === 2 ? this.#view.getInt16(at) : this.#view.getInt32(at);
  }

  bigInteger(): bigint {
    return this.#view.getBigInt64(this.#take(8));
  }

  text(length: number): string {
    const at = this.start + this.#take(length);
    return utf8Text(this.source, at, at + length);
  }

  bytes(length: number): Uint8Array {
    const at = this.start + this.#take(length);
    return Uint8Array.from(this.source.subarray(at, at + length));
  }

  uuid(): string {
    const hex = Array.from(this.bytes(16), (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  /** The beginning of the next value, which is as long. */
  #take(length: number): number {
    const at = this.#at;
    if (length > this.#view.byteLength - at) {
      throw new MalformedHeaders("a header is longer than the headers together");
    }
    this.#at += length;
    return at;
  }
}
