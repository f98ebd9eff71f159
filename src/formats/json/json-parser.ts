import { recordParser } from "#runtime";
import type { KnownOptions } from "../../errors.js";
import type { PredictingParser } from "./fast/predicting-parser.js";

/** Options of the JSON formats. */
export interface JsonFormatOptions {
  /**
   * `false` parses every record with `JSON.parse`. Default `true`: a record like earlier ones is read by
   * what differs, which gives the same value several times faster. In bundles for the web it is always `JSON.parse`,
   * which weighs nothing.
   */
  readonly predict?: boolean | undefined;
}

/** The options that all formats of JSON have. */
export const JSON_OPTIONS = { predict: "boolean" } as const satisfies KnownOptions;

/**
 * Makes the parser of a model's records, `undefined` for `JSON.parse` alone: one for all its streams, since what it
 * learns of one holds for the next, and what is shared stays in the caches of a processor that serves many.
 */
export function predictorOf({ predict = true }: JsonFormatOptions): PredictingParser | undefined {
  return predict ? recordParser() : undefined;
}
