/**
 * Small programs with models in processes of their own, for what can only be seen from outside: what keeps a
 * process alive, what is collected, what a process does that was stopped.
 *
 *     const programs = useModelPrograms();
 *     const child = await programs.run(`process.send(await new LLM({}).invoke("Why?"));`, server.url);
 */
import { fork, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll } from "vitest";
import { inlineWorker } from "../../scripts/bundle-worker.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What every program begins with: models whose wire is the deltas themselves. */
const PRELUDE = `
import { HttpStreamingChatModel, HttpStreamingLLM, sse } from "./index.mjs";
const [url] = process.argv.slice(2);
const hooks = (Base) => class extends Base {
  endpoint = url;
  format = sse();
  _llmType() { return "program"; }
  buildPayload() { return {}; }
  parseChunk(delta) { return delta; }
};
const LLM = hooks(HttpStreamingLLM);
const Chat = hooks(HttpStreamingChatModel);
`;

interface ModelPrograms {
  /** Runs a program, with `--expose-gc`; it is ended with the test. */
  run(program: string, url: string): Promise<ChildProcess>;
}

export function useModelPrograms(): ModelPrograms {
  const children: ChildProcess[] = [];
  let folder: string;
  let programs = 0;
  // With all packages: to load LangChain's many files is most of what such a program does.
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "model-programs-"));
    await build({
      entryPoints: [join(ROOT, "src/index.ts")],
      outfile: join(folder, "index.mjs"),
      bundle: true,
      platform: "node",
      target: "node20",
      format: "esm",
      // undici requires Node's modules.
      banner: {
        js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
      },
      plugins: [inlineWorker()],
      logLevel: "silent",
    });
  });
  afterEach(() => children.splice(0).forEach((child) => child.kill("SIGKILL")));
  afterAll(() => rm(folder, { recursive: true }));
  return {
    async run(program, url) {
      const file = join(folder, `program-${++programs}.mjs`);
      await writeFile(file, `${PRELUDE}\n${program}`);
      const child = fork(file, [url], { execArgv: ["--expose-gc"] });
      child.channel?.unref();
      children.push(child);
      return child;
    },
  };
}
