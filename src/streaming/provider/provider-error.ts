/**
 * Reads what a provider says went wrong, in whichever of the usual shapes. Nothing is looked for by guessing: a
 * fixed set of keys holds words, and everything beside them (FastAPI's `input` quotes the request) is left alone.
 */
import { firstFound, hasFields } from "../../formats/fields.js";
import { tryJson } from "../../formats/json/try-json.js";
import type { ParsedError } from "../hooks/hook-types.js";

/** A message shows at most this many characters of a provider's words. */
const LONGEST_SHOWN = 2_000;
/** Real errors are three or four levels deep; a hostile one must not overflow the stack. */
const DEEPEST = 8;
/** Of a list of errors, the first say enough. */
const MOST_LISTED = 10;

/** The keys under which wires have the state of an answer, in every record, or of the request, in place of one. */
export const STATES = ["base_resp", "last_error", "status", "header", "ErrorMsg", "Response"];
/** The keys under which the error itself stands, when it is an object or a list. */
const CONTAINERS = ["error", "Error", "err", "fault", ...STATES];
/** Short words for the kind of error, which an explanation may follow: RFC 9457, Ollama, Spring. */
const HEADINGS = ["title", "error", "Error", "err"];
/** Explanations, best first; each a text, a list, or an object with words of its own. */
const EXPLANATIONS = [
  "message",
  "Message",
  "msg",
  "error_description",
  "error_msg",
  "error_message",
  "errorMessage",
  "errorText",
  "status_msg",
  "Msg",
  "detail",
  "faultstring",
  "reason",
  "description",
  "details",
  "issues",
];
const CODES = ["code", "Code", "error_code", "errorCode"];
/** Codes that only repeat the status, as a rule. */
const STATUS_CODES = ["status_code", "statusCode", "http_status_code", "httpCode"];
const TYPES = ["type", "Type", "error_type", "errorType", "__type"];

/** Headings that only repeat the status, or that there is an error. */
const SAYS_NOTHING =
  /^(error|about:blank|bad request|unauthorized|forbidden|not found|method not allowed|conflict|unprocessable (entity|content)|too many requests|internal( server)? error|bad gateway|service unavailable|gateway time-?out)$/i;

/** A code or type of more characters is none. */
const LONGEST_NAME = 200;

const LOOKS_LIKE_JSON = /^(\{\s*"|\[\s*[[{"])/;
const WORDS_IN_JSON = /"(?:message|msg|detail|error)"\s*:\s*("(?:[^"\\]|\\.)*")/i;
/** The part of cut JSON that is looked through, in characters. */
const LONGEST_CUT = 16_384;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a provider's error: `{ error: { message } }`, `{ error }`, `{ message }`, FastAPI's `detail`,
 * RFC 9457, AWS, Google, Spring, Nest, lists of errors, errors by field, plain text. The words are whole
 * and as they came: redact them, and then {@link shorten} them.
 *
 * @returns `undefined` where there are no words: no error, a page of HTML, a shape that nobody uses.
 */
export function readProviderError(value: unknown, depth = 0): ParsedError | undefined {
  if (depth > DEEPEST) return undefined;
  if (typeof value === "string") return readText(value.trim(), depth);
  if (Array.isArray(value)) return readList(value, depth);
  return hasFields(value) ? readFields(value, depth) : undefined;
}

/** Reads words, or JSON as text: gateways put the body that they got into their own. */
function readText(text: string, depth: number): ParsedError | undefined {
  if (text === "" || text.startsWith("<")) return undefined;
  if (!LOOKS_LIKE_JSON.test(text)) return { message: text };
  const json = tryJson(text);
  if (json !== undefined) return readProviderError(json, depth + 1);
  // It was cut, and may end in the middle of a prompt that it quotes.
  const words = WORDS_IN_JSON.exec(text.slice(0, LONGEST_CUT))?.[1];
  return readProviderError(tryJson(words ?? ""), DEEPEST);
}

/** Joins the words of a list of errors; code and type are those of the first. */
function readList(list: readonly unknown[], depth: number): ParsedError | undefined {
  const errors = list
    .slice(0, MOST_LISTED)
    .map((item) => readProviderError(item, depth + 1))
    .filter((error) => error !== undefined);
  const [first] = errors;
  return first && { ...first, message: errors.map(({ message }) => message).join("; ") };
}

function readFields(fields: Fields, depth: number): ParsedError | undefined {
  const own = { code: codeOf(fields, CODES), type: typeOf(fields) };
  const inner = firstOf(fields, CONTAINERS, (container) =>
    isStructured(container)
      ? (readProviderError(container, depth + 1) ?? readBareKind(container))
      : undefined,
  );
  if (inner) return { ...inner, code: inner.code ?? own.code, type: inner.type ?? own.type };
  const heading = firstOf(fields, HEADINGS, wordsIn);
  const explained = firstOf(fields, EXPLANATIONS, (words) => readProviderError(words, depth + 1));
  const listed = readProviderError(fields.errors, depth + 1) ?? readByField(fields.errors, depth);
  const { raw } = (fields.metadata ?? {}) as Fields;
  const upstream = readProviderError(raw, depth + 1)?.message;
  const words = place(fields, explained?.message);
  const message = joinWords([heading, words, listed?.message, words && upstream]);
  if (message === "") return undefined;
  const type = own.type ?? explained?.type ?? listed?.type;
  return {
    message,
    code: own.code ?? explained?.code ?? listed?.code ?? codeOf(fields, STATUS_CODES),
    type: type ?? (explained && heading && isWord(heading) ? heading : undefined),
  };
}

