// eslint-disable-next-line no-restricted-imports -- It is of a kind with `Buffer`, but no global has it.
import { isAscii } from "node:buffer";

/**
 * Text out of a part of a buffer, by the methods in which `toString` ends up, as undici calls them:
 * the way there costs as much as decoding a hundred bytes (measured on Node 20).
 */
interface Slices {
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
}

const { utf8Slice, latin1Slice } = Buffer.prototype as unknown as Slices;

/** The text of bytes in UTF-8; what is not valid becomes U+FFFD. */
export function utf8Text(bytes: Buffer, start: number, end: number): string {
  return start === end ? "" : utf8Slice.call(bytes, start, end);
}

/** The text of bytes that are all ASCII, `undefined` if one is not: for many bytes, faster than UTF-8. */
export function asciiText(bytes: Buffer, start: number, end: number): string | undefined {
  const isWhole = end - start === bytes.length;
  if (!isAscii(isWhole ? bytes : bytes.subarray(start, end))) return undefined;
  return latin1Slice.call(bytes, start, end);
}
