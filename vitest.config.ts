import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

import { inlineWorkerVite } from "./scripts/bundle-worker.mjs";

const PROCESS = "test/behaviour/process/**/*.test.ts";
const fromRoot = (path: string) => fileURLToPath(new URL(path, import.meta.url));

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
    // Most of a test is waiting; by default one core would stand idle.
    maxWorkers: "100%",
    // A test that hangs is found out; one on a busy machine is not taken for it.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    coverage: { include: ["src/**"], reporter: ["text-summary", "html"] },
    projects: [
      {
        // A process runs one file after the other: LangChain and the sources are loaded once, not a hundred times.
        extends: true,
        test: {
          name: "shared",
          include: ["test/**/*.test.ts"],
          // The package test needs a build (`npm run test:package`); the benchmarks have packages of their own.
          exclude: ["test/package/**", "test/benchmarks/**", PROCESS],
          isolate: false,
        },
      },
      {
        // What these measure belongs to the process: its memory, its handles, its async context, its thread.
        extends: true,
        test: { name: "process", include: [PROCESS] },
      },
    ],
  },
});
