import { HookError } from "../../errors.js";
import { isObject } from "../../formats/fields.js";
import { ownedText } from "../../formats/owned-text.js";
import type { ToolCallDelta } from "../delta/stream-delta.js";
import { shown } from "../text/shown.js";

/** A piece of a tool call, without what is the same as nothing. */
export interface ToolCallFields {
  readonly index: number | undefined;
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly args: string;
  /** The arguments came as an object: there are no more of them. */
  readonly isWhole: boolean;
  /** Why it is no call, as a message of LangChain's says of its invalid ones. */
  readonly error: string | undefined;
}

/** The place of an entry, for errors. */
interface Place {
  readonly at: number;
  readonly hook: string;
}

/** Keys under which providers have what is `args` here, and the object that holds it. */
const ARGS_KEYS = ["arguments", "input", "function", "functionCall"] as const;

/**
 * Reads an entry of `toolCalls`.
 *
 * @throws HookError when it cannot be a piece of a tool call.
 */
export function readToolCall(entry: unknown, at: number, hook: string): ToolCallFields {
  const place: Place = { at, hook };
  if (!isObject(entry) || Array.isArray(entry)) {
    throw unusable(place, `is ${shown(entry)}`, "Leave out what is no call");
  }
  const { index, id, name, args, error } = entry as Readonly<
    Record<keyof ToolCallDelta | "error", unknown>
  >;
  if (args === undefined) refuseForeign(entry as Record<string, unknown>, place);
  return {
    index: readIndex(index, place),
    id: readId(id, place),
    name: readName(name, place),
    args: ownedText(readArgs(args, place)),
    isWhole: isObject(args),
    error: typeof error === "string" && error !== "" ? error : undefined,
  };
}

function readIndex(index: unknown, place: Place): number | undefined {
  if (isAbsent(index)) return undefined;
  if (Number.isSafeInteger(index) && (index as number) >= 0) return index as number;
  throw unusable(
    place,
    `has the index ${shown(index)}`,
    "An index is a whole number from 0, or absent",
  );
}

/** Says that an id is none: some providers write a word in its place. */
export function isNoId(id: unknown): id is null | undefined | "" | "null" {
  return isAbsent(id) || id === "" || id === "null";
}

function readId(id: unknown, place: Place): string | undefined {
  if (isNoId(id)) return undefined;
  if (typeof id === "string") return id;
  if (typeof id === "number" && Number.isFinite(id)) return String(id);
  throw unusable(place, `has the id ${shown(id)}`, "An id is a string, or absent");
}

function readName(name: unknown, place: Place): string | undefined {
  if (isAbsent(name) || name === "") return undefined;
  if (typeof name === "string") return name;
  throw unusable(place, `has the name ${shown(name)}`, "A name is a string, or absent");
}

function readArgs(args: unknown, place: Place): string {
  if (isAbsent(args)) return "";
  if (typeof args === "string") return args;
  if (typeof args !== "object") {
    throw unusable(
      place,
      `has the args ${shown(args)}`,
      "Args are JSON text or an object, or absent",
    );
  }
  let text: string | undefined;
  try {
    text = JSON.stringify(args);
  } catch (cause) {
    const what = `has args that cannot be written as JSON (${String(cause)})`;
    throw unusable(place, what, "Give the text that came", { cause });
  }
  if (typeof text === "string") return text;
  throw unusable(place, "has args that JSON cannot say", "Give the text that came");
}

/** The provider's own object would be a call without arguments, which is one that an agent carries out. */
function refuseForeign(entry: Record<string, unknown>, place: Place): void {
  if ("args" in entry) return;
  const key = ARGS_KEYS.find((name) => saysSomething(entry[name]));
  if (key === undefined) return;
  throw unusable(place, `has "${key}", but no args`, "Say the provider's fields by our names");
}

function saysSomething(value: unknown): boolean {
  if (isObject(value)) return Object.keys(value).length > 0;
  return !isAbsent(value) && value !== "";
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/** The error of arguments that are nested too deep. */
export function tooDeep(name: string | undefined, cause: unknown, hook: string): HookError {
  return new HookError(
    hook,
    `${hook} returned a call of the tool ${shown(name ?? "")} whose arguments are nested too deep to be carried out (${String(cause)}). Leave such a call out.`,
    { cause },
  );
}

function unusable(
  { at, hook }: Place,
  what: string,
  instead: string,
  options?: ErrorOptions,
): HookError {
  return new HookError(
    hook,
    `${hook} returned toolCalls of which entry ${at} ${what}. ${instead}; an entry is { index?, id?, name?, args? }.`,
    options,
  );
}
