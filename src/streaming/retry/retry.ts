import { HttpStatusError, type HttpStreamingError, type TimeoutPhase } from "../../errors.js";
import { isContextOverflow, isModelLoading } from "./failure-kind.js";
import { isPermanent } from "./permanent-failure.js";

/** A server that asks for more is not asked again: the caller learns `retryAfterMs` from the error instead. */
const LONGEST_RETRY_AFTER_MS = 60_000;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 8_000;

/** Statuses below 500 that can succeed when tried again: timeout, conflict, too early, too many requests. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 409, 425, 429]);
const NOT_IMPLEMENTED = 501;

/** What errors of some kinds have. */
interface Facts {
  readonly records?: number;
  readonly unfinished?: boolean;
  readonly phase?: TimeoutPhase;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
}

/**
 * Tells whether another attempt can succeed where this one failed. After the first token nothing is tried again
 * here: then the caller is told by LangChain's mark.
 */
export function isRetryable(error: HttpStreamingError): boolean {
  if (isPermanent(error) || isContextOverflow(error)) return false;
  const { records, unfinished, phase, retryable } = error as Facts;
  switch (error.code) {
    case "CONNECTION":
      return true;
    case "TRUNCATED_STREAM":
      // The server accepted the request and hung up. Records that gave no token are another matter: they
      // would give none the next time.
      return error.partial !== "" || !records;
    case "CHUNK_PARSE":
      // Cut off where the body ended.
      return unfinished === true;
    case "TIMEOUT":
      return phase === "connect";
    case "HTTP_STATUS":
      return isRetryableStatus(error as HttpStatusError);
    case "MODEL_STREAM":
      return retryable === true;
    default:
      return false;
  }
}

/**
 * Tells whether an answer that had begun may be whole another time: the body broke off, was cut or stood still. Before
 * its first token that is judged by {@link isRetryable}: what gave nothing, or took that long, does so again.
 */
export function isBreak(error: HttpStreamingError): boolean {
  const { unfinished, phase } = error as Facts;
  switch (error.code) {
    case "TRUNCATED_STREAM":
      return true;
    case "TIMEOUT":
      return phase === "idle" || phase === "token";
    case "CHUNK_PARSE":
      return unfinished === true;
    default:
      return false;
  }
}

function isRetryableStatus(error: HttpStatusError): boolean {
  if ((error.retryAfterMs ?? 0) > LONGEST_RETRY_AFTER_MS) return false;
  return isPassingStatus(error.status);
}

/** Says that another attempt may succeed where this one got such a status. */
export function isPassingStatus(status: number): boolean {
  return PASSING_STATUSES.has(status) || (status >= 500 && status !== NOT_IMPLEMENTED);
}

/**
 * The wait before the next attempt, in ms: what the server asked for, a minute at most (where
 * `shouldRetry` insists on asking again), else {@link backoffMs}. A server that loads its model is given the
 * longest of it.
 *
 * @see https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export function retryDelayMs(error: HttpStreamingError, attempt: number): number {
  const { retryAfterMs } = error as Facts;
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS);
  return isModelLoading(error) ? longestBackoffMs(attempt) : backoffMs(attempt);
}

/** Exponential backoff with full jitter, in ms: a uniform share of 0.5 s, 1 s, 2 s, … up to 8 s. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return random() * longestBackoffMs(attempt);
}

function longestBackoffMs(attempt: number): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempt);
}

/** Tells whether the server has no room for the call at present, which a {@link RateLimitGate} adapts to. */
export function isRefusal(error: unknown): error is HttpStatusError {
  if (!HttpStatusError.isInstance(error) || !isRetryable(error)) return false;
  return error.status === 429 || (error.status === 503 && error.retryAfterMs !== undefined);
}

/** A number of seconds, or several, where a gateway adds one of its own. */
const NUMBERS = /^-?\d+(\.\d+)?(\s*,\s*-?\d+(\.\d+)?)*$/;
/** `Date.parse` takes much else for a date: "5, 5" is the fifth of May 2001. */
const DATE = /\d\d:\d\d/;

/** The wait a response asks for (`retry-after-ms`, `retry-after` in seconds or as a date), in ms. */
export function parseRetryAfter(headers: Readonly<Record<string, string>>): number | undefined {
  const { "retry-after-ms": precise = "", "retry-after": value = "", date = "" } = headers;
  return toDelay(longestOf(precise)) ?? toDelay(longestOf(value) * 1000) ?? untilDate(value, date);
}

/** `NaN` for what are no numbers. */
function longestOf(value: string): number {
  const text = value.trim();
  if (!NUMBERS.test(text)) return NaN;
  return text.split(",").reduce((longest, one) => Math.max(longest, Number(one)), -Infinity);
}

/** By the server's own clock, where it tells the time: this one may be wrong by minutes. */
function untilDate(value: string, date: string): number | undefined {
  if (!DATE.test(value)) return undefined;
  const told = Date.parse(date);
  return toDelay(Date.parse(value) - (Number.isNaN(told) ? Date.now() : told));
}

function toDelay(ms: number): number | undefined {
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), Number.MAX_SAFE_INTEGER);
}
