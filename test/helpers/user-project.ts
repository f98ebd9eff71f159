import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type BuildOptions, type Plugin } from "esbuild";
import { inlineWorker } from "../../scripts/bundle-worker.mjs";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const BUNDLE = {
  absWorkingDir: ROOT,
  bundle: true,
  splitting: true,
  platform: "node",
  target: "node20",
  format: "esm",
} satisfies BuildOptions;

/** What a program printed, and how it ended. */
export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Programs of users: the package by its name is the sources as they are now, without `dist`. Packages are bundled,
 * once for all programs: to load LangChain's many files is most of what a small program does.
 */
export interface UserProject {
  readonly folder: string;
  /** Writes programs in TypeScript as JavaScript, each by its name, which has no extension; installs the package. */
  add(programs: ReadonlyMap<string, string>): Promise<void>;
  /** Copies the examples into it, compiled. */
  addExamples(): Promise<void>;
  /** Runs a program in a process of its own, by its name. */
  run(
    name: string,
    args?: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<ProgramResult>;
  remove(): Promise<void>;
}

export async function createUserProject(): Promise<UserProject> {
  const cache = join(ROOT, "node_modules", ".cache", "http-streaming-llm");
  // Inside node_modules, so that what is not bundled is found.
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "user-project-"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const options = {
    ...BUNDLE,
    outdir: folder,
    chunkNames: "packages/[hash]",
    // Finds its binary by where it is itself.
    external: ["esbuild"],
    // What is CommonJS among the packages requires Node's modules.
    banner: { js: REQUIRE },
  } satisfies BuildOptions;
  return {
    folder,
    add: async (programs) => {
      const names = [...programs.keys()];
      const entryPoints = Object.fromEntries(names.map((name) => [name, `${PROGRAM}${name}`]));
      await Promise.all([
        build({ ...options, entryPoints, plugins: [texts(programs), inlineWorker()] }),
        install(folder),
      ]);
    },
    addExamples: async () => {
      await cp(join(ROOT, "examples"), folder, { recursive: true });
      const entryPoints = ["examples/**/*.ts"];
      const plugins = [filesOfTheirOwn, inlineWorker()];
      await build({ ...options, entryPoints, outbase: "examples", plugins });
    },
    run: (name, args = [], env = {}) =>
      new Promise((resolve) => {
        const command = [join(folder, `${name}.js`), ...args];
        const options = { cwd: folder, env: { ...process.env, NODE_OPTIONS: "", ...env } };
        const child = execFile(process.execPath, command, options, (_error, stdout, stderr) => {
          resolve({ code: child.exitCode ?? -1, stdout, stderr });
        });
      }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Installs the package by its name, for a program that bundles it. */
async function install(folder: string): Promise<void> {
  const installed = join(folder, "node_modules", "http-streaming-llm");
  await build({
    ...BUNDLE,
    entryPoints: { index: "src/index.ts", openai: "src/openai/index.ts" },
    outdir: installed,
    packages: "external",
    plugins: [inlineWorker()],
  });
  const manifest = {
    name: "http-streaming-llm",
    type: "module",
    exports: { ".": "./index.js", "./openai": "./openai.js" },
  };
  await writeFile(join(installed, "package.json"), JSON.stringify(manifest));
}

const REQUIRE = `import { createRequire } from "node:module";
const require = createRequire(import.meta.url);`;

/** What the name of a program begins with where esbuild asks for it. */
const PROGRAM = "program:";

/** Programs that are nowhere on disk; they import as files of the repository do. */
function texts(programs: ReadonlyMap<string, string>): Plugin {
  return {
    name: "texts",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${PROGRAM}`) }, ({ path }) => ({
        path: path.slice(PROGRAM.length),
        namespace: "program",
      }));
      onLoad({ filter: /.*/, namespace: "program" }, ({ path }) => ({
        contents: programs.get(path)!,
        loader: "ts",
        resolveDir: ROOT,
      }));
    },
  };
}

/** Leaves the examples' imports of each other: some find files by where they are themselves. */
const filesOfTheirOwn: Plugin = {
  name: "files-of-their-own",
  setup({ onResolve }) {
    const examples = join(ROOT, "examples");
    onResolve({ filter: /^\./ }, ({ path, importer }) =>
      importer.startsWith(examples) ? { path, external: true } : undefined,
    );
  },
};