function isStructured(value: unknown): boolean {
  return typeof value === "object" || (typeof value === "string" && LOOKS_LIKE_JSON.test(value));
}

/** An error object that names its kind and says no more. */
function readBareKind(error: unknown): ParsedError | undefined {
  if (!hasFields(error)) return undefined;
  const code = codeOf(error, CODES);
  const type = typeOf(error);
  const message = type ?? (typeof code === "string" ? code : undefined);
  return message === undefined ? undefined : { message, code, type };
}

/** Reads `{ "prompt": ["is required"] }`. */
function readByField(value: unknown, depth: number): ParsedError | undefined {
  if (!hasFields(value)) return undefined;
  const messages = Object.entries(value)
    .slice(0, MOST_LISTED)
    .flatMap(([name, words]) => {
      const error = readProviderError(words, depth + 2);
      return error ? [`${name}: ${error.message}`] : [];
    });
  return messages.length > 0 ? { message: messages.join("; ") } : undefined;
}

/** FastAPI says where, `["body", "messages", 0]`, and so do zod's issues, as `path`. */
function place({ path, loc = path }: Fields, words: string | undefined): string | undefined {
  if (words === undefined || !Array.isArray(loc)) return words;
  const steps = loc.filter((step) => nameOf(step) !== undefined);
  return steps.length > 0 ? `${steps.slice(0, MOST_LISTED).join(".")}: ${words}` : words;
}

/** One sentence after the other, without what says nothing or is said twice. */
function joinWords(parts: readonly (string | undefined)[]): string {
  const said = parts.filter((part) => part !== undefined);
  const telling = said.filter((part) => !SAYS_NOTHING.test(part));
  const different = [...new Set(telling.length > 0 ? telling : said.slice(0, 1))];
  const words = different.filter(
    (part) => !different.some((other) => other !== part && isWithin(part, other)),
  );
  const separator = (text: string): string => (/[.!?:]$/.test(text) ? " " : ": ");
  return words.reduce((text, part) => (text === "" ? part : text + separator(text) + part), "");
}

/** Looked for as far as it can be shown: of two long texts it could take the square of their length. */
function isWithin(part: string, other: string): boolean {
  return part.length <= LONGEST_SHOWN && other.slice(0, 4 * LONGEST_SHOWN).includes(part);
}

/** What is read in the first field, in this order, in which something is. */
function firstOf<T>(
  fields: Fields,
  keys: readonly string[],
  read: (value: unknown) => T | undefined,
): T | undefined {
  return firstFound(keys, (key) => read(fields[key]));
}

function wordsIn(value: unknown): string | undefined {
  return (typeof value === "string" && value.trim()) || undefined;
}

function codeIn(value: unknown): string | number | undefined {
  return typeof value === "number" || (typeof value === "string" && isName(value))
    ? value
    : undefined;
}

function codeOf(fields: Fields, keys: readonly string[]): string | number | undefined {
  return firstOf(fields, keys, codeIn);
}

function typeOf(fields: Fields): string | undefined {
  const type = firstOf(fields, TYPES, wordsIn);
  // AWS puts a namespace before it.
  if (type !== undefined && isName(type) && !SAYS_NOTHING.test(type))
    return type.replace(/^[\w.]+#/, "");
  // Google's INVALID_ARGUMENT; others say "error" or repeat the number.
  const { status } = fields;
  return typeof status === "string" && /^[A-Z][A-Z_]+$/.test(status) ? status : undefined;
}

function isName(text: string): boolean {
  return text !== "" && text.length <= LONGEST_NAME;
}

function isWord(text: string): boolean {
  return /^[\w.-]+$/.test(text);
}

/** Reads an error's words, code and type out of a value; `undefined` where there are none of them. */
export function errorWords(value: unknown): ParsedError | undefined {
  const found = readProviderError(value);
  const inner = (value as { error?: unknown } | null)?.error;
  const { code, type, status } = (hasFields(inner) ? inner : (value ?? {})) as Fields;
  const words = {
    message: found?.message ?? "",
    code: found?.code ?? nameOf(code) ?? nameOf(status),
    type: found?.type ?? wordsIn(type),
  };
  return words.message === "" && words.code === undefined && words.type === undefined
    ? undefined
    : words;
}

/** A code as it may be, a number or a text. */
export function nameOf(value: unknown): string | number | undefined {
  return typeof value === "string" || typeof value === "number" ? value : undefined;
}

/** One line, bounded: a server's text must not flood a log, nor steer the terminal that shows it. */
export function shorten(text: string): string {
  // White space is folded only where it can be shown: the text may be as long as a record.
  const line = text
    .slice(0, 4 * LONGEST_SHOWN)
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  if (line.length <= LONGEST_SHOWN && text.length <= 4 * LONGEST_SHOWN) return line;
  // A character outside the basic plane is not cut in two.
  return `${line.slice(0, LONGEST_SHOWN).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
