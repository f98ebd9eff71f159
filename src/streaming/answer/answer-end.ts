/** Judges the end of an answer: whether it may be one. */
import { HookError, TruncatedStreamError } from "../../errors.js";
import type { Decoder } from "../../formats/format.js";
import { shorten } from "../provider/provider-error.js";
import type { WireEnd } from "../provider/wire-end.js";
import { isToolUse } from "./finish-reasons.js";
import { excerptOf } from "./hook-failure.js";

/** The end of the records, for the judgement of the end. */
export interface RecordsEnd {
  /** Their number. */
  readonly count: number;
  /** What the format says of it. */
  readonly format: Pick<Decoder<unknown>, "ended" | "isCut" | "strayWords">;
  /** What they say of it themselves, whether the hook reads that or not. */
  readonly wire: Pick<WireEnd, "isOver" | "promise">;
  /** The last finish reason that stands in those of which nothing came. */
  readonly reason?: string | undefined;
  /** A field in which the model says something though nothing came of the record, with what it says. */
  readonly unread?: string | undefined;
  /** The last one of which nothing came. */
  readonly last?: unknown;
}

/** The facts of an answer that count where nobody announced its end. */
export interface UnannouncedAnswer {
  /** A part of it has come. */
  readonly hasContent: boolean;
  /** A hook found a text in a record, though it was empty. */
  readonly isUnderstood: boolean;
  /** It came in one piece. */
  readonly isWhole: boolean;
  /** Its end was to be announced: the settings say so, or the provider has said that more would come. */
  readonly isPromised: boolean;
  /** The hook that read the records. */
  readonly hook: string;
  /** Takes out of a text what no error may show. */
  readonly redact: (text: string) => string;
}

/** @throws TruncatedStreamError where an end that nobody announced is none. */
export function checkUnannounced(records: RecordsEnd, answer: UnannouncedAnswer): void {
  const fault = faultOf(records, answer);
  if (fault === undefined) return;
  throw new TruncatedStreamError(`the response ended ${fault}`, { records: records.count });
}

function faultOf(
  { count, format: { ended, isCut, strayWords }, wire: { promise }, last }: RecordsEnd,
  { hasContent, isUnderstood, isWhole, isPromised, hook, redact }: UnannouncedAnswer,
): string | undefined {
  if (ended === true && (isUnderstood || hasContent)) return undefined;
  if (strayWords !== undefined) return `with the words: ${shorten(redact(strayWords))}`;
  if (count === 0) {
    return "without a single record. An empty answer counts only if a record says that it is done.";
  }
  if (!hasContent) {
    const given = isWhole ? " (it is given the whole body)" : "";
    return `after ${count} record(s), none of which gave a token or an end. Check that ${hook} reads the fields that the server sends${given}, and returns what it reads. The last one was ${redact(excerptOf(last))}`;
  }
  if (isWhole) return undefined;
  if (isCut === true) return "in the middle of a line or a character.";
  if (!isPromised) return undefined;
  const behind = promise === undefined ? "" : ` behind ${promise}`;
  return `before the provider said that the answer was complete (no done, no finishReason, no end marker${behind}). If this provider never says so, set endOfStream: "optional".`;
}

/**
 * Judges the end of an answer in which nothing came: an agent would take the empty one for its last.
 *
 * @param takesCalls the model is one that calls tools.
 * @throws HookError where the provider says that it is a tool call.
 */
export function checkToolUse(
  finishReason: string | undefined,
  takesCalls: boolean,
  hook: string,
): void {
  if (finishReason === undefined || !isToolUse(finishReason)) return;
  const advice = takesCalls
    ? "Return toolCalls: [{ index, id, name, args }] for the pieces of each call."
    : "A text model has none: extend HttpStreamingChatModel.";
  throw new HookError(
    hook,
    `the provider says that the answer is a tool call (finish reason "${finishReason}"), and ${hook} returned neither a call nor text. ${advice}`,
  );
}

/**
 * Judges the end of an answer of which nothing came.
 *
 * @throws HookError where the model has said something.
 */
export function checkUnread(
  { unread }: RecordsEnd,
  hook: string,
  redact: (text: string) => string,
): void {
  if (unread === undefined) return;
  throw new HookError(
    hook,
    `the answer is empty, though a record has ${redact(unread)}. Check that ${hook} reads this field, and returns what it reads.`,
  );
}
