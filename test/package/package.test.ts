import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

import { build, type Format, type Plugin } from "esbuild";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";

import { SIZE_BUDGET } from "../../scripts/size-budget.mjs";

const { ModuleKind, ModuleResolutionKind, ScriptTarget } = ts;
const run = promisify(execFile);

const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url));
const TOKENS = ["one ", "two ", "三 ", "🦜"];

let folder: string;
let project: string;
let tarball: string;
let url: string;

/**
 * Packs the package and lays it into a fresh project beside the packages that it declares, and no
 * others: what `npm install` does, without the network. An undeclared dependency is not found.
 */
async function install(): Promise<void> {
  if (!existsSync(join(CHECKOUT, "dist/index.d.ts"))) {
    throw new Error("There is nothing to pack: run `npm run build` first.");
  }
  const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const { stdout } = await run("npm", pack, { cwd: CHECKOUT, shell: process.platform === "win32" });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];

  const installed = join(project, "node_modules/http-streaming-llm");
  mkdirSync(installed, { recursive: true });
  tarball = join(folder, filename);
  await run("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"]);

  const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
    peerDependencies: Record<string, string>;
  };
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(CHECKOUT, "node_modules", name), link, "junction");
  }
}

/** Runs a program in a process of its own (the synchronous path stops it) and gives what it printed. */
async function runProgram(program: string, ...rest: string[]): Promise<unknown> {
  const { stdout, stderr } = await run(process.execPath, [program, url, ...rest], {
    cwd: dirname(program),
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

const ONE_ERROR = 'export { HookError } from "http-streaming-llm";';
const ONE_MODEL = `
  import { HttpStreamingLLM, jsonLines } from "http-streaming-llm";
  export class Model extends HttpStreamingLLM { format = jsonLines(); }`;
const ALL = `
  export * from "http-streaming-llm";
  export * as openai from "http-streaming-llm/openai";`;

/** Leaves LangChain's core outside, and imports of it that nothing uses away: its manifest says that they do nothing. */
const coreOutside: Plugin = {
  name: "core-outside",
  setup({ onResolve }) {
    const outside = { external: true, sideEffects: false };
    onResolve({ filter: /^@langchain\/core\// }, ({ path }) => ({ path, ...outside }));
  },
};

/** What a browser is given of a program, without LangChain's core. */
async function bundleForWeb(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: project },
    ...{ bundle: true, minify: true, write: false, format: "esm", platform: "browser" },
    plugins: [coreOutside],
  });
  return outputFiles[0]?.text ?? "";
}

function gzipped(code: string): number {
  return gzipSync(code, { level: 9 }).length / 1024;
}

const BOTH_PATHS = { asynchronous: TOKENS, synchronous: TOKENS };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "http-streaming-llm-"));
  project = join(folder, "project");
  cpSync(join(CHECKOUT, "test/package/consumer"), project, { recursive: true });
  for (const copy of ["typed.mts", "typed.cts"]) {
    cpSync(join(project, "typed.ts"), join(project, copy));
  }
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
  await install();
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
});

beforeAll(async () => {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/x-ndjson");
    for (const token of TOKENS) response.write(`${JSON.stringify({ response: token })}\n`);
    response.end('{"response":"","done":true}\n');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return () => {
    server.close();
  };
});

