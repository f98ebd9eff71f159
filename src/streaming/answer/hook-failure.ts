/** The errors of hooks that read records: each shows the place, and the record. */
import { ChunkParseError, HttpStreamingError } from "../../errors.js";
import { excerpt } from "../../formats/json/record.js";
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
  // One is no failure yet, the other is told by the record that was too much.
  if (error instanceof DifferentContinuation || error instanceof RangeError) return error;
  return parseFailure(hook, error, record, index, "gave a result that threw");
}

/** Makes an error that shows the place out of what a parsing hook threw. */
export function parseFailure(
  hook: string,
  error: unknown,
  record: unknown,
  index: number,
  did = "threw",
): Error {
  if (HttpStreamingError.isInstance(error)) return error;
  return new ChunkParseError(
    `${hook} ${did} on record ${index}: ${messageOf(error)}. The record was ${excerptOf(record)}`,
    { record, index },
    { cause: error },
  );
}
