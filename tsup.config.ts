import { transform } from "esbuild";
import { defineConfig, type Options } from "tsup";

import { inlineWorker } from "./scripts/bundle-worker.mjs";

/** What the package's `imports` choose by platform stays an import. Not so in the declarations, which are the same for all. */
const externalTwins: Plugin = {
  name: "external-twins",
  setup({ onResolve }) {
    onResolve({ filter: /^#(runtime|platform)$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** undici's parts stay files of their own, which the package's `imports` choose: for Node one that requires them. */
const externalParts: Plugin = {
  name: "external-parts",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/parts\/(connecting|proxying)\.js$/ }, ({ path }) => ({
      path: path.replace(/^\.\/parts\/(.*)\.js$/, "#undici/$1"),
      external: true,
    }));
  },
};

/**
 * Gives a file one import of each module of LangChain's. esbuild leaves one for each source that has it, and so does
 * the bundler of whoever keeps LangChain outside.
 */
const mergedImports: NonNullable<Options["plugins"]>[number] = {
  name: "merged-imports",
  renderChunk(code) {
    if (this.format !== "esm") return undefined;
    const names = new Map<string, string[]>();
    const rest = code.replace(LANGCHAIN_IMPORT, (_, list: string, module: string) => {
      names.set(module, [...(names.get(module) ?? []), list.trim()]);
      return "";
    });
    const imports = Array.from(names, ([module, lists]) => {
      return `import { ${lists.join(", ")} } from "${module}";\n`;
    });
    return { code: imports.join("") + rest };
  },
};

const LANGCHAIN_IMPORT = /^import \{([^}]*)\} from "(@langchain\/core\/[^"]+)";\n/gm;

/** How esbuild makes an export of CommonJS: one that no test of a program could put a function of its own in place of. */
const CJS_EXPORT = "{ get: () => from[key],";

/**
 * CommonJS that says what the sources say. tsup's own step takes `?.` and fields apart, though every Node that we
 * support knows them: calls in place of operators, and classes of which nobody can read the name.
 */
const plainCommonJs: NonNullable<Options["plugins"]>[number] = {
  name: "plain-commonjs",
  async renderChunk(source, { type }) {
    if (this.format !== "cjs" || type !== "chunk") return undefined;
    // Tells tsup that nothing is left to do.
    this.splitting = false;
    const { code } = await transform(source, {
      format: "cjs",
      platform: "node",
      target: "node20",
      banner: '"use strict";',
      // An `import()` would need a loader that test runners for CommonJS lack.
      supported: { "dynamic-import": false },
    });
    return { code: code.replace(CJS_EXPORT, `${CJS_EXPORT} configurable: true,`) };
  },
};

type Plugin = ReturnType<typeof inlineWorker>;

const doors = {
  index: "src/index.ts",
  openai: "src/openai/index.ts",
  testing: "src/testing/index.ts",
};

export default defineConfig({
  entry: {
    ...doors,
    "runtime/node": "src/runtime/node.ts",
    "runtime/web": "src/runtime/web.ts",
    "platform/node": "src/platform/node.ts",
    "platform/bun": "src/platform/bun.ts",
    "platform/web": "src/platform/web.ts",
    "undici/connecting": "src/transport/undici/parts/connecting.ts",
    "undici/proxying": "src/transport/undici/parts/proxying.ts",
  },
  format: ["esm", "cjs"],
  target: "node20",
  clean: true,
  // Also for CommonJS: without it every entry would hold its own copy of module state.
  splitting: true,
  // tsup strips `node:` by default, for Node versions long gone.
  removeNodeProtocol: false,
  // The synchronous path's worker, as text: a file of its own would be lost when a user bundles us.
  plugins: [mergedImports, plainCommonJs],
  esbuildPlugins: [externalTwins, externalParts, inlineWorker()],
  // esbuild makes the constants of a module variables; numbers among them are written where they are used.
  esbuildOptions(options) {
    options.minifySyntax = true;
    // Node 20 knows all that we ask for. As calls, regular expressions would stay in every bundle.
    options.supported = { "regexp-unicode-property-escapes": true };
  },
  // No source maps: the output is not minified, so a stack trace already points at readable code.
  sourcemap: false,
  // tsup's declaration step sets `baseUrl`, which TypeScript 6 calls deprecated (TS5101).
  dts: { entry: doors, compilerOptions: { ignoreDeprecations: "6.0" } },
});
