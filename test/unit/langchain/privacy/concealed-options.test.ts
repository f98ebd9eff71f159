import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { conceal, concealed, reveal } from "../../../../src/langchain/privacy/concealed-options.js";

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
