import { HookError } from "../../errors.js";
import type { HeaderSource } from "../hooks/hook-types.js";
import { kindOf } from "../text/class-name.js";

/**
 * Puts the headers of a source over those that are there, under lower-case names.
 *
 * @throws HookError for what are no headers.
 */
export function addHeaders(
  target: Record<string, string>,
  source: HeaderSource | null | undefined,
  hook = "headers",
): void {
  if (source === undefined || source === null) return;
  if (typeof source !== "object") throw noHeaders(hook, kindOf(source));
  // By iterator, not by class: another copy's Headers would look like an object without entries.
  const entries =
    Symbol.iterator in source ? (source as Iterable<unknown>) : Object.entries(source);
  for (const entry of entries) {
    if (!Array.isArray(entry) || typeof entry[0] !== "string") {
      throw noHeaders(hook, "a list without names");
    }
    const [name, value] = entry as [string, unknown];
    const key = name.toLowerCase();
    if (value === undefined || value === null) {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a plain dictionary
      delete target[key];
    } else if (typeof value === "string") {
      refuseUnset(key, value, hook);
      target[key] = value;
    } else {
      throw new HookError(
        hook,
        `the header "${name}" is ${kindOf(value)}. Header values are strings.`,
      );
    }
  }
}

function noHeaders(hook: string, what: string): HookError {
  return new HookError(hook, `${hook} returned ${what}. Return an object of strings, or Headers.`);
}

/** A credential that a template has made of what is not there, or of an object: `Bearer ${undefined}`. */
const UNSET = /^(?:[\w-]+ )?(undefined)$|^[\w-]+ (null|NaN)$|(\[object \w+\])/;

/** A server would answer it with a 401, which says nothing of a variable that is not set. */
function refuseUnset(name: string, value: string, hook: string): void {
  const [, ...found] = UNSET.exec(value) ?? [];
  const word = found.find((text) => text !== undefined);
  if (word === undefined) return;
  const why = word.startsWith("[")
    ? "an object was put into a text (is a Promise not awaited?)"
    : "what it was made from is not there (is an environment variable not set?)";
  throw new HookError(hook, `the value of the header "${name}" holds "${word}": ${why}.`);
}
