import { HookError } from "../../errors.js";
import type { HeaderSource } from "../hooks/hook-types.js";

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
  if (typeof source !== "object") {
    throw new HookError(
      hook,
      `${hook} returned a ${typeof source}. Return an object of strings, or Headers.`,
    );
  }
  // By iterator, not by class: another copy's Headers would look like an object without entries.
  const entries =
    Symbol.iterator in source ? (source as Iterable<unknown>) : Object.entries(source);
  for (const entry of entries) {
    if (!Array.isArray(entry) || typeof entry[0] !== "string") {
      throw new HookError(
        hook,
        `${hook} returned a list without names. Return an object of strings, or Headers.`,
      );
    }
    const [name, value] = entry as [string, unknown];
    const key = name.toLowerCase();
    if (value === undefined || value === null) {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a plain dictionary
      delete target[key];
    } else if (typeof value === "string") {
      target[key] = value;
    } else {
      throw new HookError(
        hook,
        `the header "${name}" is a ${typeof value}. Header values are strings.`,
      );
    }
  }
}
