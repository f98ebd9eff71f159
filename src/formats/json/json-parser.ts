import { PredictingParser } from "./fast/predicting-parser.js";
import { parseJson, type JsonParser } from "./plain-parser.js";

/** How the JSON formats parse. */
export interface JsonFormatOptions {
  /**
   * `false` parses every record with `JSON.parse`. Default `true`: a record like earlier ones is read by
   * what differs, which gives the same value several times faster.
   */
  readonly predict?: boolean | undefined;
}

/**
 * The parser for the records of a model: one for all its streams, since what it learns of one holds for the
 * next, and what is shared stays in the caches of a processor that serves many.
 */
export function jsonParser({ predict = true }: JsonFormatOptions): JsonParser {
  if (!predict) return parseJson;
  const parser = new PredictingParser();
  return (text, start, end) => parser.parse(text, start, end);
}
