/**
 * Recognises in a record that the answer which it ends has failed: by a finish reason, by the state of what has ended,
 * or by an error in an object of its own. Before the end such an error may be that of a step, or of a tool.
 */
import { hasFields } from "../../formats/fields.js";
import type { ParsedError } from "../hooks/hook-types.js";
import { saysError, saysFailure } from "./failure-words.js";
import { isCalledError, recordError, valueOf, wordsWithin } from "./record-error.js";
import { isAsideName, isEndName, isFailureName, isPartType, isToolName } from "./record-names.js";

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
  "meta_info",
  "response_metadata",
  "messageStop",
]);

type Fields = Readonly<Record<string, unknown>>;

/** What a hook said of the end of an answer. */
export interface SaidEnd {
  readonly finishReason?: string | null | undefined;
  readonly done?: boolean | null | undefined;
}

/**
 * The failure of an answer that a record tells of which nothing came, or only the end of the answer.
 *
 * @param said what the hook said of that end: its finish reason goes before the record's.
 */
export function failureIn(
  record: unknown,
  event: unknown,
  { finishReason, done }: SaidEnd,
): ParsedError | undefined {
  const value = valueOf(record);
  const name = event ?? eventOf(record);
  const reason = finishReason ? finishReason : failedReason(value, name);
  if (saysFailure(reason)) return failureOf(value, reason);
  const isEnd = done === true || Boolean(finishReason) || isCalled(value, name, isEndName);
  return isEnd ? failureAtEnd(value) : undefined;
}

/**
 * The failure of an answer that the record of its last piece tells, beside that piece or by its event's name.
 *
 * @param isText the record is the piece, whatever stands in it.
 */
export function failureBeside(
  record: unknown,
  event: string | undefined,
  isText = false,
): ParsedError | undefined {
  const name = event ?? eventOf(record);
  if (isFailureName(name)) return recordError(record, event);
  if (isText) return undefined;
  const value = valueOf(record);
  if (isCalledError(value, undefined)) return recordError(value);
  if (isCalled(value, name, isPartType)) return undefined;
  const reason = reasonWithin(value, 0);
  if (reason !== undefined) return failureOf(value, reason);
  return failedState(value);
}

/** The failure that the record at the end of an answer tells, or an object in it, as `{ data: { error } }`. */
export function failureAtEnd(record: unknown): ParsedError | undefined {
  const value = valueOf(record);
  if (!hasFields(value) || isOfTool(value)) return undefined;
  const parts = Object.entries(value).map(([name, part]) => (isAsideName(name) ? undefined : part));
  const isFailed = value.success === false || value.ok === false;
  const failed = [value, ...parts].find(hasFailed) ?? (isFailed ? value : undefined);
  if (failed === undefined) return undefined;
  const said = wordsWithin(failed, []);
  // Gradio's `msg` is a name.
  return said === undefined || isEndName(said.message) ? { message: "" } : said;
}

/**
 * The failure that a finish reason tells.
 *
 * @param value the record that it came with, for its words.
 */
export function failureOf(value: unknown, reason: string): ParsedError {
  const said = wordsWithin(value, []);
  const message = `the answer ended with the finish reason "${reason}"`;
  return {
    message: said?.message ? `${message}: ${said.message}` : message,
    code: said?.message && said.code !== undefined ? said.code : reason,
  };
}

/** The failure of an answer in one piece, a job's say, whose state is that of a failed one: its text is then not all. */
export function failedState(record: unknown): ParsedError | undefined {
  if (!hasFields(record)) return undefined;
  const isFailed = record.success === false || [record.status, record.state].some(saysFailure);
  return isFailed ? failureAtEnd(record) : undefined;
}

/** The finish reason of a record that says that the answer failed; that of a step is none. */
function failedReason(value: unknown, name: unknown): string | undefined {
  const reason = reasonWithin(value, 0);
  return reason === undefined || isCalled(value, name, isPartType) ? undefined : reason;
}

function reasonWithin(value: unknown, depth: number): string | undefined {
  if (typeof value !== "object" || value === null || depth > DEEPEST) return undefined;
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) {
      const reason = reasonWithin(item, depth + 1);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }
  const said = reasonOf(value as Fields);
  if (said !== undefined) return said;
  for (const name in value) {
    const part = PARTS.has(name) ? reasonWithin((value as Fields)[name], depth + 1) : undefined;
    if (part !== undefined) return part;
  }
  return undefined;
}

/** The reason that says so; some are objects. What stands beside it is a detail: the stop sequence that was found. */
function reasonOf(fields: Fields): string | undefined {
  const reason =
    fields.finish_reason ??
    fields.finishReason ??
    fields.stop_reason ??
    fields.stopReason ??
    fields.done_reason;
  const word = hasFields(reason) ? reason.type : reason;
  return saysFailure(word) ? word : undefined;
}

/** Tells whether a record, or its event, is called what a test looks for. */
function isCalled(value: unknown, name: unknown, isName: (name: unknown) => boolean): boolean {
  if (isName(name)) return true;
  return hasFields(value) && (isName(value.event) || isName(value.type) || isName(value.msg));
}

/** The name of an event that a record holds as it stands. */
function eventOf(record: unknown): unknown {
  return hasFields(record) ? record.event : undefined;
}

/** A message, or a part of one, that says what a tool gave: its failure is the model's to answer. */
function isOfTool({ type, role }: Fields): boolean {
  return isToolName(type) || isToolName(role);
}

function hasFailed(part: unknown): boolean {
  return (
    hasFields(part) &&
    !isOfTool(part) &&
    (saysError(part.error) || [part.status, part.state, part.reason].some(saysFailure))
  );
}
