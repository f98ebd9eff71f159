import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { typeErrors } from "../../helpers/type-errors.js";

/**
 * What the types of the models promise stands in the files `*.test-d.ts`, as calls of `expectTypeOf` and as
 * `@ts-expect-error`. They are not run: they hold if they compile.
 */

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const tests = readdirSync(join(ROOT, "test/behaviour/models")).filter((name) =>
  name.endsWith(".test-d.ts"),
);

describe("The types of the models", { timeout: 120_000 }, () => {
  it("keep what they promise", () => {
    const programs = tests.map((name) => {
      const path = `test/behaviour/models/${name}`;
      return [path.replace(/\.ts$/, ""), readFileSync(join(ROOT, path), "utf8")] as const;
    });
    expect(programs.length).toBeGreaterThan(0);
    expect(typeErrors(ROOT, new Map(programs))).toEqual([]);
  });
});
