// @ts-check
/**
 * Walks the site that `npm run docs` has made: every link and every anchor leads somewhere, every picture is there,
 * no page has two titles, and the search finds what users ask for, in the guides.
 *
 *     node scripts/check-site.mjs
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";

const SITE = fileURLToPath(new URL("../docs/api", import.meta.url));

/** What users look for, and what has to be among the first answers. */
const QUESTIONS = {
  401: "Errors",
  429: "Errors",
  proxy: "Networks",
  timeout: "Errors",
  certificate: "Networks",
  retry: "Errors",
  "tool call": "Chat models",
  reasoning: "Chat models",
  cancel: "Serving",
  next: "Serving",
  express: "Serving",
  form: "Recipes",
  "break off": "Unbroken answers",
  esbuild: "Bundling",
  mock: "Testing a model",
  signal: "Serving",
  HttpStreamingLLM: "HttpStreamingLLM",
  StreamDelta: "StreamDelta",
  sse: "sse",
  parseChunk: "parseChunk",
  bindTools: "bindTools",
};
/** Among how many of the ten answers that the site shows the guide has to be. */
const FIRST = 6;

/** @type {string[]} */
const faults = [];
const files = readdirSync(SITE, { recursive: true, encoding: "utf8" }).map((name) =>
  name.replaceAll(path.sep, "/"),
);
const there = new Set(files);
const pages = new Map(
  files
    .filter((name) => name.endsWith(".html"))
    .map((name) => [name, readFileSync(path.join(SITE, name), "utf8")]),
);
const ids = new Map(
  [...pages].map(([name, html]) => [
    name,
    new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id = ""]) => decode(id))),
  ]),
);

/** @param {string} text */
function decode(text) {
  return text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&amp;", "&");
}

/** @param {string} page @param {string} address */
function faultOf(page, address) {
  if (/^(https?|mailto|data):/.test(address)) return undefined;
  const [file = "", anchor = ""] = address.split("#");
  const target =
    file === "" ? page : path.posix.join(path.posix.dirname(page), decodeURIComponent(file));
  if (!there.has(target)) return "there is no such file";
  const anchors = ids.get(target);
  if (anchor === "" || anchors === undefined) return undefined;
  return anchors.has(decodeURIComponent(anchor)) ? undefined : "there is no such anchor";
}

let links = 0;
for (const [page, html] of pages) {
  const titles = html.match(/<h1[\s>]/g) ?? [];
  if (titles.length !== 1) faults.push(`${page}: ${titles.length} titles`);
  for (const [, list = "", one] of html.matchAll(/\s(?:href|src|(srcset))="([^"]*)"/g)) {
    const address = decode(one ?? list);
    if (address === "#") continue;
    links++;
    const fault = faultOf(page, address);
    if (fault !== undefined) faults.push(`${page}: ${address}: ${fault}`);
  }
}

/** Data that TypeDoc keeps compressed in a script. */
/** @param {string} name @returns {unknown} */
function dataOf(name) {
  const script = readFileSync(path.join(SITE, "assets", name), "utf8");
  const [, base64 = ""] = /"([^"]*)"/.exec(script) ?? [];
  return JSON.parse(inflateSync(Buffer.from(base64, "base64")).toString());
}

/** @typedef {{ text: string, path?: string, children?: Entry[] }} Entry */
/** @param {Entry[]} entries @returns {Entry[]} */
const flatten = (entries) => entries.flatMap((one) => [one, ...flatten(one.children ?? [])]);
const entries = flatten(/** @type {Entry[]} */ (dataOf("navigation.js")));
for (const { text, path: target } of entries) {
  const fault = target === undefined ? undefined : faultOf("index.html", target);
  if (fault !== undefined) faults.push(`navigation: ${text}: ${fault}`);
}

/** @typedef {{ name: string, url: string }} Row */
/** @typedef {{ ref: string, score: number }} Hit */
/** @typedef {{ Index: { load(index: unknown): { search(query: string): Hit[] } } }} Lunr */
const lunr = /** @type {Lunr} */ (
  createRequire(createRequire(import.meta.url).resolve("typedoc"))("lunr")
);
const { rows, index } = /** @type {{ rows: Row[], index: unknown }} */ (dataOf("search.js"));
const search = lunr.Index.load(index);
for (const { url } of rows) {
  const fault = faultOf("index.html", url);
  if (fault !== undefined) faults.push(`search: ${url}: ${fault}`);
}

/** The names that the site shows for a question, in its order. */
/** @param {string} question */
function answersTo(question) {
  const words = question.split(" ").map((word) => `*${word}*`);
  return search
    .search(words.join(" "))
    .map(({ ref, score }) => {
      const { name = "" } = rows[Number(ref)] ?? {};
      const isStart = name.toLowerCase().startsWith(question.toLowerCase());
      const weight = isStart ? 10 / (1 + Math.abs(name.length - question.length)) : 1;
      return { name, score: score * weight };
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, FIRST)
    .map(({ name }) => name);
}

for (const [question, guide] of Object.entries(QUESTIONS)) {
  const answers = answersTo(question);
  if (process.argv.includes("--answers")) console.log(`${question}: ${answers.join(", ")}`);
  if (!answers.includes(guide)) {
    faults.push(`search: "${question}" does not find ${guide}, but ${answers.join(", ")}`);
  }
}

for (const fault of faults) console.error(fault);
if (faults.length > 0) {
  console.error(`${faults.length} faults in docs/api`);
  process.exitCode = 1;
} else {
  console.log(
    `${pages.size} pages, ${links} links, ${entries.length} entries of navigation, ` +
      `${rows.length} of search, ${Object.keys(QUESTIONS).length} questions: none bad`,
  );
}
