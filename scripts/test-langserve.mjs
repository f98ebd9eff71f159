// @ts-check
/**
 * Tests the example server and models of LangServe against LangServe itself, in Python:
 *
 *     npm run test:langserve
 *
 * It needs Python 3.10 or newer, and pip's registry once: LangServe is installed into a virtual environment under
 * node_modules/.cache. Where it cannot be had, this says so and is no failure; with `--required` it is one.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOLDER = path.join(ROOT, "node_modules/.cache/http-streaming-llm/langserve");
const PACKAGES = ["langserve[all]>=0.3.3,<0.4", "uvicorn"];
const isWindows = process.platform === "win32";
const python = path.join(FOLDER, isWindows ? "Scripts/python.exe" : "bin/python");

try {
  if (!existsSync(path.join(FOLDER, "ready"))) install();
} catch (error) {
  rmSync(FOLDER, { recursive: true, force: true });
  console.log(`LangServe in Python was NOT tested: ${reasonOf(error)}`);
  process.exit(process.argv.includes("--required") ? 1 : 0);
}

const versions = run(python, [
  "-c",
  "import sys; from importlib.metadata import version as v; print(f'Python {sys.version.split()[0]},', ', '.join(f'{n} {v(n)}' for n in ['langserve', 'langchain-core', 'fastapi']))",
]);
console.log(`Tested against ${versions.trim()}`);
const vitest = path.join(ROOT, "node_modules/vitest/vitest.mjs");
const config = path.join(ROOT, "test/examples/langserve-python/vitest.config.ts");
const { status } = spawnSync(process.execPath, [vitest, "run", "--config", config], {
  cwd: ROOT,
  stdio: "inherit",
  env: { ...process.env, LANGSERVE_PYTHON: python },
});
process.exit(status ?? 1);

function install() {
  const system = isWindows ? "python" : "python3";
  run(system, ["-c", "import sys; assert sys.version_info >= (3, 10), 'Python 3.10 is needed'"]);
  console.log("Installing LangServe, which takes a minute …");
  run(system, ["-m", "venv", FOLDER]);
  run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES]);
  run(python, ["-c", `open(r"${path.join(FOLDER, "ready")}", "w").close()`]);
}

/** @param {string} program @param {string[]} args */
function run(program, args) {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** The last line of what a program said, which is the error of pip and of Python. */
/** @param {unknown} error */
function reasonOf(error) {
  const { stderr = "", message } = /** @type {{ stderr?: string, message: string }} */ (error);
  return stderr.trim().split("\n").at(-1) || message;
}
