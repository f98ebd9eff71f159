/** Each runtime: how the checks get into it, and its version. What is not installed says so. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** A runtime that is missing, and why. */
export class Missing extends Error {}

const command = (name, find, args = [], transport = "undici") => ({
  name,
  transport,
  async check(where) {
    const program = find();
    if (!existsSync(program)) throw new Missing("its npm package has no binary for this machine");
    const { stdout } = await run(
      program,
      [...args, here("hosts/command.mjs"), JSON.stringify(where)],
      {
        cwd: here("."),
        timeout: 120_000,
        maxBuffer: 2 ** 26,
      },
    );
    return JSON.parse(/^RESULTS (.*)$/m.exec(stdout)[1]);
  },
  async version() {
    const { stdout } = await run(find(), ["--version"]);
    return /\d+\.\d+\.\d+/.exec(stdout)[0];
  },
});

/** The one of a scope's packages that is for this machine. Install scripts do not run. */
function binary(scope, path) {
  const folder = here(`node_modules/${scope}`);
  const programs = existsSync(folder)
    ? readdirSync(folder).map((name) => `${folder}/${name}/${path}`)
    : [];
  return programs.find(existsSync) ?? `${folder}/${path}`;
}

/** bun's install script moves its program, where scripts may run. */
function bun() {
  const moved = here("node_modules/bun/bin/bun.exe");
  const program = binary("@oven", "bin/bun");
  return existsSync(program) ? program : moved;
}

const node = (major) => command(`Node ${major}`, () => here(`node_modules/node${major}/bin/node`));

/** One file with everything in it, as a bundler makes it for a kind of runtime. */
async function bundle(entry, conditions, format) {
  const { outputFiles } = await build({
    entryPoints: [here(entry)],
    bundle: true,
    write: false,
    format,
    target: "es2022",
    platform: "browser",
    conditions,
    logLevel: "error",
  });
  return outputFiles[0].text;
}

const versionOf = (name) =>
  JSON.parse(readFileSync(here(`node_modules/${name}/package.json`))).version;

const web = (name, parts) => ({
  name,
  transport: "fetch",
  ...parts,
});

const workerd = web("workerd (Cloudflare)", {
  async check(where) {
    const { Miniflare } = await import("miniflare");
    const miniflare = new Miniflare({
      modules: true,
      script: await bundle("hosts/worker.mjs", ["workerd", "worker", "browser"], "esm"),
      compatibilityDate: "2025-01-01",
    });
    try {
      const response = await miniflare.dispatchFetch("http://worker.test/", {
        method: "POST",
        body: JSON.stringify(where),
      });
      return await response.json();
    } finally {
      await miniflare.dispose();
    }
  },
  version: () => versionOf("workerd"),
});

const edge = web("Edge runtime (Vercel)", {
  async check(where) {
    const { EdgeRuntime } = await import("edge-runtime");
    const runtime = new EdgeRuntime({
      initialCode: await bundle("hosts/edge.mjs", ["edge-light", "browser"], "iife"),
    });
    const response = await runtime.dispatchFetch("http://edge.test/", {
      method: "POST",
      body: JSON.stringify(where),
    });
    return response.json();
  },
  version: () => versionOf("edge-runtime"),
});

/** `--no-sandbox` and the rest: in a container, without a network of its own. */
const CHROMIUM_FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

async function withChromium(use) {
  if (!existsSync(CHROMIUM)) throw new Missing(`${CHROMIUM} is not there; CHROMIUM names another`);
  const { chromium } = require("playwright-core");
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

const chromium = web("Chromium", {
  check: (where, { startPages }) =>
    withChromium(async (browser) => {
      const script = await bundle("hosts/page.mjs", ["browser"], "esm");
      const pages = await startPages({
        "/": ["text/html", '<!doctype html><script type="module" src="/page.js"></script>'],
        "/page.js": ["text/javascript", script],
      });
      try {
        const page = await browser.newPage();
        await page.goto(pages.origin);
        await page.waitForFunction("globalThis.runSmoke !== undefined");
        return await page.evaluate((at) => globalThis.runSmoke(at), where);
      } finally {
        pages.close();
      }
    }),
  version: () => withChromium(async (browser) => browser.version()),
});

const ownNode = command(`Node ${process.versions.node.split(".")[0]}`, () => process.execPath);

const others = [22, 24, 26].map(node).filter(({ name }) => name !== ownNode.name);

export const RUNTIMES = [
  ownNode,
  ...others,
  command("Bun", bun, [], "fetch"),
  command("Deno", () => binary("@deno", "deno"), ["run", "-A"]),
  workerd,
  edge,
  chromium,
];
