import { parseJson, recordParser } from "#runtime";
import type { JsonParser } from "./plain-parser.js";

/** How the JSON formats parse. */
export interface JsonFormatOptions {
  /**
   * `false` parses every record with `JSON.parse`. Default `true`: a record like earlier ones is read by
   * what differs, which gives the same value several times faster. In bundles for the web it is always `JSON.parse`,
   * which weighs nothing.
   */
  readonly predict?: boolean | undefined;
}

/**
 * The parser for the records of a model: one for all its streams, since what it learns of one holds for the
 * next, and what is shared stays in the caches of a processor that serves many.
 */
export function jsonParser({ predict = true }: JsonFormatOptions): JsonParser {
  return predict ? recordParser() : parseJson;
}
