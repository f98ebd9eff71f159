// @ts-check
/**
 * Checks the links of the README, the guides and package.json. The repository's address stands in package.json's
 * `repository`; everything else is derived from it. npm shows the README on a page of its own, so its links are
 * absolute.
 *
 *     node scripts/check-links.mjs            names what is wrong
 *     node scripts/check-links.mjs --write    writes the address of `repository` everywhere
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { anchorsOf, linksOf } from "./markdown.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const read = (/** @type {string} */ file) => readFileSync(path.join(ROOT, file), "utf8");

/** @typedef {{ name: string, repository: { url: string }, homepage: string, bugs: string }} Manifest */
const manifestText = read("package.json");
const manifest = /** @type {Manifest} */ (JSON.parse(manifestText));
const repository = manifest.repository.url.replace(/^git\+/, "").replace(/\.git$/, "");
const raw = repository.replace("//github.com/", "//raw.githubusercontent.com/");
/** An address of this package's repository, whoever its owner is said to be. */
const ANY_REPOSITORY = new RegExp(
  String.raw`https://(?:raw\.githubusercontent|github)\.com/[^/\s"()]+/${manifest.name}\b`,
  "g",
);
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...readdirSync(path.join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && !name.startsWith("api"))
    .map((name) => path.posix.join("docs", name.replaceAll(path.sep, "/"))),
];

/** @type {string[]} */
const faults = [];

/** @param {string} text */
function withRepository(text) {
  return text.replaceAll(ANY_REPOSITORY, (found) => (found.includes("//raw.") ? raw : repository));
}

/** What is wrong with an address that names a file of this repository; `base`: the folder of a relative one. */
/** @param {string} address @param {string} base */
function faultOf(address, base) {
  const [file = "", anchor] = address.split("#");
  const target = path.posix.join(base, decodeURIComponent(file));
  const full = path.join(ROOT, target);
  if (!existsSync(full)) return `there is no ${target}`;
  if (anchor === undefined || !statSync(full).isFile() || !target.endsWith(".md")) return undefined;
  return anchorsOf(read(target)).has(anchor) ? undefined : `${target} has no heading #${anchor}`;
}

/** @param {string} page @param {string} address */
function faultOfLink(page, address) {
  for (const prefix of [`${repository}/blob/main/`, `${repository}/tree/main/`, `${raw}/main/`]) {
    if (address.startsWith(prefix)) return faultOf(address.slice(prefix.length), ".");
  }
  if (address.match(ANY_REPOSITORY)) {
    return address.startsWith(repository) ? undefined : `package.json has ${repository}`;
  }
  if (/^[a-z]+:/.test(address)) return undefined;
  if (address.startsWith("#"))
    return faultOf(`${path.posix.basename(page)}${address}`, path.posix.dirname(page));
  if (page === "README.md") return "npm shows the README elsewhere: write the whole address";
  return faultOf(address, path.posix.dirname(page));
}

if (process.argv.includes("--write")) {
  for (const file of ["package.json", ...pages]) {
    const text = read(file);
    if (withRepository(text) !== text) writeFileSync(path.join(ROOT, file), withRepository(text));
  }
} else {
  const derived = { homepage: `${repository}#readme`, bugs: `${repository}/issues` };
  for (const [field, value] of Object.entries(derived)) {
    const found = manifest[/** @type {"homepage" | "bugs"} */ (field)];
    if (found !== value) faults.push(`package.json: ${field} is ${found}, and should be ${value}`);
  }
  let count = 0;
  for (const page of pages) {
    for (const { address, number } of linksOf(read(page))) {
      count++;
      const fault = faultOfLink(page, address);
      if (fault !== undefined) faults.push(`${page}:${number}: ${address}: ${fault}`);
    }
  }
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) {
    console.error(
      "node scripts/check-links.mjs --write puts the address of `repository` everywhere.",
    );
    process.exitCode = 1;
  } else console.log(`${count} links on ${pages.length} pages, none broken`);
}
