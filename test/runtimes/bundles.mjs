/**
 * Each bundler with the settings that it needs: the program is built, run and has to stream. Bundles for the web
 * run in Node here: they have nothing of it, and a browser has its turn in runtimes.mjs.
 */
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const run = promisify(execFile);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const OUT = here("out/");
const PROGRAM = here("hosts/program.mjs");

/** Bundled undici asks for Node's modules by `require`, which an ES module does not have. */
const REQUIRE = {
  js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
};

const withEsbuild = (name, settings, options) => ({
  name: `esbuild, ${name}`,
  settings,
  synchronous: options.platform === "node",
  async build(file) {
    const outfile = `${file}${options.format === "cjs" ? ".cjs" : ".mjs"}`;
    await esbuild.build({
      entryPoints: [PROGRAM],
      bundle: true,
      outfile,
      logLevel: "error",
      target: "es2022",
      ...options,
    });
    return outfile;
  },
});

const rollup = {
  name: "rollup, ESM",
  settings: "`external: [/^undici/]`, node-resolve with `preferBuiltins`, commonjs, json",
  synchronous: true,
  async build(file) {
    const { rollup: bundle } = await import("rollup");
    const [{ default: resolve }, { default: commonjs }, { default: json }] = await Promise.all([
      import("@rollup/plugin-node-resolve"),
      import("@rollup/plugin-commonjs"),
      import("@rollup/plugin-json"),
    ]);
    const built = await bundle({
      input: PROGRAM,
      external: [/^node:/, /^undici/],
      plugins: [resolve({ preferBuiltins: true, exportConditions: ["node"] }), commonjs(), json()],
      onwarn: () => undefined,
    });
    await built.write({ file: `${file}.mjs`, format: "es", inlineDynamicImports: true });
    await built.close();
    return `${file}.mjs`;
  },
};

const webpack = (name, settings, target, options) => ({
  name: `webpack, ${name}`,
  settings,
  synchronous: target.startsWith("node"),
  async build(file) {
    const { default: pack } = await import("webpack");
    const folder = `${file}-webpack`;
    const config = {
      mode: "production",
      entry: PROGRAM,
      target,
      output: { path: folder, filename: "main.cjs" },
      ...options,
    };
    await new Promise((resolve, reject) => {
      pack(config, (error, stats) => {
        if (error ?? stats.hasErrors()) reject(error ?? new Error(stats.toString("errors-only")));
        else resolve();
      });
    });
    return `${folder}/main.cjs`;
  },
});

const vite = (name, settings, synchronous, options) => ({
  name: `vite, ${name}`,
  settings,
  synchronous,
  async build(file) {
    const { build } = await import("vite");
    const folder = `${file}-vite`;
    await build({
      configFile: false,
      root: here("."),
      logLevel: "error",
      ...options,
      build: {
        outDir: folder,
        emptyOutDir: true,
        ...options.build,
        rolldownOptions: {
          ...options.build.rolldownOptions,
          output: { entryFileNames: "main.mjs" },
        },
      },
    });
    return `${folder}/main.mjs`;
  },
});

export const BUNDLERS = [
  withEsbuild("CJS", "`--platform=node`", { platform: "node", format: "cjs" }),
  withEsbuild("CJS, minified", "`--platform=node --minify`", {
    platform: "node",
    format: "cjs",
    minify: true,
  }),
  withEsbuild("ESM", "`--platform=node --format=esm --external:undici`", {
    platform: "node",
    format: "esm",
    external: ["undici"],
  }),
  withEsbuild("ESM, with undici", "`--platform=node --format=esm`, a banner with `createRequire`", {
    platform: "node",
    format: "esm",
    banner: REQUIRE,
  }),
  withEsbuild("browser", "`--format=esm`", { platform: "browser", format: "esm" }),
  withEsbuild("browser, minified", "`--format=esm --minify`", {
    platform: "browser",
    format: "esm",
    minify: true,
  }),
  rollup,
  webpack("for Node", '`target: "node20"`, `externals: ["undici"]`', "node20", {
    externals: { undici: "commonjs undici" },
  }),
  webpack("for the web", '`target: "web"`', "web"),
  vite("SSR", '`ssr: { noExternal: true, external: ["undici"] }`', true, {
    ssr: { noExternal: true, external: ["undici"] },
    build: { ssr: PROGRAM },
  }),
  vite("client", "none", false, { build: { rolldownOptions: { input: PROGRAM } } }),
];

/** Builds and runs the program. @throws when it does not stream, or has another synchronous path than it should. */
export async function buildAndRun({ name, build, synchronous }, origin) {
  mkdirSync(OUT, { recursive: true });
  const outfile = await build(OUT + name.replaceAll(/[^a-z]+/gi, "-"));
  const where = { origin, id: `${name}-${Math.random()}`.replaceAll(/[^a-z0-9]+/gi, "-") };
  const { stdout } = await run(process.execPath, [outfile, JSON.stringify(where)], {
    timeout: 60_000,
  });
  const results = /^RESULTS (.*)$/m.exec(stdout)[1];
  const wanted = JSON.stringify({
    tokens: ["Hel", "lo"],
    synchronous: synchronous ? "Hello" : "SYNCHRONOUS_HOOK",
  });
  if (results !== wanted) throw new Error(`got ${results}, wanted ${wanted}`);
}

const EXTERNAL = ["@langchain/core", "@langchain/core/*", "undici", "undici/*"];

/** What a program gets of this package, minified and compressed by gzip, in bytes. */
async function sizeOf(entry, platform) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [here(`hosts/${entry}.mjs`)],
    bundle: true,
    minify: true,
    write: false,
    splitting: false,
    format: "esm",
    target: "es2022",
    platform,
    external: EXTERNAL,
    logLevel: "error",
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

/** @returns {Promise<[what: string, platform: string, bytes: number][]>} */
export async function sizes() {
  const rows = [];
  for (const [what, entry] of [
    ["A text model with one format", "text-model"],
    ["All names of `.` and `./openai`", "everything"],
  ]) {
    for (const [where, platform] of [
      ["the web", "browser"],
      ["Node", "node"],
    ]) {
      rows.push([what, where, await sizeOf(entry, platform)]);
    }
  }
  return rows;
}

/** What was built is of no further use. */
export function clean() {
  rmSync(OUT, { recursive: true, force: true });
}

export const versionOf = (name) =>
  JSON.parse(readFileSync(here(`node_modules/${name}/package.json`), "utf8")).version;
