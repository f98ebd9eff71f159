/** Makes the errors of a call say what the call knows: who asked what where, what had come, and how often it was tried. */
import { HttpStreamingError, markRetryable } from "../../errors.js";
import { redactChain } from "../redaction/redaction.js";
import { shownUrl } from "../request/endpoint.js";
import { isContextOverflow, OVERFLOW_HINT } from "../retry/failure-kind.js";
import { isOfSideRequest } from "../retry/side-error.js";
import type { CallState } from "./call-state.js";

/** Puts who called what where in front of an error's message, and the partial text on it, once. */
export function annotateError<R>(state: CallState<R>, error: unknown): void {
  if (!HttpStreamingError.isInstance(error) || state.annotated.has(error)) return;
  state.annotated.add(error);
  error.partial = state.partialText;
  const isOfSide = isOfSideRequest(error);
  if (state.movedTo !== undefined && !isOfSide) {
    error.message += ` (Redirected to ${shownUrl(state.movedTo)}.)`;
  }
  redactChain(error, state.secrets());
  if (error.code === "MODEL_STREAM" && isContextOverflow(error)) {
    error.message += ` (${OVERFLOW_HINT})`;
  }
  state.call.markError?.(error);
  const { modelClass } = state.call;
  // The error of a signal names the class already.
  if (error.message.startsWith(`${modelClass}: `)) return;
  const at = isOfSide ? undefined : state.current;
  const target = at === undefined ? "" : ` ${at.method} ${shownUrl(at.url)}:`;
  error.message = `${modelClass}:${target} ${error.message}`;
}

/** Completes the error that the call ends with. */
export function completeError<R>(state: CallState<R>, error: unknown): void {
  annotateError(state, error);
  if (!HttpStreamingError.isInstance(error)) return;
  error.partial = state.partialText;
  markRetryable(error, state.decision ?? state.mayPass(error));
  if (state.tries > 1) {
    const stop = /[.!?)\u2026]$/.test(error.message) ? "" : ".";
    error.message += `${stop} Tried ${state.tries} times.`;
  }
}
