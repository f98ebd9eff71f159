import { toBase64, utf8Bytes } from "#runtime";
import { HookError } from "../../errors.js";
import type { Deadline, HttpRequest } from "../../transport/transport.js";
import { VERSION } from "../../version.js";
import { settle, type Effects } from "../call/effects.js";
import { encodePayload } from "./payload.js";
import type { Continuation } from "./continuation.js";
import type { AttemptContext, ModelCall } from "../call/call.js";
import type { HeaderSource } from "../settings.js";

/** The parts of a request that stay the same over all attempts of a call. */
export interface RequestBasis {
  readonly method: HttpRequest["method"];
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: HttpRequest["body"];
  /** The model that the payload names. */
  readonly model: string | undefined;
}

/** A URL as messages show it: without userinfo, query and fragment, where credentials live. */
export function shownUrl(url: URL | string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** Asks the hooks where to send what. Basic credentials in the URL move to the header. */
export function* buildBasis<R>(call: ModelCall<R>, deadline: Deadline): Effects<RequestBasis> {
  const url = parseEndpoint(yield* askHook("endpoint", () => call.endpoint(), deadline));
  const payload = yield* askHook("buildPayload", () => call.payload(), deadline);
  const { body, contentType } = encodePayload(payload);
  const accept = call.settings.streaming ? call.format.contentTypes.join(", ") : "application/json";
  const headers: Record<string, string> = {
    accept,
    "user-agent": `http-streaming-llm/${VERSION}`,
    ...(contentType !== undefined && { "content-type": contentType }),
    ...takeUserinfo(url),
  };
  return { method: "POST", url, headers, body, model: modelIn(payload) };
}

function modelIn(payload: unknown): string | undefined {
  const { model } = payload as { readonly model?: unknown };
  return typeof model === "string" ? model : undefined;
}

/**
 * The parts of a request that asks for the rest of an answer, where they differ from those of the first one.
 * The credentials of the model's own server are not for another one.
 */
export function continuationBasis(first: RequestBasis, continuation: Continuation): RequestBasis {
  const { payload } = continuation;
  const url =
    continuation.url === undefined || continuation.url === null
      ? first.url
      : parseEndpoint(continuation.url, "continueFrom");
  const method = continuation.method ?? (payload === null ? "GET" : first.method);
  const { authorization: _, ...impersonal } = first.headers;
  const inherited = url.origin === first.url.origin ? first.headers : impersonal;
  const headers = { ...inherited, ...takeUserinfo(url) };
  if (payload === undefined) return { ...first, method, url, headers };
  const { "content-type": __, ...untyped } = headers;
  if (payload === null) return { ...first, method, url, headers: untyped, body: undefined };
  const { body, contentType } = encodePayload(payload, "continueFrom");
  const typed = contentType === undefined ? untyped : { ...untyped, "content-type": contentType };
  return { ...first, method, url, headers: typed, body };
}

/** The headers of such a request. What the hooks say of headers is for the model's own server. */
export function* continuationHeaders<R>(
  call: ModelCall<R>,
  { first, basis, headers: source }: ContinuedRequest,
  context: AttemptContext,
  deadline: Deadline,
): Effects<Record<string, string>> {
  const headers =
    basis.url.origin === first.url.origin
      ? yield* buildHeaders(call, basis, context, deadline)
      : { ...basis.headers };
  addHeaders(headers, source, "continueFrom");
  return headers;
}

/** A request for the rest, beside the first one, and the headers that it was given for itself. */
interface ContinuedRequest {
  readonly first: RequestBasis;
  readonly basis: RequestBasis;
  readonly headers?: HeaderSource | null | undefined;
}

/** The headers of one attempt: those of the basis, under those of the author and the caller. */
export function* buildHeaders<R>(
  call: ModelCall<R>,
  basis: RequestBasis,
  context: AttemptContext,
  deadline: Deadline,
): Effects<Record<string, string>> {
  const headers: Record<string, string> = { ...basis.headers };
  for (const pending of callHook("headers", () => call.headers(context))) {
    addHeaders(headers, yield* askHook("headers", () => pending, deadline));
  }
  return headers;
}

/** Calls a hook and waits for its result. What it throws, or rejects with, names the hook. */
export function* askHook<T>(
  hook: string,
  ask: () => T | PromiseLike<T>,
  deadline: Deadline,
): Effects<T> {
  const pending = callHook(hook, ask);
  if (!isPromise(pending)) return pending;
  return yield* settle(hook, wrapRejection(hook, pending), deadline);
}

/** Calls a hook that is not waited for. What it throws names the hook. */
export function callHook<T>(hook: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw hookFailure(hook, error);
  }
}

