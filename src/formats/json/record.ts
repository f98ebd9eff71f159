import { ChunkParseError } from "../../errors.js";
import type { PredictingParser } from "./fast/predicting-parser.js";

/** The longest excerpt of a record that a message shows, in characters. */
const EXCERPT_LENGTH = 80;

/** Nothing but JSON's white space. */
export const BLANK = /^[ \t\r\n]*$/;

/** The hint for a record that is not JSON: its likely kind, and what to write instead. */
const HINTS: readonly [looksLike: RegExp, hint: string][] = [
  [/^(data|event|id|retry)?:/, "This looks like server-sent events: use sse()."],
  [/^\x1e/, "This looks like a JSON text sequence: use jsonSequence()."],
  [
    /^</,
    "This looks like HTML or XML: a gateway may have failed, or the endpoint is not the model's.",
  ],
  [/\0/, 'These are records with a NUL between them: use delimited("\\0").'],
  [/^\[\w+\]/, "If this is the end mark, give it to sse({ done })."],
  [/^\s*\[/, "If the response is one JSON array, use jsonArray()."],
  [/^\s*\{/, "Each record has to be one whole JSON value."],
  [/^/, "If the stream is plain text, use lines(), text() or sse({ raw: true })."],
];

/** The advice on a record that has lost its end. */
export const CUT_OFF = "The stream ended inside this record: it was probably cut off.";

/** Names the record that is being read, by its format and place, for the error. */
interface RecordPlace {
  readonly format: string;
  /** Counted from 0. */
  readonly index: number;
  /** The stream ended inside the record. */
  readonly unfinished?: boolean;
}

/**
 * The value of a record's JSON text, by `JSON.parse` or what predicts it, with which it may have been compared
 * already; `undefined` when it is only white space, which servers send to keep a connection alive.
 *
 * @throws ChunkParseError when it is not JSON.
 */
export function parseRecord(
  record: string,
  place: RecordPlace,
  predictor?: PredictingParser,
  isNew = false,
): unknown {
  try {
    if (predictor === undefined) return JSON.parse(record);
    return isNew ? predictor.parseNew(record) : predictor.parse(record);
  } catch (cause) {
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
  { cause, hint }: { cause?: unknown; hint?: string | undefined } = {},
): ChunkParseError {
  const isBeginning = unfinished && /^\s*[[{"]/.test(text) && !text.includes("\0");
  const advice = hint ?? (isBeginning ? CUT_OFF : hintFor(text));
  const message = `${format}: record ${index}: ${expected}, got ${excerpt(text, unfinished)}. ${advice}`;
  return new ChunkParseError(message, { record: text, index, unfinished: isBeginning }, { cause });
}

function hintFor(text: string): string {
  return HINTS.find(([looksLike]) => looksLike.test(text))?.[1] ?? "";
}

/**
 * The beginning of a text, in quotes, as messages show it; with the mark of a cut where it goes on.
 *
 * @param isCut the text itself is a beginning: the bytes ended in it.
 */
export function excerpt(text: string, isCut = false): string {
  const shown = JSON.stringify(text.slice(0, EXCERPT_LENGTH));
  if (shown.length > EXCERPT_LENGTH) return `${shown.slice(0, EXCERPT_LENGTH - 1)}…`;
  return isCut ? `${shown.slice(0, -1)}…` : shown;
}
