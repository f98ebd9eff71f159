import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { typeErrors } from "../helpers/type-errors.js";
import { ROOT } from "../helpers/user-project.js";
import { Page } from "./page.js";

/**
 * What compiles, in one run of the compiler: the code of the guides; and what the types of the models promise,
 * which stands in the files `*.test-d.ts` as calls of `expectTypeOf` and as `@ts-expect-error`. Those are not run.
 */
const guides = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
const pages = ["README.md", ...guides.map((name) => `docs/${name}`)];
const promises = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
  // Parts of the tests are projects of their own, with packages that have such files, too.
  .filter((name) => name.endsWith(".test-d.ts") && !name.includes("node_modules"))
  .map((name) => join("test", name.replace(/\.ts$/, "")));

const read = (name: string): string => readFileSync(join(ROOT, name), "utf8");

let errors: string[];
beforeAll(() => {
  errors = typeErrors(
    ROOT,
    new Map([
      ...pages.map((name) => [name, new Page(read(name)).program] as const),
      ...promises.map((name) => [name, read(`${name}.ts`)] as const),
    ]),
  );
});

const errorsIn = (names: readonly string[]): string[] =>
  errors.filter((error) => names.some((name) => error.includes(name)));

describe("The compiler", () => {
  it("takes the code of the guides", () => {
    expect(pages.length).toBeGreaterThan(1);
    expect(errorsIn(pages)).toEqual([]);
  });

  it("finds that the types of the models keep what they promise", () => {
    expect(promises.length).toBeGreaterThan(0);
    expect(errorsIn(promises)).toEqual([]);
  });

  it("has nothing else to say", () => {
    expect(errors).toEqual([]);
  });
});
