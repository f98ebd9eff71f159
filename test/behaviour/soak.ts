/**
 * Calls with random faults, many more than a test can wait for: `npm run soak`, or with
 * `-- --runs 50000 --seed 7`. Prints what happened; ends with an error when anything was wrong.
 */
import { parseArgs } from "node:util";
import { activeResources, leftResources } from "../helpers/leaks.js";
import { runWithFaults } from "../helpers/fault-runs.js";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
const MOST_GROWTH_MIB = 8;

const before = activeResources();
const report = await runWithFaults({
  seed,
  runs,
  atOnce: 32,
  warmUp: Math.min(1000, runs / 2),
  onProgress: (done) => {
    if (done % 1000 === 0) console.error(`${done} runs`);
  },
});
const left = await leftResources(before);
const growthMiB = report.heapGrowth / 2 ** 20;

console.log(
  `${runs} runs with seed ${seed}, ${report.requests} requests, ${report.seconds.toFixed(0)} s`,
);
console.table(report.endings);
console.log(`heap: ${growthMiB.toFixed(2)} MiB more at the end than after the warm-up`);
console.log(`resources left: ${JSON.stringify(left)}`);
for (const problem of report.problems) console.error(problem);

const isFlat = growthMiB < MOST_GROWTH_MIB && Object.keys(left).length === 0;
process.exitCode = report.problems.length === 0 && isFlat ? 0 : 1;
