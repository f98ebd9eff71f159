import { describe, expect, it } from "vitest";
import { UsageTotal } from "../../../../src/streaming/answer/usage-total.js";

describe("UsageTotal", () => {
  it("replaces the reports of a response, and adds up responses", () => {
    const usage = new UsageTotal();
    expect(usage.total).toBeUndefined();
    usage.take({ inputTokens: 5, outputTokens: 1 });
    usage.take({ outputTokens: 3 });
    expect(usage.current).toEqual({ inputTokens: 5, outputTokens: 3 });
    usage.startNext();
    expect([usage.current, usage.total]).toEqual([undefined, { inputTokens: 5, outputTokens: 3 }]);
    usage.take({ inputTokens: 7, outputTokens: 2 });
    expect(usage.total).toEqual({ inputTokens: 12, outputTokens: 5 });
  });
});
