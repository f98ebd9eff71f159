import { HookError } from "../../errors.js";

/** Tells a signal that can be listened to. It may be of another realm, or of a library. */
export function isSignal(value: unknown): value is AbortSignal {
  if (typeof value !== "object" || value === null) return false;
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
