import { afterAll, beforeAll, describe, it, type ExpectStatic } from "vitest";
import { startModelServer, type ModelServer } from "../../examples/server/start.js";
import {
  createUserProject,
  type ProgramResult,
  type UserProject,
} from "../helpers/user-project.js";

let project: UserProject;
let server: ModelServer;

beforeAll(async () => {
  [project, server] = await Promise.all([createUserProject(), startModelServer({ pauseMs: 5 })]);
  await project.addExamples();
});
afterAll(() => Promise.all([project.remove(), server.close()]));

function run(
  program: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<ProgramResult> {
  return project.run(program, args, env);
}

/** The seconds in the demo's lines `  +0.123s  "token"`, and the tokens. */
function readTokens(section: string): { at: number[]; text: string } {
  const lines = [...section.matchAll(/^ {2}\+(\d+\.\d{3})s {2}(".*")$/gm)];
  return {
    at: lines.map(([, seconds]) => Number(seconds)),
    text: lines.map(([, , token]) => JSON.parse(token!) as string).join(""),
  };
}

describe.concurrent("The demo", { timeout: 60_000 }, () => {
  it("shows ten lines of code and tokens over time on three paths", async ({ expect }) => {
    const { code, stdout, stderr } = await run("demo/main");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [shownClass, ...sections] = stdout.split(/\n\n(?=\d\.)/);
    expect(shownClass).toMatch(/^export class MyLLM extends HttpStreamingLLM(.*\n){9}}$/m);
    const paths = sections.map(readTokens);
    expect(paths).toHaveLength(3);
    for (const { at, text } of paths) {
      expect(text).toBe(paths[0]!.text);
      expect(at.at(-1)! - at[0]!).toBeGreaterThan(0.25);
    }
  });

  it("asks a server of the user's, of either API", async ({ expect }) => {
    const [ollama, openai] = await Promise.all([
      run("demo/main", ["--url", server.origin, "--model", "m"]),
      run("demo/main", ["--url", `${server.origin}/v1`, "--model", "m", "--api", "openai"]),
    ]);
    expect([ollama.code, openai.code]).toEqual([0, 0]);
    expect(readTokens(openai.stdout).text).toBe(readTokens(ollama.stdout).text);
    expect(readTokens(ollama.stdout).text).not.toBe("");
  });

  it("explains what is wrong with its arguments, or with the server", async ({ expect }) => {
    const [argument, url] = await Promise.all([
      run("demo/main", ["--nope"]),
      run("demo/main", ["--url", `${server.origin}/elsewhere/`, "--model", "m"]),
    ]);
    expect(argument).toMatchObject({ code: 2, stdout: "" });
    expect(argument.stderr).toMatch(/^Unknown option '--nope'\.\n\nnpm run demo\n/);
    expect(url.code).toBe(1);
    expect(url.stderr).toContain("the server answered 404: there is nothing at this path");
    expect(url.stderr).not.toContain("    at ");
  });
});

/** Without a key they ask the embedded server. */
const OFFLINE = {
  ...{ ANTHROPIC_API_KEY: "", GEMINI_API_KEY: "", AWS_ACCESS_KEY_ID: "", TENCENT_SECRET_ID: "" },
  ...{ GIGACHAT_CREDENTIALS: "", REPLICATE_API_TOKEN: "", YANDEX_OAUTH_TOKEN: "" },
};

describe.concurrent("An example", { timeout: 60_000 }, () => {
  it.for(["langserve-590", "langserve-client", "gigachat", "replicate", "sagemaker", "yandex"])(
    "%s runs offline and shows both paths",
    async (name, { expect }) => {
      expectBothPaths(expect, await run(name, [], OFFLINE));
    },
  );

  it.for([
    ["langserve-590", "LANGSERVE_590_URL", "/ask"],
    ["ollama-generate", "OLLAMA_URL", ""],
    ["openai-completions", "OPENAI_BASE_URL", "/v1"],
    ["plain-text", "PLAIN_TEXT_URL", "/text"],
  ] as const)("%s asks the server that %s names", async ([name, variable, path], { expect }) => {
    const url = server.origin + path;
    const result = await run(name, [], { [variable]: url });
    expectBothPaths(expect, result);
    expect(result.stdout).toContain(` at ${url}`);
  });

  it.for([
    ["openai-chat", "OpenAIChat", "OPENAI_BASE_URL", "/v1"],
    ["ollama-chat", "OllamaChat", "OLLAMA_URL", ""],
    ["anthropic-messages", "AnthropicChat", "", ""],
    ["gemini", "GeminiChat", "", ""],
    ["bedrock-converse", "BedrockChat", "", ""],
    ["hunyuan", "HunyuanChat", "", ""],
  ] as const)(
    "%s calls a tool and shows both paths",
    async ([name, cls, variable, path], context) => {
      const { expect } = context;
      const url = server.origin + path;
      const { code, stdout, stderr } = await run(name, [], {
        ...OFFLINE,
        ...(variable && { [variable]: url }),
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain(`${cls} at ${variable ? url : "http://127.0.0.1:"}`);
      expect(stdout).toContain('\ncalled: get_weather({"city":"Paris"})\n');
      const answer = "get_weather says “15 °C in Paris”, get_weather says “24 °C in New York”.";
      expect(stdout.split(answer)).toHaveLength(3);
    },
  );

  it.for([
    ["unbroken-chat", "OPENAI_BASE_URL", "/v1"],
    ["unbroken-completions", "OPENAI_BASE_URL", "/v1"],
    ["unbroken-events", "EVENTS_URL", "/events"],
  ] as const)("%s shows where its answer broke off", async ([name, variable, path], { expect }) => {
    const result = await run(name, [], { [variable]: server.origin + path });
    expectBothPaths(expect, result);
    expect(result.stdout).toContain(" ⚡");
  });

  it("serves a model beside one by hand, whose chunks come one by one and all at once", async ({
    expect,
  }) => {
    const { code, stdout, stderr } = await run("langserve/side-by-side");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [streamed, byHand] = stdout.split("by-hand:").map(readTokens);
    expect(streamed!.at.length).toBeGreaterThanOrEqual(10);
    expect(streamed!.at.at(-1)! - streamed!.at[0]!).toBeGreaterThan(0.25);
    expect(byHand).toMatchObject({ text: streamed!.text, at: [expect.any(Number)] });
    expect(stdout.match(/chunks, the text of invoke/g)).toHaveLength(2);
  });

  it("shows an agent that takes two steps", async ({ expect }) => {
    const { code, stdout, stderr } = await run("agent", [], {
      OPENAI_BASE_URL: `${server.origin}/v1`,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(
      'called: convert_temperature {"value":21,"to":"fahrenheit"}\nanswered: 69.8 °F\n',
    );
  });
});

function expectBothPaths(expect: ExpectStatic, { code, stdout, stderr }: ProgramResult): void {
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [, asynchronous, synchronous] = stdout.split(/\n\nstream(?:Sync)?: .* …\n/);
  expect(synchronous?.trimEnd()).not.toBe("");
  expect(asynchronous).toContain(synchronous?.trimEnd());
}
