import type { CallDiagnostics } from "./diagnostics.js";

/** Measures how the content of an answer comes: the gaps between the reads that give some, and the rate of tokens. */
export class ContentPace {
  #firstAt = 0;
  #lastAt = 0;
  #gaps = 0;
  #longestMs = 0;

  /** The first content has come. */
  begin(): void {
    this.#firstAt = this.#lastAt = performance.now();
  }

  /** Another read gave content. */
  goOn(): void {
    const now = performance.now();
    this.#gaps++;
    this.#longestMs = Math.max(this.#longestMs, now - this.#lastAt);
    this.#lastAt = now;
  }

  /** The measures of an answer of so many tokens; none where all of it came at once. */
  measures(outputTokens: number): Pick<CallDiagnostics, "gaps" | "tokensPerSecond"> {
    const count = this.#gaps;
    if (count === 0) return {};
    const elapsedMs = this.#lastAt - this.#firstAt;
    const gaps = { count, meanMs: elapsedMs / count, longestMs: this.#longestMs };
    const isRate = outputTokens > 1 && elapsedMs > 0;
    return isRate ? { gaps, tokensPerSecond: ((outputTokens - 1) / elapsedMs) * 1000 } : { gaps };
  }
}
