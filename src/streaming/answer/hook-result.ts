/** Asks what a hook that reads records has returned, before it is checked. */
import { hasContent } from "../delta/delta-fields.js";
import type { DeltaAdapter } from "../delta/each-delta.js";
import type { StreamDelta } from "../delta/stream-delta.js";
import { saysError } from "../provider/failure-words.js";

/** Says that a hook's result holds a part of the answer. Nearly every one is a piece of text. */
export function givesContent(result: unknown, adapt: DeltaAdapter | undefined): boolean {
  if (typeof result === "string") return result !== "";
  if (typeof result !== "object" || result === null) return typeof result === "number";
  if (Array.isArray(result)) return result.some((item) => givesContent(item, adapt));
  const { text, cumulative } = result as StreamDelta;
  // It may be the text of the record before.
  if (cumulative === true) return false;
  if (typeof text === "string" && text !== "") return true;
  const adapted = adapt?.(result);
  return adapted === undefined ? hasContent(result) : [adapted].flat().some(hasContent);
}

/** Says that a hook's result holds a provider's error. */
export function givesError(result: unknown): boolean {
  return typeof result === "object" && result !== null && saysError((result as StreamDelta).error);
}

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
