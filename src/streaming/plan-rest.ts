import { HookError, type HttpStreamingError } from "../errors.js";
import type { CallState } from "./call-state.js";
import { RepeatedPart, type Continuation } from "./continuation.js";
import type { Effects } from "./effects.js";
import { askHook } from "./request.js";

/** How the rest of an answer will be asked for, and what of it is known already. */
export interface PlannedRest {
  readonly continuation: Continuation;
  readonly repeated: RepeatedPart;
}

/**
 * Asks the model how to go on with an answer that broke off. `undefined` where it does not say, and where no
 * other beginning can be gone on with: behind the announced end, and unless the server has a cursor in the
 * middle of tool calls and of what a schema shapes.
 *
 * @throws HookError for what `continueFrom` may not return.
 */
export function* planRest<R>(
  state: CallState<R>,
  error: HttpStreamingError,
): Effects<PlannedRest | undefined> {
  const { call, answer, deadlines, answerState, attempts } = state;
  const { continueFrom } = call;
  if (continueFrom === undefined || answer.announced || answer.stopped) return undefined;
  const partial = state.partialAnswer();
  const context = { attempt: attempts, error, state: answerState };
  const ask = () => continueFrom(partial, context);
  const continuation = yield* askHook("continueFrom", ask, deadlines.total());
  if (continuation === undefined || continuation === null) return undefined;
  if (typeof continuation !== "object") {
    throw refuse(`returned a ${typeof continuation}`);
  }
  const hasCursor = continuation.cursor === true;
  if (!hasCursor && (answer.hasToolCalls || call.isShaped === true)) return undefined;
  try {
    return { continuation, repeated: new RepeatedPart(continuation.repeats, partial) };
  } catch (fault) {
    throw fault instanceof RangeError ? refuse(`is wrong: ${fault.message}`) : fault;
  }
}

function refuse(what: string): HookError {
  return new HookError(
    "continueFrom",
    `continueFrom ${what}. Return { payload, repeats, ... }, which says how to ask for the rest, or null.`,
  );
}
