import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

import { inlineWorkerVite } from "./scripts/bundle-worker.mjs";

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
    include: ["test/**/*.test.ts"],
    // The package test needs a build (`npm run test:package`), LangServe's needs Python (`npm run test:langserve`);
    // the benchmarks have packages of their own.
    exclude: ["test/package/**", "test/benchmarks/**", "test/examples/langserve-python/**"],
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
  },
});
