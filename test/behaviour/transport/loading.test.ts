/** Programs that cannot send: bundled, installed or started so that something of the transport is missing. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inlineWorker } from "../../../scripts/bundle-worker.mjs";
import { startScriptedServer, type ScriptedServer } from "../../helpers/scripted-server.js";

const run = promisify(execFile);
const PERMISSION = ["--permission", "--experimental-permission"].find((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
)!;
const NET = process.allowedNodeEnvironmentFlags.has("--allow-net") ? ["--allow-net"] : [];

/** Calls a model on both paths; prints what came. */
const PROGRAM = `
  const { HttpStreamingLLM, text } = await import(process.argv[2]);
  class Model extends HttpStreamingLLM {
    _llmType() { return "model"; }
    endpoint = process.argv[3];
    format = text();
    buildPayload(prompt) { return prompt; }
    parseChunk(piece) { return piece; }
  }
  const results = {};
  for (const path of ["invoke", "invokeSync"]) {
    try {
      results[path] = { answer: await new Model({})[path]("x") };
    } catch ({ name, message }) {
      results[path] = { name, message };
    }
  }
  console.log(JSON.stringify(results));
  process.exit();
`;

interface Result {
  readonly answer?: string;
  readonly name?: string;
  readonly message?: string;
}

let folder: string;
let server: ScriptedServer;
let url: string;
const bundles = { whole: "", withoutUndici: "" };

async function bundle(name: string, external: string[], banner: string): Promise<string> {
  const outfile = path.join(folder, `${name}.mjs`);
  await build({
    entryPoints: [fileURLToPath(new URL("../../../src/index.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    outfile,
    external,
    banner: { js: banner },
    plugins: [inlineWorker()],
    logLevel: "silent",
  });
  return outfile;
}

async function results(file: string, flags: string[] = []): Promise<Record<string, Result>> {
  const program = path.join(folder, "program.mjs");
  const { stdout } = await run(process.execPath, [...flags, program, `file://${file}`, url]);
  return JSON.parse(stdout) as Record<string, Result>;
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "http-streaming-llm-"));
  writeFileSync(path.join(folder, "program.mjs"), PROGRAM);
  server = await startScriptedServer();
  url = server.url({ headers: { "content-type": "text/plain" }, steps: [{ text: "Hello" }] });
  const require =
    'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
  bundles.whole = await bundle("whole", [], require);
  bundles.withoutUndici = await bundle("without-undici", ["undici"], require);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a program that cannot load undici", () => {
  it("is told so, and asks nobody, where undici is not installed", async () => {
    const { invoke, invokeSync } = await results(bundles.withoutUndici);
    expect(invoke).toMatchObject({ name: "HookError" });
    expect(invoke?.message).toMatch(/undici.*could not be loaded.*dependencies/s);
    expect(invoke?.message).not.toMatch(/Tried/);
    // The worker brings its own.
    expect(invokeSync).toEqual({ answer: "Hello" });
  });

  it("is told what to do where its bundle cannot require Node's modules", async () => {
    // LangChain's core needs no require: only undici does.
    const bundled = await bundle("no-require", [], "");
    const { invoke } = await results(bundled);
    expect(invoke).toMatchObject({ name: "HookError" });
    expect(invoke?.message).toMatch(/require.*--external:undici/s);
  });
});

describe("a program under Node's permission model", () => {
  it("does all that it is allowed to", async () => {
    const flags = [PERMISSION, "--allow-fs-read=*", "--allow-worker", ...NET];
    const { invoke, invokeSync } = await results(bundles.whole, flags);
    expect([invoke, invokeSync]).toEqual([{ answer: "Hello" }, { answer: "Hello" }]);
  });

  it("is told which flag the synchronous path needs", async () => {
    const flags = [PERMISSION, "--allow-fs-read=*", ...NET];
    const { invoke, invokeSync } = await results(bundles.whole, flags);
    expect(invoke).toEqual({ answer: "Hello" });
    expect(invokeSync).toMatchObject({ name: "HookError" });
    expect(invokeSync?.message).toMatch(/--allow-worker.*asynchronous path/);
  });
});
