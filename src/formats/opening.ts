/** A guess at a response's format by its first bytes. */
import { isWhiteSpace } from "./json/value-scanner.js";
import { BYTE_ORDER_MARK } from "./record-decoder.js";

/** The fields of server-sent events; a comment begins with the colon. */
const SSE_FIELDS = ["data:", "event:", "id:", "retry:", ":"];
const LONGEST_FIELD = "event:".length;

/**
 * Finds the beginning of a body's content, behind white space and one byte order mark.
 *
 * @param from so many bytes are known to be of these.
 */
export function contentStart(bytes: Uint8Array, from = 0): number {
  let at = from;
  while (at < bytes.length && isPreamble(bytes[at] as number, at)) at++;
  return at;
}

function isPreamble(byte: number, index: number): boolean {
  return isWhiteSpace(byte) || byte === BYTE_ORDER_MARK[index];
}

/** Tells whether bytes begin like server-sent events; `undefined` while more of them are needed. */
export function startsLikeEvents(start: Uint8Array): boolean | undefined {
  const head = String.fromCharCode(...start.subarray(0, LONGEST_FIELD));
  if (SSE_FIELDS.some((field) => head.startsWith(field))) return true;
  return SSE_FIELDS.some((field) => field.startsWith(head)) ? undefined : false;
}
