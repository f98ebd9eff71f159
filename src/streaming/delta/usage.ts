import { chooseFields } from "../../formats/fields.js";
import type { TokenUsage } from "./stream-delta.js";

/** Adds a report of token counts to an earlier one: fields it has replace, fields it lacks stay. */
export function mergeUsage(earlier: TokenUsage | undefined, later: TokenUsage): TokenUsage {
  const details = mergePresent(earlier?.details ?? {}, later.details ?? {});
  const merged: TokenUsage = mergePresent(earlier ?? {}, later);
  if (Object.keys(details).length > 0) merged.details = details;
  else delete merged.details;
  return merged;
}

/** Adds up the token counts of two requests; `undefined` for none at all. */
export function addUsage(
  earlier: TokenUsage | undefined,
  later: TokenUsage | undefined,
): TokenUsage | undefined {
  if (earlier === undefined || later === undefined) return later ?? earlier;
  const details = addCounts(earlier.details ?? {}, later.details ?? {});
  const { details: _, ...counts } = earlier;
  const { details: __, ...laterCounts } = later;
  const sum: TokenUsage = addCounts(counts, laterCounts);
  if (Object.keys(details).length > 0) sum.details = details;
  return sum;
}

function addCounts<T extends object>(earlier: T, later: T): T {
  const sum = { ...earlier } as Record<string, unknown>;
  for (const [name, count] of Object.entries(later)) {
    if (typeof count === "number") sum[name] = ((sum[name] as number | undefined) ?? 0) + count;
  }
  return sum as T;
}

function mergePresent<T extends object>(earlier: T, later: T): T {
  return {
    ...earlier,
    ...chooseFields(later, (_, value) => value !== null && value !== undefined),
  };
}
