import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { inlineWorker } from "../../scripts/bundle-worker.mjs";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What a program printed, and how it ended. */
export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project in which the package is installed by its name: the sources bundled as they are now, without `dist`. */
export interface UserProject {
  readonly folder: string;
  /** Writes a TypeScript program as JavaScript; gives its path. */
  write(name: string, typescript: string): Promise<string>;
  /** Copies the examples into it, compiled. */
  addExamples(): Promise<void>;
  /** Runs a program in a process of its own. */
  run(
    path: string,
    args?: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<ProgramResult>;
  remove(): Promise<void>;
}

export async function createUserProject(): Promise<UserProject> {
  // Inside node_modules, so that the peer dependencies are found, and nothing else is.
  const cache = join(ROOT, "node_modules", ".cache", "http-streaming-llm");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "user-project-"));
  const installed = join(folder, "node_modules", "http-streaming-llm");
  const manifest = {
    name: "http-streaming-llm",
    type: "module",
    exports: { ".": "./index.js", "./openai": "./openai.js", "./testing": "./testing.js" },
  };
  await build({
    absWorkingDir: ROOT,
    entryPoints: {
      index: "src/index.ts",
      openai: "src/openai/index.ts",
      testing: "src/testing/index.ts",
    },
    outdir: installed,
    bundle: true,
    splitting: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    plugins: [inlineWorker()],
  });
  await writeFile(join(installed, "package.json"), JSON.stringify(manifest));
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  return {
    folder,
    write: async (name, typescript) => {
      const path = join(folder, name);
      const options = { loader: "ts", target: "es2022", sourcefile: name } as const;
      await writeFile(path, (await transform(typescript, options)).code);
      return path;
    },
    addExamples: async () => {
      await cp(join(ROOT, "examples"), folder, { recursive: true });
      await build({
        absWorkingDir: ROOT,
        entryPoints: ["examples/**/*.ts"],
        outdir: folder,
        outbase: "examples",
        target: "es2022",
        format: "esm",
      });
    },
    run: (path, args = [], env = {}) =>
      new Promise((resolve) => {
        const command = [path, ...args];
        const options = { cwd: folder, env: { ...process.env, NODE_OPTIONS: "", ...env } };
        const child = execFile(process.execPath, command, options, (_error, stdout, stderr) => {
          resolve({ code: child.exitCode ?? -1, stdout, stderr });
        });
      }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
