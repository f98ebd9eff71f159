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

  it.each<[string, object]>([
    ["a URL's query", { base: "https://models.test/?key=s-1" }],
    ["a URL object", { base: new URL("https://u:s-1@models.test/") }],
    ["a map", { vault: new Map([["token", "s-1"]]) }],
    [
      "an object of a class",
      {
        vault: new (class Vault {
          token = "s-1";
        })(),
      },
    ],
    [
      "a tool that the server runs",
      { tools: [{ type: "mcp", url: "https://m", headers: { cookie: "s-1" } }] },
    ],
  ])("hides a credential in %s, and gives it to hooks", (_, options) => {
    const hidden = conceal(options);
    expect(JSON.stringify(hidden)).not.toContain("s-1");
    expect(inspect(hidden, { depth: 9, showHidden: true })).not.toContain("s-1");
    expect(reveal(hidden)).toEqual(options);
  });

  it("leaves the tools that hold none as they are", () => {
    const properties = { password: { type: "string" } };
    const tools = [{ type: "function", function: { name: "f", parameters: { properties } } }];
    expect(conceal({ tools })).toEqual({ tools });
  });

  it("is undone by reveal, done once or twice", () => {
    expect(reveal(conceal(OPTIONS))).toEqual(OPTIONS);
    expect(reveal(conceal(conceal(OPTIONS)))).toEqual(OPTIONS);
    const [config, options] = concealed([1, OPTIONS]);
    expect([config, reveal(options)]).toEqual([1, OPTIONS]);
  });
});
