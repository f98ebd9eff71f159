/** `JSON.parse`, or what gives the same, for a text or a range of one. */
export type JsonParser = (text: string, start?: number, end?: number) => unknown;

/** `JSON.parse` itself: the plain twin of `PredictingParser`. */
export function parseJson(text: string, start?: number, end?: number): unknown {
  return JSON.parse(text.slice(start, end));
}
