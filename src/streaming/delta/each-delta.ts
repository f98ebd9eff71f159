import { isObject } from "../../formats/fields.js";
import { kindOf } from "../text/class-name.js";
import { checkDelta, hasContent, unusable } from "./delta-fields.js";
import type { StreamDelta } from "./stream-delta.js";

/** Recognises a value of the author's that is neither a string nor a plain delta (a LangChain chunk). */
export type DeltaAdapter = (value: object) => StreamDelta | readonly StreamDelta[] | undefined;

/**
 * Hands every delta in a hook's result to `take`, in order.
 *
 * @throws HookError when the result is none of what the hook may return.
 */
export function forEachDelta(
  result: unknown,
  hook: string,
  adapt: DeltaAdapter | undefined,
  take: (delta: StreamDelta) => void,
): void {
  if (typeof result === "string") {
    if (result !== "") take({ text: result });
  } else if (Array.isArray(result)) {
    for (const item of result) forEachDelta(item, hook, adapt, take);
  } else if (isObject(result)) {
    const delta = adapt?.(result) ?? result;
    if (Array.isArray(delta)) {
      forEachDelta(delta, hook, undefined, take);
      return;
    }
    checkDelta(delta, hook);
    take(delta);
  } else if (Number.isFinite(result)) {
    take({ text: String(result) });
  } else if (result !== undefined && result !== null) {
    throw unusable(hook, `returned ${kindOf(result)}`);
  }
}

/** Says that a hook's result holds a part of the answer. Nearly every one is a piece of text. */
export function givesContent(result: unknown, adapt: DeltaAdapter | undefined): boolean {
  if (typeof result === "string") return result !== "";
  if (!isObject(result)) return typeof result === "number";
  if (Array.isArray(result)) return result.some((item) => givesContent(item, adapt));
  const { text, cumulative } = result as StreamDelta;
  // It may be the text of the record before.
  if (cumulative === true) return false;
  if (typeof text === "string" && text !== "") return true;
  const adapted = adapt?.(result);
  return adapted === undefined ? hasContent(result) : [adapted].flat().some(hasContent);
}