/** Whether a hook's result has to be waited for. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as Partial<PromiseLike<T>> | null | undefined)?.then === "function";
}

async function wrapRejection<T>(hook: string, pending: PromiseLike<T>): Promise<T> {
  try {
    return await pending;
  } catch (error) {
    throw hookFailure(hook, error);
  }
}

const BUILT_IN_ERRORS: ReadonlySet<unknown> = new Set([
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
]);

/** Errors that mean something to the reader's code pass as they are: ours, aborts, and LangChain's own. */
function hookFailure(hook: string, error: unknown): unknown {
  if (!(error instanceof Error)) {
    return new HookError(hook, `${hook} threw something that is not an Error: ${String(error)}`);
  }
  if (!BUILT_IN_ERRORS.has(error.constructor) || error.name === "AbortError") return error;
  return new HookError(hook, `${hook} threw: ${error.message}`, { cause: error });
}

function parseEndpoint(endpoint: unknown, hook = "endpoint"): URL {
  const expected = 'a string or URL such as "http://127.0.0.1:11434/api/generate"';
  if (endpoint === undefined || endpoint === null || endpoint === "") {
    throw new HookError(hook, `endpoint is missing. Define a field or getter with ${expected}.`);
  }
  if (typeof endpoint !== "string" && !(endpoint instanceof URL)) {
    throw new HookError(hook, `endpoint is of type ${typeof endpoint}. Make it ${expected}.`);
  }
  if (!URL.canParse(String(endpoint))) {
    throw new HookError(hook, `endpoint is not an absolute URL. Make it ${expected}.`);
  }
  const url = new URL(endpoint);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new HookError(
      hook,
      `endpoint uses ${url.protocol} but only http: and https: can be streamed. Make it ${expected}.`,
    );
  }
  url.hash = "";
  return url;
}

/** Removes `user:password@` from the URL and gives it as the header that it stands for. */
function takeUserinfo(url: URL): Record<string, string> {
  if (url.username === "" && url.password === "") return {};
  const userinfo = `${decoded(url.username)}:${decoded(url.password)}`;
  url.username = "";
  url.password = "";
  return { authorization: `Basic ${toBase64(utf8Bytes(userinfo))}` };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A "%" that stands for itself.
    return part;
  }
}

function addHeaders(
  target: Record<string, string>,
  source: HeaderSource | null | undefined,
  hook = "headers",
): void {
  if (source === undefined || source === null) return;
  if (typeof source !== "object") {
    throw new HookError(
      hook,
      `${hook} returned a ${typeof source}. Return an object of strings, or Headers.`,
    );
  }
  // By iterator, not by class: another copy's Headers would look like an object without entries.
  const entries =
    Symbol.iterator in source ? (source as Iterable<unknown>) : Object.entries(source);
  for (const entry of entries) {
    if (!Array.isArray(entry) || typeof entry[0] !== "string") {
      throw new HookError(
        hook,
        `${hook} returned a list without names. Return an object of strings, or Headers.`,
      );
    }
    const [name, value] = entry as [string, unknown];
    const key = name.toLowerCase();
    if (value === undefined || value === null) {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a plain dictionary
      delete target[key];
    } else if (typeof value === "string") {
      target[key] = value;
    } else {
      throw new HookError(
        hook,
        `the header "${name}" is a ${typeof value}. Header values are strings.`,
      );
    }
  }
}
