import { describe, expect, it } from "vitest";
import { runWithFaults } from "../../helpers/fault-runs.js";

const MIB = 1024 * 1024;

describe("calls with random faults and random exits", { timeout: 240_000 }, () => {
  it("give the right answer or a typed error, end once, and leave nothing behind", async () => {
    const seed = 20_260_101;
    const report = await runWithFaults({ seed, runs: 250, atOnce: 16, warmUp: 60 });
    expect(report.problems).toEqual([]);
    expect(report.heapGrowth).toBeLessThan(6 * MIB);
    // Every kind of ending was among them.
    expect(Object.keys(report.endings)).toEqual(
      expect.arrayContaining([
        "answer",
        "left",
        "CONNECTION",
        "HTTP_STATUS",
        "TIMEOUT",
        "TRUNCATED_STREAM",
        "AbortError",
      ]),
    );
  });
});
