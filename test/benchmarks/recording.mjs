/**
 * A recorded body, from which it makes other answers: the same records in the same framing, with other ids,
 * times, counts and texts, as these differ from answer to answer. Repeated to the letter, a body would flatter
 * whatever remembers.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";

/** A string or a number of a JSON text, with the key that it belongs to; a string that a colon follows is a key itself. */
const LEAF = /"((?:[^"\\]|\\.)*)"(\s*:)?|-?\d[\d.eE+-]*/g;
const TEXT_ESCAPES = /\\(?:u[0-9a-fA-F]{4}|.)/g;

/** What differs from answer to answer, by the key; the first that fits says how. */
const KINDS = [
  { key: /^(obfuscation|p)$/, other: padding },
  { key: /(^|_)id$|Id$|fingerprint$|signature$|^encrypted/, other: sameIdAgain },
  { value: /^\d{4}-\d\d-\d\dT/, other: otherFraction },
  { key: /^created|_at$/, number: true, other: laterTime },
  { key: /token|count|duration|cost|^total/i, number: true, other: otherCount },
  { key: /logprob$/, number: true, other: otherDigits },
  {
    key: /^(content|text|delta|token|thinking|reasoning(_content)?|response|arguments|partial_json|cited_text)$/,
    other: otherText,
  },
];

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** The bodies of a folder, each under its name; the bodies of a folder in it are one entry, in sequence. */
export function readRecordings(folder) {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .map((path) => ({ path, files: statSync(path).isDirectory() ? filesOf(path) : [path] }))
    .map(({ path, files }) => ({ path, files: files.filter((file) => framingOf(file)) }))
    .filter(({ files }) => files.length > 0)
    .map(({ path, files }) => ({
      name: basename(path),
      framing: framingOf(files[0]),
      recordings: files.map((file) => new Recording(readFileSync(file, "utf8"))),
    }));
}

function filesOf(folder) {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
}

/** How a file's records are framed, by its name; `undefined` for other files. */
function framingOf(file) {
  return { ".sse": "sse", ".txt": "sse", ".ndjson": "lines", ".jsonl": "lines" }[extname(file)];
}

export class Recording {
  #parts = [];
  #texts = new Map();

  constructor(body) {
    // Not every peer knows what ends a stream, and it is no record.
    const records = body.replace(/^data: ?\[DONE\]\r?\n(\r?\n)?/m, "");
    for (const line of records.split(/(?<=\n)/)) this.#addLine(line);
  }

  /** Another answer, line by line. */
  another(random) {
    const answer = {
      random,
      texts: this.#texts,
      ids: new Map(),
      counts: new Map(),
      shift: 1 + Math.floor(random() * 25),
    };
    return this.#parts.map((part) =>
      typeof part === "string" ? part : part.map((piece) => pieceOf(piece, answer)).join(""),
    );
  }

  #addLine(line) {
    const start = line.search(/[[{]/);
    const isRecord =
      start !== -1 && (start === 0 || line.startsWith("data:")) && isJson(line.slice(start));
    if (!isRecord) {
      this.#parts.push(line);
      return;
    }
    this.#parts.push(this.#piecesOf(line, start));
  }

  #piecesOf(line, from) {
    const pieces = [];
    let at = 0;
    let key = "";
    LEAF.lastIndex = from;
    for (let leaf; (leaf = LEAF.exec(line)) !== null;) {
      const [raw, string, colon] = leaf;
      if (colon !== undefined) {
        key = string;
        continue;
      }
      const kind = KINDS.find((one) => fits(one, key, string));
      if (kind === undefined) continue;
      const start = leaf.index + (string === undefined ? 0 : 1);
      const value = string ?? raw;
      pieces.push(line.slice(at, start), { value, key, other: kind.other });
      at = start + value.length;
      if (kind.other === otherText) this.#addText(key, value);
    }
    pieces.push(line.slice(at));
    return pieces;
  }

  #addText(key, text) {
    const texts = this.#texts.get(key);
    if (texts === undefined) this.#texts.set(key, [text]);
    else texts.push(text);
  }
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function fits(kind, key, string) {
  if (kind.value !== undefined) return kind.value.test(string ?? "");
  return (string === undefined) === (kind.number ?? false) && kind.key.test(key);
}

function pieceOf(piece, answer) {
  return typeof piece === "string" ? piece : piece.other(piece.value, answer, piece.key);
}

function padding(_, { random }) {
  return otherLetters("a9bC3dEfGh7iJkLm".slice(0, 1 + Math.floor(random() * 16)), { random });
}

/** One answer calls the same thing by the same id. */
function sameIdAgain(id, { random, ids }) {
  let other = ids.get(id);
  if (other === undefined) {
    const prefix = /^[a-z]+[_-]/.exec(id)?.[0] ?? "";
    other = prefix + otherDigits(otherLetters(id.slice(prefix.length), { random }), { random });
    ids.set(id, other);
  }
  return other;
}

function laterTime(time, { shift }) {
  return String(Number(time) + shift * 1000);
}

/** Of another size, since counts grow, unless there is nothing to count. What stays in an answer stays in the other. */
function otherCount(count, { random, counts }, key) {
  if (Number(count) === 0) return count;
  if (!/^\d+$/.test(count)) return otherDigits(count, { random });
  const name = `${key} ${count}`;
  if (!counts.has(name)) {
    counts.set(name, String(1 + Math.floor(random() * 10 ** (1 + Math.floor(random() * 4)))));
  }
  return counts.get(name);
}

/** Other digits in the places of digits, but for what begins a number. */
function otherDigits(text, { random }) {
  const first = text.search(/[1-9]/) + 1;
  const rest = text.slice(first).replace(/\d/g, () => String(1 + Math.floor(random() * 9)));
  return text.slice(0, first) + rest;
}

function otherFraction(time, { random }) {
  return time.replace(/(?<=\.\d*)\d/g, () => String(Math.floor(random() * 10)));
}

function otherLetters(text, { random }) {
  return text.replace(/[a-z]/gi, (letter) => {
    const other = LETTERS[Math.floor(random() * LETTERS.length)];
    return letter < "a" ? other.toUpperCase() : other;
  });
}

/** A text that stood elsewhere in the answer, with its letters shifted. */
function otherText(text, { random, texts, shift }, key) {
  if (text === "") return text;
  const all = texts.get(key);
  const other = text.length > 60 ? text : all[Math.floor(random() * all.length)];
  let at = 0;
  let shifted = "";
  for (const { 0: escape, index } of other.matchAll(TEXT_ESCAPES)) {
    shifted += shiftLetters(other.slice(at, index), shift) + escape;
    at = index + escape.length;
  }
  return shifted + shiftLetters(other.slice(at), shift);
}

function shiftLetters(text, shift) {
  return text.replace(/[a-z]/g, (letter) => LETTERS[(LETTERS.indexOf(letter) + shift) % 26]);
}
