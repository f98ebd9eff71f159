import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

import { inlineWorkerVite } from "./scripts/bundle-worker.mjs";

const PROCESS = "test/behaviour/process/**/*.test.ts";
/**
 * The package test needs a build (`npm run test:package`), LangServe's needs Python (`npm run test:langserve`);
 * benchmarks and runtimes have packages of their own.
 */
const ELSEWHERE = "test/{package,benchmarks,runtimes,examples/langserve-python}/**";
/** The web has no channels; the others ask the platform for nothing, or are the dearest of their kind. */
const ON_NODE_ALONE = [
  "test/unit/formats/deep-equal.test.ts",
  "test/unit/formats/json/fast/*.test.ts",
  "test/unit/formats/json/partial-json.test.ts",
  "test/unit/streaming/{delta,diagnostics,provider}/*.test.ts",
  "test/unit/streaming/answer/stop-filter.test.ts",
  "test/unit/streaming/answer/tool-call-assembler.test.ts",
  "test/unit/streaming/retry/rate-limit-gate*.test.ts",
];
const fromRoot = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Tests that run with the twins (see `imports` in package.json) of a platform. */
function project(
  name: string,
  platform: "node" | "web",
  test: { include: string[]; exclude?: string[]; isolate?: boolean },
) {
  const find = /^#(runtime|platform)$/;
  return {
    extends: true as const,
    resolve: { alias: [{ find, replacement: fromRoot(`src/$1/${platform}.ts`) }] },
    test: { name, ...test },
  };
}

export default defineConfig({
  plugins: [inlineWorkerVite()],
  resolve: {
    // The tests import the package by its name, as users do, and need no build.
    alias: [
      { find: /^http-streaming-llm$/, replacement: fromRoot("src/index.ts") },
      { find: /^http-streaming-llm\/(openai|testing)$/, replacement: fromRoot("src/$1/index.ts") },
    ],
  },
  test: {
    // Processes, not threads: the synchronous path stops its whole thread in Atomics.wait.
    pool: "forks",
    // undici says of its SOCKS proxies that they are experimental.
    execArgv: ["--disable-warning=ExperimentalWarning"],
    // Most of a test is waiting: with one process for each core, a third of the time would stand idle.
    maxWorkers: availableParallelism() + 2,
    // A test that hangs is found out; one on a busy machine is not taken for it.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    coverage: { include: ["src/**"], reporter: ["text-summary", "html"] },
    projects: [
      // A process runs one file after the other: LangChain and the sources are loaded once, not a hundred times.
      project("node", "node", {
        include: ["test/**/*.test.ts"],
        exclude: [ELSEWHERE, PROCESS],
        isolate: false,
      }),
      // What these measure belongs to the process: its memory, its handles, its async context, its thread.
      project("process", "node", { include: [PROCESS] }),
      // What runs everywhere, on what the web has.
      project("web", "web", {
        include: ["test/unit/{formats,streaming}/**/*.test.ts"],
        exclude: ON_NODE_ALONE,
        isolate: false,
      }),
    ],
  },
});
