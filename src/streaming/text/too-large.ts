/** Errors for what JavaScript itself has no room for, whatever the limits of a model allow. */
import { LONGEST_STRING } from "#runtime";
import { ChunkParseError, RecordTooLargeError, ResponseTooLargeError } from "../../errors.js";

const STRING_LIMIT = "the longest that a string can be. Ask for less at a time.";

/** The error for a record, or a whole body, that is longer than a string can be. */
export function recordTooLong(limit = LONGEST_STRING): RecordTooLargeError {
  return new RecordTooLargeError(limit, `one record is longer than ${limit}, ${STRING_LIMIT}`);
}

/** The error for an answer whose text is longer than a string can be. */
export function answerTooLong(limit = LONGEST_STRING): ResponseTooLargeError {
  return new ResponseTooLargeError(
    limit,
    `the text of the answer is longer than ${limit}, ${STRING_LIMIT}`,
  );
}

/**
 * Turns what was thrown while a record was taken into one of our errors. A `RangeError` is V8's for a stack that is
 * too deep and for a string that is too long; Node has a code of its own for the latter.
 */
export function asRecordError(error: Error, record: unknown, index: number): Error {
  if (!(error instanceof RangeError) && codeOf(error) !== "ERR_STRING_TOO_LONG") return error;
  return new ChunkParseError(
    `record ${index} cannot be handled: ${error.message}. It is nested too deep, or holds a text that is too long.`,
    { record, index },
    { cause: error },
  );
}

function codeOf(error: Error): unknown {
  return "code" in error ? error.code : undefined;
}
