import { hasFields } from "../fields.js";

/** The value of a JSON text; `undefined` for what is none. */
export function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The object that a JSON text is; `undefined` for what is none, a list, text or number included. */
export function tryJsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = tryJson(text);
  return hasFields(value) ? value : undefined;
}

/** Says that a text begins like an object or a list. */
export function beginsLikeJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}
