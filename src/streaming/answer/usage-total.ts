import type { TokenUsage } from "../delta/stream-delta.js";
import { addUsage, mergeUsage } from "../delta/usage.js";

/** The token counts of an answer, over all responses that it is made of. */
export class UsageTotal {
  /** Of the responses before this one. */
  #earlier: TokenUsage | undefined;
  /** The counts of the response that is being read. */
  current: TokenUsage | undefined;

  /** All counts; `undefined` where the provider told none. */
  get total(): TokenUsage | undefined {
    return addUsage(this.#earlier, this.current);
  }

  /** Takes a report, which replaces the ones before it in this response. */
  take(report: TokenUsage): void {
    this.current = mergeUsage(this.current, report);
  }

  /** Another response goes on with the answer, and counts from the start. */
  startNext(): void {
    this.#earlier = this.total;
    this.current = undefined;
  }
}
