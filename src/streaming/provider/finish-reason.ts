/** Finds a finish reason in a record, wherever wires have one: that of a hook goes first, where it returns any. */
import { firstFound, hasFields, isFilled, isObject } from "../../formats/fields.js";

/** The deepest nesting in which a finish reason is looked for: `data.output.choices[0].finish_reason`. */
const DEEPEST = 4;

/** The fields of a record in which it stands, where it does not stand in the record itself. */
const PARTS: ReadonlySet<string> = new Set([
  "choices",
  "candidates",
  "output",
  "delta",
  "data",
  "details",
  "message",
  "meta_info",
  "response_metadata",
  "results",
  "messageStop",
]);

/**
 * Words that stand where a reason should, and say that there is none yet: DashScope, watsonx, Python's `None` and the
 * default of Google's enumeration as texts, the states of jobs.
 */
const NO_REASON =
  /^(null|none|not_finished|\w*unspecified|in_progress|pending|processing|queued|running|starting)$/i;

/** The names of a finish reason, which is `null` in each record but the last, where each record has it. */
const NAMES = ["finish_reason", "finishReason", "stop_reason", "stopReason"] as const;

type Fields = Readonly<Record<string, unknown>>;

/** Says that what stands in the place of a finish reason tells that there is none yet: more will come. */
export function isNoReason(reason: unknown): boolean {
  return reason === null || (typeof reason === "string" && NO_REASON.test(reason));
}

/** The first that is found in the record itself, or else in a part of it. */
export function findWithin<T>(
  record: unknown,
  find: (fields: Fields) => T | undefined,
  depth = 0,
): T | undefined {
  if (!isObject(record) || depth > DEEPEST) return undefined;
  if (!hasFields(record)) {
    return firstFound(record as unknown[], (item) => findWithin(item, find, depth + 1));
  }
  const own = find(record);
  if (own !== undefined) return own;
  // A stream may have many records of which nothing comes: without a closure for each.
  for (const name in record) {
    const part = PARTS.has(name) ? findWithin(record[name], find, depth + 1) : undefined;
    if (part !== undefined) return part;
  }
  return undefined;
}

/**
 * The finish reason of a record, or of a part of one; some are objects. What stands beside it is a detail: the stop
 * sequence that was found.
 */
export function reasonOf(fields: Fields): unknown {
  const reason = fields[placeOf(fields)];
  return hasFields(reason) ? reason.type : reason;
}

/** The finish reason of a record, or of a part of one, that tells of an end; `undefined` lets {@link findWithin} look on. */
export function givenReason(fields: Fields): string | undefined {
  const reason = reasonOf(fields);
  return isFilled(reason) && !isNoReason(reason) ? reason : undefined;
}

/** The place of a finish reason in a record, or in a part of one, where none stands yet, with what does: more will come. */
export function awaitedReason(fields: Fields): string | undefined {
  const reason = reasonOf(fields);
  if (isNoReason(reason)) return `${placeOf(fields)}: ${String(reason)}`;
  const place = NAMES.find((name) => fields[name] === null);
  return place === undefined ? undefined : `${place}: null`;
}

function placeOf(fields: Fields): string {
  return NAMES.find((name) => (fields[name] ?? null) !== null) ?? "done_reason";
}
