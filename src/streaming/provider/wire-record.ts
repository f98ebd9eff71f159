/** The parts of a record by which it is judged, whatever its format: a value with fields, and the name of its event. */
import { hasFields, isObject } from "../../formats/fields.js";
import { beginsLikeJson, tryJson } from "../../formats/json/try-json.js";

/**
 * The record, or the JSON in it: a record may be a text that holds JSON (`lines()`), an event as it stands
 * (`sse({ raw: true })`), or a message with headers (`awsEventStream()`).
 */
export function valueOf(record: unknown): unknown {
  if (typeof record === "string") return jsonIn(record);
  const { event, data, headers, payload } = (record ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof event === "string" && typeof data === "string") return jsonIn(data);
  const hasHeaders = isObject(headers);
  return hasHeaders && typeof payload === "object" && !("error" in (record as object))
    ? payload
    : record;
}

/** The name of a record's event: the one around it, or else the one that it holds. */
export function nameOf(record: unknown, event?: string): unknown {
  return event ?? (hasFields(record) ? record.event : undefined);
}

/** Says that a record, or its event, is called what a test looks for. */
export function isCalled(
  value: unknown,
  name: unknown,
  isName: (name: unknown) => boolean,
): boolean {
  return nameLike(value, name, isName) !== undefined;
}

/** The name of a record, or of its event, that a test looks for; `undefined` where it has none such. */
export function nameLike(
  value: unknown,
  name: unknown,
  isName: (name: unknown) => boolean,
): string | undefined {
  const names = hasFields(value) ? [name, value.event, value.type, value.msg] : [name];
  return names.find(isName) as string | undefined;
}

/** The name in the lines of an event that is read by hand; `undefined` for none. */
export function nameInLines(text: string): string | undefined {
  return /^(?:(?:id|retry)?:.*\r?\n){0,9}event: ?(.*)/.exec(text)?.[1];
}

/**
 * Who reads events by hand is given their lines (`lines()`, `delimited("\n\n")`): what counts in them is the data, behind
 * other fields and comments.
 */
function jsonIn(text: string): unknown {
  const data = text.replace(/^((event|id|retry)?:.*\r?\n){0,9}data: ?/, "");
  return beginsLikeJson(data) ? (tryJson(data) ?? data) : data;
}
