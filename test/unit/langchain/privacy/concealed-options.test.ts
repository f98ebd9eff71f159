import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  cacheKeyOptions,
  conceal,
  concealed,
  reveal,
} from "../../../../src/langchain/privacy/concealed-options.js";

const OPTIONS = {
  headers: { authorization: "Bearer s-1" },
  tenant: { apiKey: "s-2", name: "a" },
  metadata: { token: "told to LangChain" },
  temperature: 0.5,
  stop: ["x"],
};

describe("conceal", () => {
  it("hides what is secret from JSON and from inspection, and nothing else", () => {
    const hidden = conceal(OPTIONS);
    for (const shown of [JSON.stringify(hidden), inspect(hidden, { depth: 9, showHidden: true })]) {
      expect(shown).not.toMatch(/s-[12]/);
    }
    expect(hidden).toMatchObject({ temperature: 0.5, stop: ["x"], metadata: OPTIONS.metadata });
    expect(JSON.parse(JSON.stringify(hidden))).toMatchObject({ tenant: { name: "a" } });
  });

  it("is undone by reveal, done once or twice", () => {
    expect(reveal(conceal(OPTIONS))).toEqual(OPTIONS);
    expect(reveal(conceal(conceal(OPTIONS)))).toEqual(OPTIONS);
    const [config, options] = concealed([1, OPTIONS]);
    expect([config, reveal(options)]).toEqual([1, OPTIONS]);
  });
});

describe("cacheKeyOptions", () => {
  const key = (options: object, endpoint = "http://models.test/") =>
    JSON.stringify(cacheKeyOptions({ endpoint }, options));

  it("counts what changes the answer, not how it travels", () => {
    expect(key({ temperature: 1 })).not.toBe(key({ temperature: 2 }));
    expect(key({ timeouts: { idle: 1 }, signal: AbortSignal.abort() })).toBe(key({}));
    expect(key({}, "http://other.test/")).toBe(key({}));
    expect(key({}, "http://models.test/?model=a")).not.toBe(key({}));
  });

  it("counts a credential, and does not show it", () => {
    const one = key({ apiKey: "s-1" });
    expect(one).not.toBe(key({ apiKey: "s-2" }));
    expect(one).not.toContain("s-1");
    expect(key({}, "http://models.test/?key=s-1")).not.toContain("s-1");
  });

  it("takes an endpoint that is none for one without a query", () => {
    expect(key({}, "nowhere")).toBe(key({}));
  });
});
