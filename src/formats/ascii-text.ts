// eslint-disable-next-line no-restricted-imports -- It is of a kind with `Buffer`, but no global has it.
import { isAscii } from "node:buffer";

/** The text of bytes that are all ASCII, `undefined` if one is not: for many bytes, faster than decoding UTF-8. */
export function asciiText(bytes: Buffer): string | undefined {
  return isAscii(bytes) ? bytes.toString("latin1") : undefined;
}
