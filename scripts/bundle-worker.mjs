/**
 * The synchronous path's worker as one string of source text. The package carries it inside its own
 * bundle: a worker *file* is lost as soon as a user bundles the package. `src/transport/worker/worker-source.d.ts`
 * declares the module; the plugins below are its body, for tsup (esbuild) and for vitest (vite).
 */
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const MODULE = /[/\\]worker-source\.js$/;

/**
 * Leaves out what the worker never needs of undici: all of it, which is loaded where a part has moved, and how
 * it reads a FormData body, for ours are bytes by then.
 *
 * @type {import("esbuild").Plugin}
 */
const onlyTheNeededUndici = {
  name: "only-the-needed-undici",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$|web\/fetch\/body\.js$/ }, ({ path }) => ({
      path,
      namespace: "none",
    }));
    onLoad({ filter: /.*/, namespace: "none" }, () => ({ contents: "" }));
  },
};

/** @type {Promise<string> | undefined} */
let bundled;

/** @returns {Promise<string>} The worker's source text, CommonJS. */
export function bundleWorker() {
  bundled ??= build({
    absWorkingDir: root,
    entryPoints: ["src/transport/worker/worker.ts"],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    legalComments: "none",
    write: false,
    plugins: [onlyTheNeededUndici],
  }).then(({ outputFiles: [file] }) => file?.text ?? "");
  return bundled;
}

/** @type {Promise<string> | undefined} */
let compressed;

/** @returns {Promise<string>} The text of the module `worker-source.js`. */
function sourceModule() {
  compressed ??= compressSource();
  return compressed;
}

async function compressSource() {
  const source = brotliCompressSync(await bundleWorker(), {
    params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT },
  });
  return `export const compressedSource = "${source.toString("base64")}";`;
}

/** @returns {import("esbuild").Plugin} For tsup's `esbuildPlugins`. */
export function inlineWorker() {
  return {
    name: "inline-worker",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: MODULE }, () => ({ path: "worker-source", namespace: "inline-worker" }));
      onLoad({ filter: /.*/, namespace: "inline-worker" }, async () => ({
        contents: await sourceModule(),
        loader: "js",
      }));
    },
  };
}

/** @returns {import("vite").Plugin} For vitest's `plugins`. */
export function inlineWorkerVite() {
  const id = "\0worker-source";
  return {
    name: "inline-worker",
    enforce: "pre",
    resolveId: (source) => (MODULE.test(source) ? id : undefined),
    load: (loaded) => (loaded === id ? sourceModule() : undefined),
  };
}
