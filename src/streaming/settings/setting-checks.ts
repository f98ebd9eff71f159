/** Checks of settings. Each throws a HookError that says which setting is wrong, and how it has to be. */
import { HookError } from "../../errors.js";
import { unknownField } from "../hooks/check-fields.js";
import { shown } from "../text/shown.js";

/** A value of the type, or none; `undefined` is any type. */
export function ofType<Value>(
  type: "boolean" | "string" | undefined,
  name: string,
  value: Value,
): Value {
  if (type === undefined || value === undefined || typeof value === type) return value;
  throw wrong(name, `must be a ${type}, not ${shown(value)}.`);
}

/** A number, none below the least. */
export function atLeast(least: number, name: string, value: unknown): number {
  if (typeof value === "number" && value >= least) return value;
  throw wrong(name, `must be a number of at least ${least}, not ${shown(value)}.`);
}

/** One of some words: a misspelt one would be no word at all, and nobody would be told. */
export function oneOf<Word extends string, Value extends Word | undefined>(
  name: string,
  words: readonly Word[],
  value: Value,
): Value {
  if (value === undefined || value === null || words.includes(value)) return value;
  throw wrong(name, `must be one of "${words.join('", "')}", not ${value}.`);
}

/** Of a group of settings, all of whose names are known, a misspelt one would be left out without a word. */
export function checkObject(name: string, value: unknown, known?: readonly string[]): void {
  if (value === undefined || value === null) return;
  if (typeof value !== "object") {
    throw wrong(name, `must be an object such as { ... }, not a ${typeof value}.`);
  }
  const unknown = known && unknownField(value, known);
  if (unknown === undefined) return;
  throw wrong(name, `has ${unknown}. It knows ${known?.join(", ")}.`);
}

/** The error of a setting, whose name begins its message. */
export function wrong(name: string, what: string): HookError {
  return new HookError(name, `${name} ${what}`);
}
