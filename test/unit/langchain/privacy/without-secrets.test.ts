import { describe, expect, it } from "vitest";
import { withoutSecrets } from "../../../../src/langchain/privacy/without-secrets.js";

describe("withoutSecrets", () => {
  it("puts LangChain's mark in their place, and leaves out what is no data", () => {
    expect(
      withoutSecrets({
        accessToken: "s",
        extraHeaders: { "X-Key": "s" },
        url: "https://u:p@host.test/?q=s",
        list: [1, () => 1, { password: "s" }],
        when: new Date(),
      }),
    ).toEqual({
      accessToken: { lc: 1, type: "secret", id: ["ACCESS_TOKEN"] },
      extraHeaders: { "X-Key": { lc: 1, type: "secret", id: ["X_KEY"] } },
      url: "https://host.test/",
      list: [1, { password: { lc: 1, type: "secret", id: ["PASSWORD"] } }],
    });
  });

  it("takes credentials and the query out of addresses, and leaves others as they are written", () => {
    const address = "https://user:pass@a.test/x?key=1";
    for (const [value, shown] of [
      [address, "https://a.test/x"],
      [new URL(address), "https://a.test/x"],
      ["https://user@a.test/", "https://a.test/"],
      ["https://a.test/?key=1", "https://a.test/"],
      ["https://a.test", "https://a.test"],
      ["https://", "https://"],
      ["a: b?c", "a: b?c"],
    ] as const) {
      expect(withoutSecrets({ value, list: [value] })).toEqual({ value: shown, list: [shown] });
    }
  });

  it("ends where an object is inside itself", () => {
    const value: Record<string, unknown> = { a: 1 };
    value.self = value;
    expect(JSON.stringify(withoutSecrets({ value }))).toContain("[Circular]");
  });
});
