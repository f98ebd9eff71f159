// @ts-check
import { posix } from "node:path";

/** @typedef {{ path: string, text: string }} PackedFile Its path in the package, and what it holds. */

/** What no package may do without. What `exports` and `imports` name is added to it. */
const NEEDED = ["LICENSE", "README.md", "CHANGELOG.md", "THIRD-PARTY-NOTICES.md", "package.json"];
/** What may be in it, and nothing else. */
const ALLOWED = /^(dist\/.+\.(c?js|d\.c?ts)|docs\/[\w-]+\.md|[A-Z-]+(\.md)?|package\.json)$/;
const TEST = /(^|\/)(tests?|__tests__|examples)\/|\.(test|spec)(-d)?\./;

/** What is wrong with a package's contents, one line each. */
/** @param {PackedFile[]} files @param {string} version */
export function faultsOf(files, version) {
  const paths = new Set(files.map(({ path }) => path));
  const manifest = JSON.parse(files.find(({ path }) => path === "package.json")?.text ?? "{}");
  const named = namedFiles([manifest.exports, manifest.imports, manifest.main, manifest.module]);
  const types = named
    .filter((path) => path.startsWith("dist/") && !path.includes(".d."))
    .filter((path) => isDoor(manifest.exports, path))
    .map((path) => path.replace(/\.(c?)js$/, ".d.$1ts"));
  const needed = new Set([...NEEDED, ...named, ...types]);
  return [
    ...[...needed].filter((path) => !paths.has(path)).map((path) => `${path} is missing.`),
    ...[...paths].filter((path) => TEST.test(path)).map((path) => `${path} is a test.`),
    ...[...paths]
      .filter((path) => !TEST.test(path) && !ALLOWED.test(path))
      .map((path) => `${path} does not belong into it.`),
    ...files.flatMap((file) => mapFaults(file, paths)),
    ...files.flatMap((file) => importFaults(file, paths)),
    ...(manifest.version === version ? [] : [`package.json says version ${manifest.version}.`]),
    ...Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies })
      .filter(([, range]) => /^(file|link|workspace|git)/.test(String(range)))
      .map(([name, range]) => `${name} is "${String(range)}", which users have not got.`),
  ];
}

/** Every path that a value of package.json names. */
/** @param {unknown} value @returns {string[]} */
function namedFiles(value) {
  if (typeof value === "string") return [value.replace(/^\.\//, "")];
  return typeof value === "object" && value !== null
    ? Object.values(value).flatMap(namedFiles)
    : [];
}

/** @param {unknown} exports @param {string} path */
function isDoor(exports, path) {
  return namedFiles(exports).includes(path);
}

/** @param {PackedFile} file @param {Set<string>} paths */
function mapFaults({ path, text }, paths) {
  const maps = text.matchAll(/^\/\/# sourceMappingURL=(?!data:)(\S+)$/gm);
  return [...maps]
    .map(([, map]) => posix.join(posix.dirname(path), map ?? ""))
    .filter((map) => !paths.has(map))
    .map((map) => `${path} names the source map ${map}, which is not there.`);
}

/** Declarations and code that import a file beside them which is not there. */
/** @param {PackedFile} file @param {Set<string>} paths */
function importFaults({ path, text }, paths) {
  if (!path.startsWith("dist/")) return [];
  const imports = text.matchAll(/^(?:import|export)\b[^"'\n]*["'](\.{1,2}\/[^"'\n]+)["'];?$/gm);
  return [...imports]
    .map(([, name]) => posix.join(posix.dirname(path), name ?? ""))
    .filter((name) => !paths.has(name) && !paths.has(name.replace(/\.(c?)js$/, ".d.$1ts")))
    .map((name) => `${path} imports ${name}, which is not there.`);
}
