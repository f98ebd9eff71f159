import { expect } from "vitest";

const PARTS = 50;
/** In proportion, the work takes as long in one as in parts; if not, up to as many times as long as there are parts. */
const TIMES = 5;
/** In µs: of less, a coarse clock shows one tick or nothing. */
const LEAST = 5_000;
/** The first turn runs before the code is compiled, and a collection of garbage may fall into any. */
const TURNS = 3;

/**
 * Says that work takes time in proportion to its amount. It is the processor's time, and compared with that of the same
 * work in parts a moment later: how fast the machine is, and how busy, is no matter.
 */
export function expectProportional(amount: number, work: (amount: number) => void): void {
  const ratios: number[] = [];
  do {
    const inOne = processorTime(() => work(amount));
    const inParts = processorTime(() => {
      for (let part = 0; part < PARTS; part++) work(amount / PARTS);
    });
    ratios.push(inOne / Math.max(inParts, LEAST));
  } while (ratios.at(-1)! > TIMES && ratios.length < TURNS);
  expect(Math.min(...ratios), "times as long as in parts").toBeLessThan(TIMES);
}

function processorTime(work: () => void): number {
  const start = process.cpuUsage();
  work();
  return process.cpuUsage(start).user;
}
