import { HookError } from "../../errors.js";
import type { Deadline } from "../../transport/transport.js";
import { settle, type Effects } from "../effects.js";
import { messageOf } from "../../transport/network-failure.js";
import { withoutInput } from "../redaction/thrown-error.js";

/** Calls a hook and waits for its result. What it throws, or rejects with, names the hook. */
export function* askHook<T>(
  hook: string,
  ask: () => T | PromiseLike<T>,
  deadline: Deadline,
): Effects<T> {
  const pending = begin(hook, ask);
  if (!isPromise(pending)) return pending;
  return yield* settle(hook, wrapRejection(hook, pending), deadline);
}

/** Calls a hook that is not waited for. What it throws names the hook; a Promise is refused. */
export function callHook<T>(hook: string, ask: () => T): T {
  return atOnce(hook, begin(hook, ask));
}

/**
 * The result of a hook that is not waited for.
 *
 * @throws HookError for a Promise: it would be taken for a yes, or for an object without anything in it.
 */
export function atOnce<T>(hook: string, result: T): T {
  if (!isPromise(result)) return result;
  // Nobody will await it: its own failure must not surface as an unhandled rejection.
  Promise.resolve(result).catch(() => undefined);
  throw new HookError(
    hook,
    `${hook} returned a Promise, but it must be synchronous (no async, no await).`,
  );
}

/** A Promise for a hook, which may forget to await it: its failure is for who does, and ends no process. */
export function mayBeForgotten<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function begin<T>(hook: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw hookFailure(hook, error);
  }
}

/** Tells whether a hook's result has to be waited for. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as Partial<PromiseLike<T>> | null | undefined)?.then === "function";
}

async function wrapRejection<T>(hook: string, pending: PromiseLike<T>): Promise<T> {
  try {
    return await pending;
  } catch (error) {
    throw hookFailure(hook, error);
  }
}

const BUILT_IN_ERRORS: ReadonlySet<unknown> = new Set([
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
]);

/** Errors that mean something to the reader's code pass as they are: ours, aborts, and LangChain's own. */
export function hookFailure(hook: string, error: unknown): Error {
  if (!(error instanceof Error)) {
    return new HookError(hook, `${hook} threw something that is not an Error: ${messageOf(error)}`);
  }
  if (!BUILT_IN_ERRORS.has(error.constructor) || error.name === "AbortError") return error;
  const cause = withoutInput(error);
  return new HookError(hook, `${hook} threw: ${cause.message}`, { cause });
}
