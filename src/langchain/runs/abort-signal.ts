import { HookError } from "../../errors.js";
import { isObject } from "../../formats/fields.js";

/** Tells a signal that can be listened to. It may be of another realm, or of a library. */
export function isSignal(value: unknown): value is AbortSignal {
  if (!isObject(value)) return false;
  const { aborted, addEventListener } = value as Partial<AbortSignal>;
  return typeof aborted === "boolean" && typeof addEventListener === "function";
}

/**
 * The call option `signal`; `undefined` where there is none.
 *
 * @throws HookError for what is no signal: the call could not be aborted by it.
 */
export function checkedSignal(signal: unknown, modelClass?: string): AbortSignal | undefined {
  if (signal === undefined || signal === null || isSignal(signal)) return signal ?? undefined;
  const hasSignal = isSignal((signal as Partial<AbortController>).signal);
  const what = hasSignal ? "an AbortController" : `of type ${typeof signal}`;
  throw new HookError(
    "signal",
    `${modelClass === undefined ? "" : `${modelClass}: `}signal is ${what}, and no AbortSignal. Give { signal: controller.signal }.`,
  );
}

/** A signal that fires with either of two: with the caller's, where there is one, or with one of our own. */
export function eitherSignal(given: AbortSignal | undefined, own: AbortSignal): AbortSignal {
  return given === undefined ? own : AbortSignal.any([platformSignal(given), own]);
}

/** Signals of the platform that follow those of others. */
const followers = /* @__PURE__ */ new WeakMap<object, AbortSignal>();

/** The signal itself, or one that follows it: `AbortSignal.any` takes those of other makers, and never hears of them. */
function platformSignal(signal: Pick<AbortSignal, "aborted" | "reason" | "addEventListener">) {
  if (signal instanceof AbortSignal) return signal;
  const known = followers.get(signal);
  if (known !== undefined) return known;
  const follower = new AbortController();
  const follow = (): void => {
    follower.abort(signal.reason);
  };
  if (signal.aborted) follow();
  else signal.addEventListener("abort", follow, { once: true });
  followers.set(signal, follower.signal);
  return follower.signal;
}
