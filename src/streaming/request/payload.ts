import { HookError } from "../../errors.js";
import { isObject } from "../../formats/fields.js";
import { messageOf } from "../../transport/network-failure.js";
import type { HttpRequest } from "../../transport/transport.js";
import { kindOf, tagOf } from "../text/class-name.js";
import { shown } from "../text/shown.js";

interface EncodedPayload {
  readonly body: HttpRequest["body"];
  /** Its content-type; none of a form, whose boundary is the transport's. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The same of a payload that may be `null`: none. */
export function encodeOptional(payload: unknown, hook: string): EncodedPayload {
  return payload === null ? { body: undefined, headers: {} } : encodePayload(payload, hook);
}

/**
 * The body of a request, and its content-type.
 *
 * @throws HookError for what cannot be sent.
 */
export function encodePayload(payload: unknown, hook = "buildPayload"): EncodedPayload {
  if (typeof payload === "string") return typed("text/plain;charset=UTF-8", payload);
  if (payload instanceof URLSearchParams) {
    return typed("application/x-www-form-urlencoded;charset=UTF-8", payload.toString());
  }
  if (isForm(payload)) return { body: payload, headers: {} };
  if (payload instanceof Uint8Array) return typed("application/octet-stream", payload);
  if (!isObject(payload) || isLost(payload)) {
    throw new HookError(
      hook,
      `${hook} returned ${kindOf(payload)}, which cannot be sent. Return an object to send as JSON, a string, Uint8Array, URLSearchParams or FormData.`,
    );
  }
  return typed("application/json", toJson(payload, hook));
}

function typed(contentType: string, body: string | Uint8Array): EncodedPayload {
  return { body, headers: { "content-type": contentType } };
}

/** A form of any copy of undici. */
export function isForm(payload: unknown): payload is FormData {
  return tagOf(payload) === "FormData";
}

/**
 * The payload of a GET as the pairs of a query: a list gives one for each of its values; `null` gives none.
 *
 * @throws HookError for what a query cannot hold.
 */
export function queryOf(payload: unknown): [name: string, value: string][] {
  if (payload === undefined || payload === null) return [];
  if (payload instanceof URLSearchParams) return [...payload];
  if (typeof payload !== "object" || Array.isArray(payload) || isLost(payload)) {
    throw noQuery(`returned ${kindOf(payload)}`);
  }
  return Object.entries(payload).flatMap(([name, value]: [string, unknown]) =>
    (Array.isArray(value) ? (value as unknown[]) : [value])
      .filter((item) => item !== undefined && item !== null)
      .map((item): [string, string] => {
        const isFinite = typeof item === "number" && Number.isFinite(item);
        if (isFinite || typeof item === "string" || typeof item === "boolean")
          return [name, String(item)];
        throw noQuery(`returned ${shown(item)} as "${name}"`);
      }),
  );
}

function noQuery(what: string): HookError {
  return new HookError(
    "buildPayload",
    `buildPayload ${what}, which a GET cannot carry. Return an object of texts, numbers and lists of them, which becomes the query, or set method to "POST".`,
  );
}

/**
 * Objects of which JSON shows nothing, or their inner parts: bytes, a stream, a `Map`, a `RegExp`, a `Promise`. Not what
 * says itself how it stands in JSON, nor an object of the author's that is empty.
 */
function isLost(value: object): boolean {
  if (ArrayBuffer.isView(value) || value instanceof Blob) return true;
  if ("toJSON" in value || Array.isArray(value)) return false;
  if (Symbol.asyncIterator in value || HOLDERS.has(tagOf(value))) return true;
  const mayHide = Symbol.iterator in value || !SHOWN_KINDS.has(tagOf(value));
  return mayHide && Object.keys(value).length === 0;
}

/** They hold all that counts where JSON does not look, whatever fields they have besides. */
const HOLDERS: ReadonlySet<string> = new Set(["Map", "Set", "ArrayBuffer"]);

const SHOWN_KINDS: ReadonlySet<string> = new Set([
  "Object",
  "Array",
  "Number",
  "String",
  "Boolean",
]);

/**
 * Refuses what would stand in the JSON as `{}` or `null`, or in LangChain's own form: the request would not be what
 * was meant.
 */
function whole(this: Record<string, unknown>, name: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw notMeant(name, `${String(value)}, which JSON loses`);
  }
  if (!isObject(value)) return value;
  if (isLost(value)) {
    throw notMeant(name, `${kindOf(value)}, which JSON loses`);
  }
  const original = this[name] as object;
  if (original !== value && (value as { lc?: unknown }).lc === 1) {
    throw notMeant(
      name,
      `${kindOf(original)} of LangChain's, which few servers can read (send its text, toOpenAIMessages(messages), or its toJSON())`,
    );
  }
  return value;
}

function notMeant(name: string, what: string): Error {
  // A longer name may be a text of the prompt's.
  return new Error(`${/^\w{1,40}$/.test(name) ? `"${name}"` : "a value of it"} is ${what}`);
}

function toJson(payload: object, hook: string): string {
  let json: string | undefined;
  let reason = "it has no JSON form";
  try {
    json = JSON.stringify(payload, whole);
  } catch (error) {
    // Only the first line: the rest of V8's message draws the path through the payload.
    reason = messageOf(error).replace(/\n.*/s, "");
  }
  if (json === undefined) {
    throw new HookError(
      hook,
      `${hook} returned an object that cannot be sent as JSON: ${reason}. Return plain data: objects, lists, texts and numbers, without cycles.`,
    );
  }
  return json;
}
