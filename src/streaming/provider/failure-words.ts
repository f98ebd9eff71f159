import { isObject } from "../../formats/fields.js";

/** The deepest nesting in which an error is looked for. */
const DEEPEST = 4;

/** Reasons for which an answer ended before the model had ended it, and by no limit or filter. */
const FAILURES =
  /^((\w+_)?(error|failed|failure)|abort(ed)?|(user_)?cancel(l?ed)?|expired|time(d_)?_?out(_exceeded)?|error_toxic|insufficient_system_resource|malformed_\w+|(unexpected|too_many)_tool_calls?)$/i;

/** Tells whether a finish reason, or the status of a job or a record, says that the answer failed. */
export function saysFailure(word: unknown): word is string {
  return typeof word === "string" && FAILURES.test(word);
}

/**
 * Words that say that all is well. The last are Chinese, "(request, operation) successful", as escapes: a file of ASCII
 * alone takes half the memory.
 */
const SUCCESSES =
  /^(((status_)?code_|status_)?ok|(request |operation )?succe(ss|ssful|ssfully|ed|eded)[.!]?|(\u8bf7\u6c42|\u64cd\u4f5c)?\u6210\u529f)$/i;

/** Tells whether the status of a record says that all is well. */
export function saysSuccess(word: unknown): boolean {
  return typeof word === "string" && SUCCESSES.test(word);
}

/** Words and numbers that say nothing, where an error or its code would stand. */
const NO_ERRORS = /^(0+|200|none|null|undefined|false|no[ _-]?error)$/i;

/** Tells whether what stands in the place of an error, or of its code, says that there is none. */
export function saysNoFailure(said: unknown): boolean {
  const isWord = typeof said === "string" || typeof said === "number";
  return saysSuccess(said) || (isWord && NO_ERRORS.test(String(said)));
}

/**
 * Tells an error from what many wires carry in every record: `null`, `""`, `{}`, `false`, `"none"` and a code of 0 say
 * nothing.
 */
export function saysError(error: unknown, depth = 0): boolean {
  if (typeof error === "string") return error.trim() !== "" && !saysNoFailure(error);
  if (!isObject(error)) return Boolean(error) && !saysNoFailure(error);
  // A hook may give one of its own, whose words are no enumerable field.
  if (error instanceof Error) return true;
  if (depth === DEEPEST) return false;
  const { code } = error as { code?: unknown };
  if (code === 0 || code === "0") return false;
  return Object.values(error).some((value) => saysError(value, depth + 1));
}
