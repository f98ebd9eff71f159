import { defineConfig } from "tsup";

import { inlineWorker } from "./scripts/bundle-worker.mjs";

/**
 * esbuild makes every top-level `const` a `var`, whose value V8 has to look up again at each use.
 * What is a `var` with a value here was a constant: a `let` of the top level has none at first.
 */
const keepConst = {
  name: "keep-const",
  renderChunk: (code: string) => ({ code: code.replaceAll(/^var (?=[{\w$]+ .*= )/gm, "const ") }),
};

export default defineConfig({
  entry: { index: "src/index.ts", openai: "src/openai/index.ts", testing: "src/testing/index.ts" },
  format: ["esm", "cjs"],
  target: "node20",
  clean: true,
  // Also for CommonJS: without it every entry would hold its own copy of module state.
  splitting: true,
  // tsup strips `node:` by default, for Node versions long gone.
  removeNodeProtocol: false,
  // The synchronous path's worker, as text: a file of its own would be lost when a user bundles us.
  esbuildPlugins: [inlineWorker()],
  plugins: [keepConst],
  // No source maps: the output is not minified, so a stack trace already points at readable code.
  sourcemap: false,
  // tsup's declaration step sets `baseUrl`, which TypeScript 6 calls deprecated (TS5101).
  dts: { compilerOptions: { ignoreDeprecations: "6.0" } },
});
