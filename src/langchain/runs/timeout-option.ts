/** LangChain's call option `timeout`, which bounds a whole call: as a signal, and as `timeouts.total`. */
import type { RunnableConfig } from "@langchain/core/runnables";
import type { Timeouts } from "../../streaming/settings/settings.js";
import { checkedSignal, eitherSignal } from "./abort-signal.js";

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

/**
 * Call options whose `timeout` counts as `timeouts.total`, unless that is shorter. LangChain makes a signal of it,
 * but not for who calls its inner hooks; and a blocked thread runs no timer that could fire one.
 */
export function withTimeoutAsTotal<Options extends object | undefined>(
  options: Options,
  constructed: { readonly timeouts?: Timeouts | undefined },
): Options {
  const { timeout, timeouts } = (options ?? {}) as { timeout?: number; timeouts?: Timeouts };
  if (options === undefined || timeout === undefined) return options;
  const total = timeouts?.total ?? constructed.timeouts?.total;
  const shorter = Math.min(timeout, total === undefined || total === 0 ? Infinity : total);
  return { ...options, timeouts: { ...timeouts, total: shorter } };
}
