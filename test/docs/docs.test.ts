import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startModelServer, type ModelServer } from "../../examples/server/start.js";
import { SETTINGS } from "../../src/streaming/settings/setting-table.js";
import { createUserProject, ROOT, type UserProject } from "../helpers/user-project.js";
import { endOf, Page } from "./page.js";

/** Where the models of the guides are. */
const SHOWN_ORIGIN = "http://127.0.0.1:11434";

const guides = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
const pages = new Map(
  ["README.md", ...guides.map((name) => `docs/${name}`)].map((name) => {
    return [name, new Page(readFileSync(join(ROOT, name), "utf8"))] as const;
  }),
);

describe("The code of the guides", () => {
  it("is in TypeScript or JavaScript blocks that are checked here", () => {
    const others = [...pages.values()].flatMap(({ languages }) => languages);
    expect([...new Set(others)].sort()).toEqual(["js", "sh", "text", "ts"]);
  });
});

describe.concurrent("The code of a guide", { timeout: 60_000 }, () => {
  let project: UserProject;
  let server: ModelServer;

  const scripts = [...pages].flatMap(([name, { javascript }]) =>
    javascript.map((program, index) => [`${name}-${index}`, program] as const),
  );
  const programs = [
    ...[...pages].map(([name, { markedProgram }]) => [name, markedProgram] as const),
    ...scripts,
  ];
  const fileOf = (name: string) => name.replaceAll("/", "-");

  beforeAll(async () => {
    [project, server] = await Promise.all([createUserProject(), startModelServer({ pauseMs: 1 })]);
    const texts = programs.map(([name, program]) => {
      return [fileOf(name), program.replaceAll(SHOWN_ORIGIN, server.origin)] as const;
    });
    await project.add(new Map(texts));
  });
  afterAll(() => Promise.all([project.remove(), server.close()]));

  async function run(name: string): Promise<string> {
    const { code, stdout, stderr } = await project.run(fileOf(name));
    expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: "" });
    return stdout.replaceAll(server.origin, SHOWN_ORIGIN);
  }

  it.for([...pages])("runs and prints what %s says", async ([name, page], { expect }) => {
    let rest = await run(name);
    const printed = page.typescript.map((_, index) => {
      const [output, ...others] = rest.split(`${endOf(index)}\n`);
      rest = others.join("");
      return output?.trimEnd();
    });
    for (const { block, text } of page.outputs) expect(printed[block]).toBe(text.trimEnd());
  });

  it.for(scripts)("runs in plain JavaScript: %s", async ([name], { expect }) => {
    expect(await run(name)).not.toBe("");
  });
});

describe("docs/skill.md", () => {
  it("names every setting", () => {
    const skill = readFileSync(join(ROOT, "docs/skill.md"), "utf8");
    const missing = Object.keys(SETTINGS).filter((name) => !skill.includes(`\`${name}\``));
    expect(missing).toEqual([]);
  });
});

describe("README.md", () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");

  it("shows a complete model in under 30 lines", () => {
    const [first] = pages.get("README.md")!.typescript;
    expect(first).toMatch(/extends HttpStreamingLLM[^]*streamSync/);
    expect(first!.split("\n").length).toBeLessThan(30);
  });

  it("has the two commands of a fresh machine", () => {
    expect(readme).toContain("\nnpm ci && npm run demo\n");
    expect(readme).toContain("\nnpm ci && npm test\n");
  });
});
