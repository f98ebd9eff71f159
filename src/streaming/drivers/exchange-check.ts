import { ConnectionError, HookError, HttpStreamingError } from "../../errors.js";
import { hasFields } from "../../formats/fields.js";
import {
  brokenBody,
  codeOf,
  describe,
  messageOf,
  plainCause,
} from "../../transport/network-failure.js";
import { joinHeaders, type HeaderValue } from "../../transport/joined-headers.js";
import type { Exchange, ResponseHead, SyncExchange, Transport } from "../../transport/transport.js";
import { atOnce, isPromise } from "../hooks/hook-call.js";

/** All that a call cannot do without. An exchange that has no `unattended()` only keeps the process longer. */
const METHODS = ["head", "read", "release", "close"] as const;

/**
 * The exchange that a transport opened. One of the author's may be async, or unfinished: then nobody would hear of it,
 * or the process would end where a method is missing.
 *
 * @throws HookError for what is no exchange.
 */
export function checkedExchange(exchange: Exchange, { name }: Transport): Exchange {
  check(exchange, `open() of the transport ${name}`);
  if (isPromise(exchange.over)) return exchange;
  throw noExchange(`open() of the transport ${name}`, "over, a Promise");
}

/** The same on the synchronous path. */
export function checkedSyncExchange(exchange: SyncExchange, { name }: Transport): SyncExchange {
  check(exchange, `openSync() of the transport ${name}`);
  return exchange;
}

function check(exchange: unknown, what: string): void {
  const given = atOnce("transport", exchange) as Record<string, unknown> | null | undefined;
  const missing = METHODS.find((method) => typeof given?.[method] !== "function");
  if (missing !== undefined) throw noExchange(what, `${missing}()`);
}

function noExchange(what: string, missing: string): HookError {
  return new HookError("transport", `${what} gave no exchange: what it gave has no ${missing}.`);
}

/**
 * The head of a response as the port has it, also where the headers have other names, or are in a `Headers` or a `Map`.
 *
 * @throws HookError for what is none.
 */
export function checkedHead(head: ResponseHead, transport: string): ResponseHead {
  const refuse = (what: string) =>
    new HookError(
      "transport",
      `head() of the transport ${transport} gave ${what}. Give { status, headers }: a whole number, and an object of texts.`,
    );
  const { status, headers } = head ?? {};
  if (!Number.isInteger(status)) throw refuse(`a status of type ${typeof status}`);
  // Like a Map, but its entries cannot be listed: it would seem to have none.
  const isOpaque = hasFields(headers) && typeof headers.get === "function" && !isIterable(headers);
  if (!hasFields(headers) || isOpaque) throw refuse("no object of headers");
  const entries: readonly unknown[] = isIterable(headers) ? [...headers] : Object.entries(headers);
  if (!entries.every(isNamed)) throw refuse("headers without names");
  const wrong = entries.find(([, value]) => !isHeaderValue(value));
  if (wrong !== undefined) throw refuse(`the header "${wrong[0]}" as ${typeof wrong[1]}`);
  return { status, headers: joinHeaders(entries as [string, HeaderValue][]) };
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value;
}

function isNamed(entry: unknown): entry is [string, unknown] {
  return Array.isArray(entry) && typeof entry[0] === "string";
}

function isHeaderValue(value: unknown): boolean {
  return ["string", "number", "undefined"].includes(typeof value) || Array.isArray(value);
}

/**
 * The buffers that a read gave; `undefined` behind the last.
 *
 * @throws HookError for what are none.
 */
export function checkedBuffers(
  buffers: readonly Uint8Array[] | undefined,
  transport: string,
): readonly Uint8Array[] | undefined {
  if (buffers === undefined) return undefined;
  // Not by class: the bytes may be another realm's.
  if (Array.isArray(buffers) && buffers.every(isBytes)) return buffers;
  throw new HookError(
    "transport",
    `a read() of the transport ${transport} gave what is no list of Uint8Array. Give [bytes], or undefined behind the last.`,
  );
}

function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value);
}

/** The failure of a transport before the head of a response, as an error of this package. */
export function headFailure(error: unknown, transport: string): Error {
  if (isOurs(error)) return error;
  const text = describe(codeOf(error), messageOf(error));
  return new ConnectionError(`the transport ${transport} got no response: ${text}.`, {
    cause: plainCause(error),
  });
}

/** The same of one within a body. */
export function bodyFailure(error: unknown): Error {
  return isOurs(error) ? error : brokenBody(error);
}

/** Errors of others hold the request, as a rule, with its headers. */
function isOurs(error: unknown): error is Error {
  return (
    HttpStreamingError.isInstance(error) || (error instanceof Error && error.name === "AbortError")
  );
}
