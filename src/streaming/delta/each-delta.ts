import { kindOf } from "../text/class-name.js";
import { checkDelta, unusable } from "./delta-fields.js";
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
  } else if (typeof result === "object" && result !== null) {
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
