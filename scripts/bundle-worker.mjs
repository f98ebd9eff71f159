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

/** All of undici that the worker needs; the rest, `fetch` above all, would be two thirds of it. */
const UNDICI = `
  const Dispatcher = require("undici/lib/dispatcher/dispatcher.js");
  // ProxyAgent's tunnel calls it; undici's own index adds it in the same way.
  Dispatcher.prototype.connect = require("undici/lib/api/api-connect.js");
  exports.buildConnector = require("undici/lib/core/connect.js");
  exports.Client = require("undici/lib/dispatcher/client.js");
  exports.Agent = require("undici/lib/dispatcher/agent.js");
  exports.Pool = require("undici/lib/dispatcher/pool.js");
  exports.ProxyAgent = require("undici/lib/dispatcher/proxy-agent.js");
  exports.EnvHttpProxyAgent = require("undici/lib/dispatcher/env-http-proxy-agent.js");
`;

/** @type {import("esbuild").Plugin} */
const onlyTheNeededUndici = {
  name: "only-the-needed-undici",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, () => ({ path: "undici", namespace: "shim" }));
    // undici reads a FormData body with it; ours are bytes by then.
    onResolve({ filter: /web\/fetch\/body\.js$/ }, () => ({ path: "body", namespace: "shim" }));
    onLoad({ filter: /.*/, namespace: "shim" }, ({ path }) => ({
      contents: path === "undici" ? UNDICI : "",
      resolveDir: root,
    }));
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

/** @returns {Promise<string>} The text of the module `worker-source.js`. */
async function sourceModule() {
  const compressed = brotliCompressSync(await bundleWorker(), {
    params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT },
  });
  return `export const compressedSource = "${compressed.toString("base64")}";`;
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
