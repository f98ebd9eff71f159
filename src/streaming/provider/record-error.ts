/**
 * Recognises a provider's error among the records of an answer. Servers that have sent status 200 have no other
 * place for it: a record with a top-level `error` or `error_code`, one that calls itself an error, an event of that
 * name, a body that is one JSON object, an element of an array. Only what holds words, a code or a type counts: many
 * wires carry `error: null` in every record.
 */
import { ModelStreamError } from "../../errors.js";
import { tryJson } from "../../formats/json/try-json.js";
import type { ProviderError } from "../delta/stream-delta.js";
import type { ParsedError } from "../hooks/hook-types.js";
import { isPassingStatus } from "../retry/retry.js";
import { readProviderError, shorten } from "./provider-error.js";

/** The deepest nesting in which an error's words are looked for. */
const DEEPEST = 4;
/** The longest code or type that an error keeps, in characters. */
const LONGEST_CODE = 200;

/** The names of an error in a record's `object`, `type` or `event`; the second is of OpenAI's Responses. */
const ERROR_NAMES: ReadonlySet<unknown> = new Set(["error", "response.failed"]);

/** The fields of a record that is nothing but an error. */
const ERROR_FIELDS: ReadonlySet<string> = new Set([
  "success",
  "errors",
  "code",
  "status",
  "statusCode",
  "status_code",
  "message",
  "msg",
  "error_msg",
  "error_message",
  "detail",
  "details",
  "type",
  "title",
  "path",
  "timestamp",
  "request_id",
  "requestId",
  "trace_id",
]);

/** A code that is the status of an error. */
const STATUS = /^[45]\d\d$/;
/** Codes and types of an overload, a rate limit or a failure inside the server. */
const PASSING_CODE =
  /overload|rate.?limit|too.?many.?requests|throttl|unavailable|resource.?exhausted|server.?(error|busy)|internal|time.?out/i;
/** The words for an overload or a rate limit where there is no code. */
const PASSING_WORDS = /\boverloaded\b|rate.?limit|too many requests|server is busy/i;

/**
 * The provider's error in a record, `undefined` for none.
 *
 * @param event the SSE event's name: one that is called `error` is one, whatever its data is.
 */
export function recordError(record: unknown, event?: string): ParsedError | undefined {
  const value = valueOf(record);
  if (event !== undefined && /^error$/i.test(event)) return errorWords(value) ?? { message: "" };
  return errorIn(value);
}

/**
 * A record may be a text that holds JSON (`lines()`), an event as it stands (`sse({ raw: true })`), or a message
 * with headers (`awsEventStream()`).
 */
function valueOf(record: unknown): unknown {
  if (typeof record === "string") return jsonIn(record);
  const { event, data, headers, payload } = (record ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof event === "string" && typeof data === "string") return jsonIn(data);
  const hasHeaders = typeof headers === "object" && headers !== null;
  return hasHeaders && typeof payload === "object" && !("error" in (record as object))
    ? payload
    : record;
}

function jsonIn(text: string): unknown {
  return /^\s*[[{]/.test(text) ? (tryJson(text) ?? text) : text;
}

function errorIn(value: unknown): ParsedError | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) {
      const found = Array.isArray(item) ? undefined : errorIn(item);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const fields = value as Record<string, unknown>;
  const { error, error_code, response } = fields;
  if (saysError(error)) return errorWords(value) ?? { message: "" };
  const isNamed = [fields["object"], fields["type"], fields["event"]].some((name) =>
    ERROR_NAMES.has(name),
  );
  if (isNamed || saysError(error_code)) {
    return (response === undefined ? undefined : errorWords(response)) ?? errorWords(value);
  }
  return undefined;
}

/**
 * The error in a record of which no hook found anything: one that has an error's fields and no others, and says so
 * by `success: false`, `errors`, a code or status from 400 on, or FastAPI's `detail` alone.
 */
export function bareError(record: unknown): ParsedError | undefined {
  const value = valueOf(record);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { success, errors, code, status, statusCode, status_code, ...rest } = value as Record<
    string,
    unknown
  >;
  const isFailure =
    success === false ||
    saysError(errors) ||
    [code, status, statusCode, status_code].some((number) => Number(number) >= 400) ||
    Object.keys(value).join() === "detail";
  return isFailure && Object.keys(rest).every((name) => ERROR_FIELDS.has(name))
    ? errorWords(value)
    : undefined;
}

/**
 * Tells an error from what many wires carry in every record: `null`, `""`, `{}`, `false` and a code of 0 say nothing.
 */
export function saysError(error: unknown, depth = 0): boolean {
  if (typeof error === "string") return error.trim() !== "";
  if (typeof error !== "object" || error === null) return Boolean(error);
  // A hook may give one of its own, whose words are no enumerable field.
  if (error instanceof Error) return true;
  if (depth === DEEPEST) return false;
  const { code } = error as { code?: unknown };
  if (code === 0 || code === "0") return false;
  return Object.values(error).some((value) => saysError(value, depth + 1));
}

/** Reads an error's words, code and type out of a value; `undefined` where there are none of them. */
function errorWords(value: unknown): ParsedError | undefined {
  const found = readProviderError(value);
  const inner = (value as { error?: unknown } | null)?.error;
  const { code, type, status } = (
    typeof inner === "object" && inner !== null ? inner : (value ?? {})
  ) as Record<string, unknown>;
  const words = {
    message: found?.message ?? "",
    code: found?.code ?? codeOf(code) ?? codeOf(status),
    type: found?.type ?? (typeof type === "string" ? type : undefined),
  };
  return words.message === "" && words.code === undefined && words.type === undefined
    ? undefined
    : words;
}

function codeOf(value: unknown): string | number | undefined {
  return typeof value === "string" || typeof value === "number" ? value : undefined;
}

/** The place of a provider's error, for the message. */
export type ErrorPlace = "inside the stream" | "in place of an answer";

/**
 * The error of a call whose provider reported one with status 200.
 *
 * @param said as the provider, `parseChunk` or `parseRecordError` says it: text, or an object of any usual shape.
 * @param redact takes secrets out of a text, before it is cut to length.
 */
export function modelStreamError(
  said: unknown,
  place: ErrorPlace,
  redact: (text: string) => string,
  cause?: unknown,
): ModelStreamError {
  const { message, code, type } = errorWords(said) ?? { message: "" };
  const words = shorten(redact(message));
  const name = shortCode(code, redact);
  const kind = shortCode(type, redact);
  const unsaid = [name && `code ${name}`, kind && `type ${kind}`].filter(Boolean).join(", ");
  const told = words || `without a message${unsaid && ` (${unsaid})`}`;
  const retryable = (said as ProviderError | null)?.retryable ?? mayPass(words, name, kind);
  return new ModelStreamError(
    `the provider reported an error ${place}: ${told}`,
    { code: name, type: kind, ...(typeof retryable === "boolean" && { retryable }) },
    cause === undefined ? undefined : { cause },
  );
}

function shortCode(
  code: string | number | null | undefined,
  redact: (text: string) => string,
): string | undefined {
  if (code === undefined || code === null || code === "") return undefined;
  return redact(String(code)).slice(0, LONGEST_CODE);
}

/** `true` for an error that sounds as if it would pass; what will not is told apart by `retry.ts`. */
function mayPass(words: string, code = "", type = ""): true | undefined {
  const names = `${code} ${type}`;
  const passes =
    (STATUS.test(code) && isPassingStatus(Number(code))) ||
    PASSING_CODE.test(names) ||
    (code === "" && PASSING_WORDS.test(words));
  return passes ? true : undefined;
}
