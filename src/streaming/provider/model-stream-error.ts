/** The error of a call whose provider reported one with status 200. */
import { ModelStreamError } from "../../errors.js";
import type { ProviderError } from "../delta/stream-delta.js";
import type { ParsedError } from "../hooks/hook-types.js";
import { isPassingStatus } from "../retry/retry.js";
import { errorWords, shorten } from "./provider-error.js";

/** The longest code or type that an error keeps, in characters. */
const LONGEST_CODE = 200;
/** A code that is the status of an error. */
const STATUS = /^[45]\d\d$/;
/** A code that says nothing by itself. */
const OWN_NUMBER = /^\d*$/;
/** Codes and types of an overload, a rate limit or a failure inside the server. */
const PASSING_CODE =
  /overload|rate.?limit|too.?many.?requests|throttl|unavailable|resource.?exhausted|server.?(error|busy)|internal|time.?out/i;
/**
 * The words for an overload or a rate limit, or those of a status alone, where no code tells: a provider's own number
 * does not.
 */
const PASSING_WORDS =
  /\boverloaded\b|rate.?limit|too many requests|server is busy|temporarily|try again later|^(internal server error|bad gateway|service unavailable|gateway time-?out)\.?$/i;

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
  const words = shorten(redact(message || textOf(said)));
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

/** Words that are JSON of a shape that nobody knows are shown as they are. */
function textOf(said: unknown): string {
  const text = typeof said === "string" ? said : (said as ParsedError | null)?.message;
  return typeof text === "string" ? text : "";
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
    (OWN_NUMBER.test(code) && !STATUS.test(code) && PASSING_WORDS.test(words));
  return passes ? true : undefined;
}
