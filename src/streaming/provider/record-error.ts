/**
 * Recognises a provider's error among the records of an answer. Servers that have sent status 200 have no other
 * place for it: a record with a top-level `error` or `error_code`, one that calls itself an error, an event of that
 * name, a body that is one JSON object, an element of an array. Only what holds words, a code or a type counts: many
 * wires carry `error: null` in every record.
 */
import { firstFound, hasFields, isObject } from "../../formats/fields.js";
import type { ParsedError } from "../hooks/hook-types.js";
import { saysError, saysFailure, saysNoFailure, saysSuccess } from "./failure-words.js";
import { errorWords, nameOf, STATES } from "./provider-error.js";
import { isFailureName, isLastName, isPartName, isPartType, isToolName } from "./record-names.js";

/** The deepest nesting in which an error's words are looked for. */
const DEEPEST = 4;

const ERROR = "error";

/** The codes of a state in which all is well, as those of HTTP are, or goes on. */
const WELL =
  /^([123]\d\d|completed?|done|end|finished|stop|started|pending|queued|ready|running|(in[ _-]?)?progress|processing|streaming)$/i;
/** The fields of an error's words in a record of another kind. */
const WORDS = ["error_message", "errorMessage", "error_msg"];
/** The fields that hold a record's text, and so the words of one that is called an error. */
const TEXTS = ["data", "content", "text"];

/** The fields of a record that is nothing but an error; `tpe` is Writer's type. */
const ERROR_FIELDS =
  /^(success|ok|errors|code|status(_code|Code)?|message|msg|error_(msg|message)|details?|title|tpe|path|instance|timestamp|s?id|request(_id|Id)|trace(_id)?)$/;
/** The fields of a record that say where it belongs. */
const CONTEXT = /(^|_)(id|uuid)$|[a-z]I[dD]$|^(model|created|created_at)$/;
type Fields = Readonly<Record<string, unknown>>;

/**
 * The provider's error in a record, `undefined` for none.
 *
 * @param value the record, or the JSON in it.
 * @param name that of its event: one that is called an error is one, whatever its data is.
 */
export function recordError(value: unknown, name?: unknown): ParsedError | undefined {
  const names = [name, hasFields(value) ? value.event : undefined];
  if (names.some(isFailureName)) {
    const said = wordsWithin(value, TEXTS);
    return said === undefined || saysNoFailure(said.message) ? { message: "" } : said;
  }
  return names.some(isToolName) ? undefined : errorIn(value);
}

/**
 * The provider's error in a record of which no hook found anything.
 *
 * @param goesOn more records may follow: only a code that tells of an error everywhere counts, for others tell of
 *   progress.
 */
export function silentError(
  value: unknown,
  name?: unknown,
  goesOn = false,
): ParsedError | undefined {
  return recordError(value, name) ?? bareError(value, name, goesOn);
}

/** Says that the wire itself calls a record an error: what a hook reads in it is none of the answer. */
export function isCalledError(record: unknown, event: string | undefined): boolean {
  if (event?.length === ERROR.length && event.toLowerCase() === ERROR) return true;
  if (!isObject(record)) return false;
  const fields = record as Fields;
  if (fields.type === ERROR || fields.event === ERROR || fields.object === ERROR) return true;
  const { error, error_code: code } = fields;
  // The code is a number that stands beside every text of some wires, and is 0 unless the text is an error's.
  return error === true || (typeof code === "number" && saysError(code));
}

function errorIn(value: unknown): ParsedError | undefined {
  if (Array.isArray(value)) {
    return firstFound(value as unknown[], (item) => (hasFields(item) ? errorIn(item) : undefined));
  }
  if (!hasFields(value)) return undefined;
  const { object, type, event, role } = value;
  const error = value.error ?? value.err ?? errorOfChoice(value);
  const isNamed = [object, type, event].some(isFailureName);
  if (!isNamed && [object, type, event, role].some(isToolName)) return undefined;
  if (saysError(error)) {
    const said = errorWords(value);
    if (said?.message) return said;
    return (
      (error === true ? wordsWithin(value, TEXTS) : wordsWithin(error, [])) ??
      said ?? { message: "" }
    );
  }
  if (isNamed) return wordsWithin(value, TEXTS);
  const said = errorBeside(value);
  return said === undefined || [type, object].some(isPartType) ? undefined : said;
}

/** The error of the first choice, where OpenRouter has one. Those of others (`n`) may be well, and not be read. */
function errorOfChoice({ choices }: Fields): unknown {
  const [choice] = Array.isArray(choices) ? (choices as unknown[]) : [];
  return hasFields(choice) && !choice.index ? choice.error : undefined;
}

