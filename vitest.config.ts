import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

import { inlineWorkerVite } from "./scripts/bundle-worker.mjs";

const fromRoot = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** They take a third of the time of their kind, and ask the platform for nothing. */
const COMPUTING = [
  "test/unit/formats/json/predicting-parser.test.ts",
  "test/unit/streaming/answer/tool-call-assembler.test.ts",
];

/** Tests that run with the twins (see `imports` in package.json) of a platform. */
function project(name: "node" | "web", include: string[], exclude: string[] = []) {
  const find = /^#(runtime|platform)$/;
  return {
    extends: true as const,
    resolve: { alias: [{ find, replacement: fromRoot(`src/$1/${name}.ts`) }] },
    test: { name, include, exclude },
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
    projects: [
      // The package test needs a build (`npm run test:package`); benchmarks and runtimes have packages of their own.
      project("node", ["test/**/*.test.ts"], ["test/{package,benchmarks,runtimes}/**"]),
      // What runs everywhere, on what the web has.
      project("web", ["test/unit/{formats,runtime,streaming}/**/*.test.ts"], COMPUTING),
    ],
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
