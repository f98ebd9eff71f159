import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

import { inlineWorkerVite } from "./scripts/bundle-worker.mjs";

const fromRoot = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [inlineWorkerVite()],
  resolve: {
    // The tests import the package by its name, as users do, and need no build.
    alias: [{ find: /^http-streaming-llm$/, replacement: fromRoot("src/index.ts") }],
  },
  test: {
    include: ["test/**/*.test.ts"],
    // The package test needs a build (`npm run test:package`); the benchmarks have packages of their own.
    exclude: ["test/package/**", "test/benchmarks/**"],
    typecheck: {
      enabled: true,
      exclude: ["test/benchmarks/**"],
      include: ["test/**/*.test-d.ts"],
      // `npm run types` reports these; a type test is to fail for its own sake only.
      ignoreSourceErrors: true,
    },
    // Processes, not threads: the synchronous path stops its whole thread in Atomics.wait.
    pool: "forks",
    // Most of a test is waiting; by default one core would stand idle.
    maxWorkers: "100%",
    testTimeout: 20_000,
    hookTimeout: 20_000,
    coverage: { include: ["src/**"], reporter: ["text-summary", "html"] },
  },
});
