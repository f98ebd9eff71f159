/** Asks what a hook that reads records has made of one that may be nothing but text, or nothing. */
import type { StreamDelta } from "../delta/stream-delta.js";

/** Says that a hook gives a record, or an event's data, as the text that it is: nothing in it is for the library. */
export function isText(result: unknown, record: unknown): boolean {
  const source = typeof record === "string" ? record : (record as { data?: unknown } | null)?.data;
  if (typeof source !== "string") return false;
  const words = source.trim();
  return [result].flat().some((part) => textOf(part).includes(words));
}

function textOf(part: unknown): string {
  const text = typeof part === "string" ? part : (part as StreamDelta | null)?.text;
  return typeof text === "string" ? text : "";
}

/** Says that a hook has stumbled over a record that holds nothing: some servers keep a stream alive with `null`. */
export function isNothing(record: unknown, thrown: unknown): boolean {
  return record === null && (thrown as Error | null)?.name === "TypeError";
}
