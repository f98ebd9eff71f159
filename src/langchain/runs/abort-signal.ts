import type { RunnableConfig } from "@langchain/core/runnables";
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

/** A signal that fires with either of two: with the caller's, where there is one, or with one of our own. */
export function eitherSignal(given: AbortSignal | undefined, own: AbortSignal): AbortSignal {
  return given === undefined ? own : AbortSignal.any([platformSignal(given), own]);
}

/**
 * Options whose `timeout` is part of their signal. LangChain would join one of its own with the signal by
 * `AbortSignal.any`, and nothing holds that: Node collects it while the call waits, and it never fires.
 */
export function withTimeoutSignal(options: RunnableConfig = {}): RunnableConfig {
  const { timeout, ...others } = options;
  // LangChain refuses what is no length of time.
  if (timeout === undefined || !(timeout > 0)) return options;
  const signal = eitherSignal(checkedSignal(options.signal), timeoutSignal(timeout));
  return { ...others, signal, metadata: { timeoutMs: timeout, ...options.metadata } };
}

/** A signal that fires after so many ms, and is held until then: by its listener. */
function timeoutSignal(ms: number): AbortSignal {
  const signal = AbortSignal.timeout(ms);
  signal.addEventListener("abort", () => undefined, { once: true });
  return signal;
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
