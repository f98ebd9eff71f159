import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { VERSION } from "../../src/version.js";

describe("VERSION", () => {
  it("is that of the package", () => {
    const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    expect(VERSION).toBe((JSON.parse(manifest) as { version: string }).version);
  });
});
