/**
 * Recognises in a record that the answer which it ends has failed: by a finish reason, by the state of what has ended,
 * or by an error in an object of its own. Before the end such an error may be that of a step, or of a tool.
 */
import { hasFields } from "../../formats/fields.js";
import type { ParsedError } from "../hooks/hook-types.js";
import { saysError, saysFailure } from "./failure-words.js";
import { findWithin, givenReason } from "./finish-reason.js";
import { isCalledError, recordError, wordsWithin } from "./record-error.js";
import {
  isAsideName,
  isEndName,
  isFailureName,
  isLastName,
  isPartType,
  isToolName,
} from "./record-names.js";
import { isCalled } from "./wire-record.js";

type Fields = Readonly<Record<string, unknown>>;

/**
 * The failure of an answer, told by a record that gave nothing of it, or only its end.
 *
 * @param value the record, or the JSON in it.
 * @param name that of its event.
 * @param reason that of the hook, or else the one in the record.
 * @param isDone the hook takes it for the end.
 */
export function failureIn(
  value: unknown,
  name: unknown,
  reason: string | undefined,
  isDone: boolean,
): ParsedError | undefined {
  const isEnd = isDone || reason !== undefined || isCalled(value, name, isLastName);
  return failureOf(value, reason) ?? (isEnd ? failureAtEnd(value) : undefined);
}

/** The failure of an answer, told by the last record, of which nothing came, and which is not called an end. */
export function failureOfLast(value: unknown, name: unknown): ParsedError | undefined {
  return isCalled(value, name, isAsideName) ? undefined : failureAtEnd(value);
}

/**
 * The failure of an answer, told by the record of its last piece: beside that piece, or by its event's name.
 *
 * @param isText the record is the piece, whatever stands in it.
 */
export function failureBeside(
  value: unknown,
  name: unknown,
  isText = false,
): ParsedError | undefined {
  if (isFailureName(name)) return recordError(value, name);
  if (isText) return undefined;
  if (isCalledError(value, undefined)) return recordError(value);
  const failure = failureOf(value, reasonIn(value, name));
  return failure ?? (isCalled(value, name, isPartType) ? undefined : failedState(value));
}

/** The failure that the record at the end of an answer tells, or an object in it, as `{ data: { error } }`. */
export function failureAtEnd(value: unknown): ParsedError | undefined {
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
export function failureOf(value: unknown, reason: unknown): ParsedError | undefined {
  if (!saysFailure(reason)) return undefined;
  const message = `the answer ended with the finish reason "${reason}"`;
  const said = wordsWithin(value, []);
  if (!said?.message) return { message, code: reason };
  return { message: `${message}: ${said.message}`, code: said.code ?? reason };
}

/** The failure of an answer in one piece, a job's say, whose state is that of a failed one: its text is then not all. */
export function failedState(record: unknown): ParsedError | undefined {
  if (!hasFields(record)) return undefined;
  const isFailed = record.success === false || [record.status, record.state].some(saysFailure);
  return isFailed ? failureAtEnd(record) : undefined;
}

/** The finish reason of a record, of several the one that says a failure; that of a step is none. */
export function reasonIn(value: unknown, name: unknown): string | undefined {
  let first: string | undefined;
  const failed = findWithin(value, (fields) => {
    const reason = givenReason(fields);
    first ??= reason;
    return saysFailure(reason) ? reason : undefined;
  });
  const reason = failed ?? first;
  return reason === undefined || isCalled(value, name, isPartType) ? undefined : reason;
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
