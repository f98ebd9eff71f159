// @ts-check
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Puts tables into a guide of docs/. Each has its place there, between two comments with its name.
 *
 * @param {Record<string, string>} tables
 * @param {string} guide
 */
export function writeGuideTables(tables, guide = "runtimes.md") {
  const path = `${ROOT}docs/${guide}`;
  let text = readFileSync(path, "utf8");
  for (const [name, rows] of Object.entries(tables)) {
    const [begin, end] = [`<!-- table: ${name} -->`, `<!-- end: ${name} -->`];
    const from = text.indexOf(begin) + begin.length;
    text = `${text.slice(0, from)}\n\n${rows}\n\n${text.slice(text.indexOf(end))}`;
  }
  writeFileSync(path, text);
  const shell = process.platform === "win32";
  execFileSync("npx", ["prettier", "--write", path], { cwd: ROOT, stdio: "ignore", shell });
}
