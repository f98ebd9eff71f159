/** The errors of hooks that read records: each shows the place, and the record. */
import { ChunkParseError, HttpStreamingError } from "../../errors.js";
import { CUT_OFF, excerpt } from "../../formats/json/record.js";
import { messageOf } from "../../transport/network-failure.js";
import { DifferentContinuation } from "./continuation.js";

/** The longest part of a record that a message shows, in characters. */
const LONGEST_SHOWN = 200;

/** The beginning of a record, as an error shows it. */
export function excerptOf(record: unknown): string {
  if (typeof record === "string") return excerpt(record);
  try {
    const json = JSON.stringify(record) ?? typeof record;
    return json.length > LONGEST_SHOWN ? `${json.slice(0, LONGEST_SHOWN)}…` : json;
  } catch {
    return `a value of type ${typeof record}`;
  }
}

/** Makes an error that shows the place out of what the author's result threw when it was read: it may have getters. */
export function readingFailure(
  hook: string,
  error: unknown,
  record: unknown,
  index: number,
): unknown {
  // The one is judged by the call; the other becomes the error of a record that is too large.
  if (error instanceof DifferentContinuation || error instanceof RangeError) return error;
  return failure(error, `${hook} gave a result that threw`, record, index);
}

/**
 * Makes an error that shows the place out of what a parsing hook threw.
 *
 * @param isLast The body ended in the record: JSON that the hook parses itself was cut off there, where it cannot be
 *   parsed.
 */
export function parseFailure(
  hook: string,
  error: unknown,
  record: unknown,
  index: number,
  isLast = false,
): Error {
  const isCut = isLast && isCutText(record) && (error as Error | null)?.name === "SyntaxError";
  return failure(error, `${hook} threw`, record, index, isCut);
}

function failure(
  error: unknown,
  what: string,
  record: unknown,
  index: number,
  unfinished = false,
): Error {
  if (HttpStreamingError.isInstance(error)) return error;
  const text = `${what} on record ${index}: ${messageOf(error)}. The record was ${excerptOf(record)}`;
  return new ChunkParseError(
    unfinished ? `${text}. ${CUT_OFF}` : text,
    { record, index, unfinished },
    { cause: error },
  );
}

/** Says that a record may have lost its end, and nobody has seen yet. */
function isCutText(record: unknown): boolean {
  return (
    typeof record === "string" || (record as { incomplete?: true } | null)?.incomplete === true
  );
}