describe("the packed package", () => {
  it("is imported from ESM, and a plain JavaScript model streams on both paths", async () => {
    expect(await runProgram(join(project, "import.mjs"))).toEqual(BOTH_PATHS);
  });

  it("is required from CommonJS, and a plain JavaScript model streams on both paths", async () => {
    expect(await runProgram(join(project, "require.cjs"))).toEqual(BOTH_PATHS);
  });

  it("exports the same from both, under the names that classes and functions have themselves", async () => {
    const { imported, required, replaced } = (await runProgram(join(project, "names.mjs"))) as {
      [kind in "imported" | "required"]: Record<string, string>;
    } & { replaced: unknown };
    expect(required).toEqual(imported);
    expect(imported).toMatchObject({ HookError: "HookError", sse: "sse" });
    expect(Object.entries(imported).filter(([name, own]) => name !== own)).toEqual([]);
    expect(replaced).toBe("a spy");
  });

  it.each(["import", "require"])(
    "loads parts of undici with the first call, none on %s",
    async (way) => {
      const loads = await runProgram(join(project, "loads.mjs"), way);
      const { byImport, byCall } = loads as Record<string, string[]>;
      expect(byImport).toEqual([]);
      // Imported one by one instead of required by this file, they would take twice as long.
      expect(byCall).toContain("connecting.cjs");
      expect(byCall).toContain("lib/dispatcher/agent.js");
      // The whole, with its own `fetch`, would take three times as long.
      expect(byCall?.filter((file) => /^index\.js|^lib\/web\//.test(file))).toEqual([]);
    },
  );

  it("is ASCII alone, which takes half the memory of other text", () => {
    const dist = join(project, "node_modules/http-streaming-llm/dist");
    const files = readdirSync(dist, { recursive: true, encoding: "utf8" });
    const code = files.filter((name) => /\.c?js$/.test(name));
    expect(code.length).toBeGreaterThan(10);
    const isAscii = (name: string) => /^[\0-\x7f]*$/.test(readFileSync(join(dist, name), "utf8"));
    expect(code.filter((name) => !isAscii(name))).toEqual([]);
  });

  it("declares nothing of what works behind the models", () => {
    const file = join(project, "node_modules/http-streaming-llm/dist/index.d.ts");
    const declarations = readFileSync(file, "utf8");
    expect(declarations).toContain("class HttpStreamingLLM");
    expect(declarations).not.toMatch(/class (ModelRunner|RateLimitGate|Run)\b/);
  });

  it("is not larger than its budget", async () => {
    const installed = join(project, "node_modules/http-streaming-llm");
    const kib = {
      module: statSync(join(installed, "dist/index.js")).size / 1024,
      tarball: statSync(tarball).size / 1024,
      errorInBundle: gzipped(await bundleForWeb(ONE_ERROR)),
      modelInBundle: gzipped(await bundleForWeb(ONE_MODEL)),
      allInBundle: gzipped(await bundleForWeb(ALL)),
    };
    const hint = "See what has made it larger. If it is worth it, raise scripts/size-budget.mjs.";
    for (const [name, budget] of Object.entries(SIZE_BUDGET)) {
      expect(kib[name as keyof typeof kib], `${name}: ${hint}`).toBeLessThanOrEqual(budget);
    }
  });

  it("asks for nothing of Node's in a bundle for the web", async () => {
    const code = await bundleForWeb(ALL);
    expect(code).toContain("undiciTransport() needs the sockets of Node");
    expect(code).not.toMatch(/["']node:|undici\/lib|worker_threads|\bBuffer\b|\bprocess\./);
  });

  it("leaves undici to late imports in a bundle without it, which has no require", async () => {
    const { outputFiles } = await build({
      stdin: { contents: ONE_MODEL, resolveDir: project },
      ...{ bundle: true, write: false, format: "esm", platform: "node" },
      external: ["@langchain/core/*", "undici"],
    });
    const code = outputFiles[0]?.text;
    expect(code).toMatch(/import\("undici\/lib\/dispatcher\/agent\.js"\)/);
    expect(code).not.toMatch(/require\("undici|from "undici/);
  });

  it.each([
    ["node16", ModuleKind.Node16, ModuleResolutionKind.Node16, ["typed.mts", "typed.cts"]],
    ["nodenext", ModuleKind.NodeNext, ModuleResolutionKind.NodeNext, ["typed.mts", "typed.cts"]],
    ["bundler", ModuleKind.ESNext, ModuleResolutionKind.Bundler, ["typed.ts"]],
    ["bundler's, for the web,", ModuleKind.ESNext, ModuleResolutionKind.Bundler, ["web.ts"]],
  ])("has types under %s resolution", (_name, module, moduleResolution, files) => {
    const isWeb = files.includes("web.ts");
    const program = ts.createProgram({
      rootNames: files.map((file) => join(project, file)),
      options: {
        ...{ module, moduleResolution, target: ScriptTarget.ES2022, strict: true, noEmit: true },
        // Without Node's types; core's own declarations are not ours to mend.
        ...(isWeb && {
          types: [],
          lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.esnext.disposable.d.ts"],
        }),
        ...(!isWeb && { typeRoots: [join(CHECKOUT, "node_modules/@types")], types: ["node"] }),
      },
    });
    // Ours, declarations included; what a dependency's declarations say is not ours to mend.
    const ours = program
      .getSourceFiles()
      .filter(({ fileName }) => !relative(project, fileName).startsWith(".."));
    const diagnostics = [
      ...program.getOptionsDiagnostics(),
      ...ours.flatMap((file) => [
        ...program.getSyntacticDiagnostics(file),
        ...program.getSemanticDiagnostics(file),
      ]),
    ];
    expect(ours.length).toBeGreaterThan(files.length);
    const ofNode = program.getSourceFiles().filter(({ fileName }) => /@types.node/.test(fileName));
    expect(ofNode.length > 0).toBe(!isWeb);
    expect(
      diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " ")),
    ).toEqual([]);
  });

  it.each<[Format, string]>([
    ["esm", "bundle.mjs"],
    ["cjs", "bundle.cjs"],
  ])("streams on both paths when bundled into one %s file", async (format, file) => {
    const alone = mkdtempSync(join(folder, "bundled-"));
    const outfile = join(alone, file);
    await build({
      entryPoints: [join(project, "typed.ts")],
      ...{ bundle: true, platform: "node", format, outfile, logLevel: "error" },
      // undici is CommonJS and requires Node's modules, which an ESM bundle can only do like this.
      ...(format === "esm" && {
        banner: {
          js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
        },
      }),
    });
    expect(await runProgram(outfile)).toEqual(BOTH_PATHS);
  });
});
