import { afterEach, describe, expect, it, vi } from "vitest";
import { ContentPace } from "../../../../src/streaming/diagnostics/content-pace.js";

/** A pace whose content came at these moments, in ms. */
function paceOf(...moments: number[]): ContentPace {
  const now = vi.spyOn(performance, "now");
  for (const moment of moments) now.mockReturnValueOnce(moment);
  const pace = new ContentPace();
  pace.begin();
  for (let read = 1; read < moments.length; read++) pace.goOn();
  return pace;
}

describe("ContentPace", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("measures the gaps between reads, and the tokens that came in them", () => {
    expect(paceOf(1_000, 1_010, 1_040).measures(5)).toEqual({
      gaps: { count: 2, meanMs: 20, longestMs: 30 },
      tokensPerSecond: 100,
    });
  });

  it("knows no rate without a number of tokens, or of what came at one moment", () => {
    expect(paceOf(1_000, 1_010).measures(0)).not.toHaveProperty("tokensPerSecond");
    expect(paceOf(1_000, 1_000).measures(5)).not.toHaveProperty("tokensPerSecond");
  });

  it("measures nothing of an answer that came at once", () => {
    expect(paceOf(1_000).measures(5)).toEqual({});
  });
});
