import { HookError, type HttpStreamingError } from "../../errors.js";
import { messageOf } from "../../transport/network-failure.js";
import type { CallState } from "./call-state.js";
import type { AnswerRules } from "../answer/answer-rules.js";
import {
  RepeatedPart,
  type Continuation,
  type PartialAnswer,
  type PlannedRest,
} from "../answer/continuation.js";
import type { Effects } from "../effects.js";
import { checkFields, isBoolean, requestFields, type FieldChecks } from "../hooks/check-fields.js";
import { askHook } from "../hooks/hook-call.js";

/**
 * Asks the model how to go on with an answer that broke off. `undefined` where it does not say, and where the
 * rest could not be told from something else.
 *
 * @throws HookError for what `continueFrom` may not return.
 */
export function* planRest<R>(
  state: CallState<R>,
  error: HttpStreamingError,
): Effects<PlannedRest | undefined> {
  const { call, answer, deadlines, answerState, report } = state;
  const { continueFrom } = call;
  if (continueFrom === undefined || answer.stopped) return undefined;
  const partial = state.partialAnswer();
  const context = { attempt: report.attempts, error, state: answerState };
  const ask = () => continueFrom(partial, context);
  const continuation = yield* askHook("continueFrom", ask, deadlines.total());
  state.keep(context);
  if (continuation === undefined || continuation === null) return undefined;
  // A misspelt `repeats` would double a part of the answer without a word.
  checkFields(continuation, FIELDS, refuse);
  const mayGoOn = continuation.cursor === true ? isAtRecordEnd(state) : isAtTextEnd(state);
  if (!mayGoOn || !canTellRepeated(continuation, partial, answer)) return undefined;
  try {
    return { continuation, repeated: new RepeatedPart(continuation.repeats, partial) };
  } catch (fault) {
    throw refuse(`what is wrong: ${messageOf(fault)}`);
  }
}

/** A cursor stands between two records: a half one counts as come there, and its other half would be lost. */
function isAtRecordEnd<R>({ reading }: CallState<R>): boolean {
  return reading?.endedInRecord !== true;
}

/**
 * What comes again is told from what is new by its text; thoughts, where all comes again. The pieces of a tool call
 * would double.
 */
function canTellRepeated(
  { repeats }: Continuation,
  { text, reasoning }: PartialAnswer,
  { isText }: Pick<AnswerRules, "isText">,
): boolean {
  if ((repeats ?? "none") === "none") return true;
  return isText && (repeats === "all" || text !== "" || reasoning === "");
}

/**
 * New text can follow the text so far: not behind the announced end, and neither tool calls, refusals and blocks
 * nor what a schema shapes, for whoever goes on does not know how they began.
 */
function isAtTextEnd<R>({ answer, call }: CallState<R>): boolean {
  return !answer.progress.announced && answer.isText && call.isShaped !== true;
}

/** The fields of a continuation. What `repeats` may be depends on the answer. */
const FIELDS: FieldChecks<keyof Continuation> = /* @__PURE__ */ requestFields({
  cursor: ["true or false, whether the server goes on from a cursor", isBoolean],
  repeats: ['"none", "all" or { from }', () => true],
});

function refuse(what: string): HookError {
  return new HookError(
    "continueFrom",
    `continueFrom returned ${what}. Return { payload, repeats, ... }, which says how to ask for the rest, or null.`,
  );
}
