// @ts-check
/**
 * Makes a release:
 *
 *     npm run release -- 0.2.0 --dry        all but the commit, the tag and the publishing; changes nothing here
 *     npm run release -- 0.2.0              changelog, version, tests, tarball; a commit and a tag
 *     npm run release -- 0.2.0 --publish    the same, and publishes it; a version that is made already is only published
 *
 * With `--unchecked` neither the tests nor `npm run check` are run, for they were run just before. The tarball is
 * built and looked into all the same. The workflow publishes when a tag is pushed, so that the package has a provenance.
 */
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { releaseUnreleased, sectionOf } from "./release/changelog.mjs";
import { faultsOf } from "./release/tarball.mjs";
import { SIZE_BUDGET } from "./size-budget.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Holds the version for the user-agent. */
const VERSION_MODULE = "src/version.ts";
const CHANGED = ["package.json", "package-lock.json", "CHANGELOG.md", VERSION_MODULE];
const USAGE = "npm run release -- <version> [--dry | --publish] [--unchecked]";
/** Stands in package.json until the repository has an address. */
const PLACEHOLDER = "/OWNER/";
const NO_ADDRESS = `"repository" in package.json still has the placeholder OWNER. Write the repository's address, then: node scripts/check-links.mjs --write`;

const { values, positionals } = parseArgs({
  options: {
    dry: { type: "boolean", default: false },
    publish: { type: "boolean", default: false },
    unchecked: { type: "boolean", default: false },
  },
  allowPositionals: true,
});

try {
  release(positionals[0] ?? "");
} catch (error) {
  console.error(`\nNot released: ${/** @type {Error} */ (error).message}`);
  process.exitCode = 1;
}

/** @param {string} version */
function release(version) {
  const { version: current, repository } = JSON.parse(read("package.json"));
  const isMade = version === current;
  const isPlaceholder = repository.url.includes(PLACEHOLDER);
  checkRequest(version, current, isPlaceholder);
  const before = CHANGED.map((name) => /** @type {const} */ ([name, read(name)]));
  let tarball;
  try {
    tarball = prepare(version, isMade);
  } catch (error) {
    restore(before);
    throw error;
  }
  if (values.dry) {
    restore(before);
    console.log("\nDry: nothing was committed, tagged or published, and no file is changed.");
    if (isPlaceholder) console.log(`Publishing would be refused: ${NO_ADDRESS}`);
    return;
  }
  if (!isMade) tag(version);
  if (values.publish) publish(tarball);
  else console.log("\nMade. The workflow publishes it after: git push --follow-tags");
}

/** Everything but what cannot be taken back; gives the tarball's path. */
/** @param {string} version @param {boolean} isMade */
function prepare(version, isMade) {
  if (!isMade) makeVersion(version);
  const notes = sectionOf(read("CHANGELOG.md"), version);
  if (!notes) throw new Error(`CHANGELOG.md has no section ${version}.`);
  step(`What is new in ${version}`);
  console.log(notes);
  if (!values.unchecked) check();
  return pack(version);
}

/** @param {string} version @param {string} current @param {boolean} isPlaceholder */
function checkRequest(version, current, isPlaceholder) {
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) throw new Error(`a version is needed. ${USAGE}`);
  if (values.dry && values.publish) throw new Error(`--dry does not publish. ${USAGE}`);
  if (values.publish && isPlaceholder) throw new Error(NO_ADDRESS);
  if (isBefore(version, current)) throw new Error(`${version} is before ${current}.`);
  if (version === current && !values.publish && !values.dry) {
    throw new Error(`${version} is made already; --publish publishes it.`);
  }
  const changes = run("git", ["status", "--porcelain"]).trim();
  if (changes !== "") throw new Error(`there are changes that are not committed:\n${changes}`);
  if (version !== current && run("git", ["tag", "--list", `v${version}`]).trim() !== "") {
    throw new Error(`there is a tag v${version} already.`);
  }
}

/** @param {string} a @param {string} b */
function isBefore(a, b) {
  const [left, right] = [a, b].map((text) => text.split("-")[0]?.split(".").map(Number) ?? []);
  const at = [0, 1, 2].find((i) => left?.[i] !== right?.[i]);
  return at !== undefined && (left?.[at] ?? 0) < (right?.[at] ?? 0);
}