/** The error in fields of a record that have other names, or in the state of the answer. */
function errorBeside(fields: Fields): ParsedError | undefined {
  if (hasErrorFields(fields)) {
    const said = wordsWithin(fields, TEXTS);
    return { ...said, message: said?.message ?? "", code: said?.code ?? errorCode(fields) };
  }
  const state = STATES.find((name) => isFailedState(fields[name]));
  const said = state === undefined ? undefined : wordsWithin(fields[state], []);
  return said?.message && saysError(said.message) ? said : undefined;
}

/** An error in fields of its own beside those of an answer, unless its code or its words say that there is none. */
function hasErrorFields(fields: Fields): boolean {
  const code = errorCode(fields);
  const words = WORDS.map((name) => fields[name]);
  if (code === undefined) return words.some((said) => saysError(said));
  return saysError(code) && !words.some(saysNoFailure);
}

function errorCode({ error_code, errorCode = error_code }: Fields): string | number | undefined {
  return nameOf(errorCode);
}

function isFailedState(state: unknown): boolean {
  if (!hasFields(state)) return false;
  const code = state.code ?? state["Code"] ?? state.status_code;
  return saysError(state["Error"]) || (saysError(code) && !WELL.test(String(code)));
}

/**
 * The words of what is an error for sure: in the usual places, or else in an object of it.
 *
 * @param texts the fields that hold its text.
 */
export function wordsWithin(
  value: unknown,
  texts: readonly string[],
  depth = 0,
): ParsedError | undefined {
  const own = errorWords(value);
  if (own?.message || depth === DEEPEST || !isObject(value)) return own;
  const fields = value as Fields;
  const text = texts.map((name) => fields[name]).find((part) => typeof part === "string");
  if (text) return { ...own, message: text };
  for (const part of Object.values(fields)) {
    const inner = typeof part === "object" ? wordsWithin(part, texts, depth + 1) : undefined;
    if (inner?.message) return { ...inner, code: inner.code ?? own?.code };
  }
  return own;
}

/**
 * The error in a record that has an error's fields and no others, and says so by `success: false`, `errors`, a code or
 * status from 400 on, or FastAPI's `detail` alone.
 *
 * @param goesOn a code such as `InvalidParameter` or -1 may tell of progress.
 */
export function bareError(value: unknown, name?: unknown, goesOn = false): ParsedError | undefined {
  if (!hasFields(value)) return undefined;
  const given = Object.keys(value).filter((key) => key !== "type" && !isEmpty(value[key]));
  const others = given.filter((key) => !ERROR_FIELDS.test(key));
  if (!others.every(isContext)) return undefined;
  const { type } = value;
  if (isPartType(type) || isPartName(name)) return undefined;
  const said = errorWords(value);
  if (said === undefined || saysNoFailure(said.message)) return undefined;
  const isDetail = given.join() === "detail" && isProblem(type) && isUnnamed(name);
  const hasWords = others.length === 0 && said.message !== "";
  // A number of the provider's own may also stand beside the words that all is done.
  const isAny = hasWords && !goesOn && !isLastName(said.message);
  return isDetail || saysFailed(value, hasWords, isAny) ? said : undefined;
}

/** Says that a field tells which conversation, answer or model a record belongs to; not a part of the answer. */
function isContext(name: string): boolean {
  return CONTEXT.test(name) && !isPartName(name);
}

/**
 * Says that a record failed; codes are only heard where no word says that all is well.
 *
 * @param isAny any code is heard, as that of a state is.
 */
function saysFailed(value: Fields, hasWords: boolean, isAny: boolean): boolean {
  const { success, ok, errors, code, status, statusCode, status_code } = value;
  if (success === false || ok === false || saysError(errors)) return true;
  if (success === true || ok === true || saysSuccess(status)) return false;
  if (isAny && (status === false || isFailedState(value))) return true;
  return [code, status, statusCode, status_code].some((some) => isFailedCode(some, hasWords));
}

/** The type of what is only a `detail`: FastAPI has none, RFC 9457 a URI. Others tell of what is going on. */
function isProblem(type: unknown): boolean {
  return isEmpty(type) || String(type).includes(":");
}

function isUnnamed(event: unknown): boolean {
  return isEmpty(event) || event === "message";
}

/** A number of the provider's own, without words or in a record that belongs to an answer, may stand for anything. */
function isFailedCode(code: unknown, hasWords: boolean): boolean {
  return saysFailure(code) || (Number(code) >= 400 && (hasWords || Number(code) < 600));
}

function isEmpty(value: unknown): boolean {
  if (isObject(value)) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === "";
}
