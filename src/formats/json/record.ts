import { parseJson } from "#runtime";
import { ChunkParseError } from "../../errors.js";
import type { JsonParser } from "./plain-parser.js";

/** The longest excerpt of a record that a message shows, in characters. */
const EXCERPT_LENGTH = 80;

/** Nothing but JSON's white space. */
export const BLANK = /^[ \t\r\n]*$/;

/** What a record that is not JSON looks like, and what to write instead. */
const HINTS: readonly [looksLike: RegExp, hint: string][] = [
  [/^(data|event|id|retry)?:/, "This looks like server-sent events: use sse()."],
  [/^\x1e/, "This looks like a JSON text sequence: use jsonSequence()."],
  [/^</, "This looks like HTML or XML: check that the endpoint is the model's."],
  [/^\s*\[/, "If the response is one JSON array, use jsonArray()."],
  [/^\s*\{/, "Each record has to be one whole JSON value."],
  [/^/, "If the stream is plain text, use lines(), text() or sse({ raw: true })."],
];

const CUT_OFF = "The stream ended inside this record: it was probably cut off.";

/** Which record of which format is being read, for the error. */
interface RecordPlace {
  readonly format: string;
  /** Counted from 0. */
  readonly index: number;
  /** The stream ended inside the record. */
  readonly unfinished?: boolean;
}

/** Says that a text is one whole JSON value. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The value of a record's JSON text, or of a range of one, by `JSON.parse` or one that gives the same;
 * `undefined` when it is only white space, which servers send to keep a connection alive.
 *
 * @throws ChunkParseError when it is not JSON.
 */
export function parseRecord(
  text: string,
  place: RecordPlace,
  parse: JsonParser = parseJson,
  start = 0,
  end = text.length,
): unknown {
  try {
    return parse(text, start, end);
  } catch (cause) {
    const record = text.slice(start, end);
    if (BLANK.test(record)) return undefined;
    throw malformed(record, place, "expected one JSON value", { cause });
  }
}

/**
 * The error for a record that is not what its format promises. The message shows its beginning; all
 * of it is in `record`.
 */
export function malformed(
  text: string,
  { format, index, unfinished = false }: RecordPlace,
  expected: string,
  { cause, hint = unfinished ? CUT_OFF : hintFor(text) }: { cause?: unknown; hint?: string } = {},
): ChunkParseError {
  const message = `${format}: record ${index}: ${expected}, got ${excerpt(text)}. ${hint}`;
  const isBeginning = unfinished && /^\s*[[{"]/.test(text);
  return new ChunkParseError(message, { record: text, index, unfinished: isBeginning }, { cause });
}

function hintFor(text: string): string {
  return HINTS.find(([looksLike]) => looksLike.test(text))?.[1] ?? "";
}

/** The beginning of a text, in quotes, as messages show it. */
export function excerpt(text: string): string {
  const shown = JSON.stringify(text.slice(0, EXCERPT_LENGTH));
  return shown.length > EXCERPT_LENGTH ? `${shown.slice(0, EXCERPT_LENGTH - 1)}…` : shown;
}