/** @param {string} version */
function makeVersion(version) {
  const today = new Date().toISOString().slice(0, 10);
  write("CHANGELOG.md", releaseUnreleased(read("CHANGELOG.md"), version, today));
  const { version: current } = JSON.parse(read("package.json"));
  write(VERSION_MODULE, read(VERSION_MODULE).replace(`"${current}"`, `"${version}"`));
  run("npm", ["version", version, "--no-git-tag-version", "--ignore-scripts"]);
}

function check() {
  for (const args of [["test"], ["run", "check"]]) {
    step(`npm ${args.join(" ")}`);
    run("npm", args, "inherit");
  }
}

/** Builds and packs; gives the tarball's path. */
/** @param {string} version */
function pack(version) {
  step("The tarball");
  run("npm", ["run", "build", "--silent"], "ignore");
  const folder = path.join(ROOT, "node_modules/.cache/http-streaming-llm/release");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const [{ filename, files }] = JSON.parse(run("npm", args));
  const tarball = path.join(folder, filename);
  const contents = mkdtempSync(path.join(tmpdir(), "http-streaming-llm-"));
  try {
    // By name, for tar takes a drive's colon for a host.
    execFileSync("tar", ["-xzf", filename, "-C", contents], { cwd: folder });
    report(tarball, version, path.join(contents, "package"), files);
  } finally {
    rmSync(contents, { recursive: true, force: true });
  }
  return tarball;
}

/** @param {string} tarball @param {string} version @param {string} contents @param {{ path: string, size: number }[]} listed */
function report(tarball, version, contents, listed) {
  for (const { path: name, size } of listed) console.log(`${String(size).padStart(9)}  ${name}`);
  const names = readdirSync(contents, { recursive: true, encoding: "utf8" });
  const files = names
    .filter((name) => statSync(path.join(contents, name)).isFile())
    .map((name) => ({
      path: name.split(path.sep).join("/"),
      text: readFileSync(path.join(contents, name), "utf8"),
    }));
  const kib = Math.ceil(statSync(tarball).size / 1024);
  const budget = SIZE_BUDGET.tarball;
  const faults = faultsOf(files, version);
  if (kib > budget) faults.push(`it has ${kib} KiB, ${budget} are the budget.`);
  if (faults.length > 0) throw new Error(`the tarball is not right:\n${faults.join("\n")}`);
  console.log(`\n${files.length} files, ${kib} KiB packed, of ${budget}: ${tarball}`);
}

/** @param {string} version */
function tag(version) {
  run("git", ["add", ...CHANGED]);
  run("git", ["commit", "--quiet", "--message", `Version ${version}`]);
  run("git", ["tag", "--annotate", `v${version}`, "--message", `Version ${version}`]);
}

/** @param {string} tarball */
function publish(tarball) {
  step("npm publish");
  // Who built it, and from what, can only be attested where npm trusts the machine.
  const provenance = process.env.GITHUB_ACTIONS === "true" ? ["--provenance"] : [];
  run("npm", ["publish", tarball, "--access", "public", ...provenance], "inherit");
}

/** @param {(readonly [name: string, text: string])[]} files */
function restore(files) {
  for (const [name, text] of files) if (read(name) !== text) write(name, text);
}

/** @param {string} title */
function step(title) {
  console.log(`\n== ${title}\n`);
}

/** @param {string} name */
function read(name) {
  return readFileSync(path.join(ROOT, name), "utf8");
}

/** @param {string} name @param {string} text */
function write(name, text) {
  writeFileSync(path.join(ROOT, name), text);
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {"pipe" | "inherit" | "ignore"} [output]
 */
function run(program, args, output = "pipe") {
  const shell = process.platform === "win32" && program === "npm";
  const out = execFileSync(program, args, {
    ...{ cwd: ROOT, encoding: "utf8", shell, maxBuffer: 1e8 },
    stdio: ["ignore", output, output === "pipe" ? "pipe" : "inherit"],
  });
  return out ?? "";
}
