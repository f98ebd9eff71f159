import { isObject } from "../../formats/fields.js";
import { kindOf } from "./class-name.js";

/** A value as errors show it: a text by its beginning, for it may be long; what has parts by its kind alone. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (typeof value === "function") return kindOf(value);
  return isObject(value) ? kindOf(value) : String(value);
}
