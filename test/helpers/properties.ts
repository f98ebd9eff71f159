/** The one budget that all property tests share. */
import fc from "fast-check";

/** A hundred examples; more are a multiple of that. */
const RUNS = 100;
/** On a machine that is slow the examples are fewer: a property never fails for want of time. */
const LIMIT_MS = 10_000;

/** How a property is tried: with so many hundred examples, the same every time. */
export function budget(hundreds = 1) {
  return {
    seed: 7,
    numRuns: RUNS * hundreds,
    plugins: [fc.interruptAfterTimeLimit(LIMIT_MS)],
  };
}
