import type { StreamFormat } from "../../formats/format.js";
import type { Deadline, HttpRequest } from "../../transport/transport.js";
import { VERSION } from "../../version.js";
import { settle, type Effects } from "../effects.js";
import { withEncodedForm } from "../../transport/form-body.js";
import { encodeOptional, encodePayload, isForm, queryOf } from "./payload.js";
import type { HookContext } from "./hook-context.js";
import { parseEndpoint, takeUserinfo } from "./endpoint.js";
import { addHeaders } from "./headers.js";
import { askHook, callHook } from "../hooks/hook-call.js";
import type { ModelCall } from "../model-call.js";
import type { HeaderSource, RequestMethod } from "../hooks/hook-types.js";

/** A request before the hooks have said of headers what they have to say. */
export interface RequestBasis {
  readonly method: RequestMethod;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: HttpRequest["body"];
  /** The model that the payload names. */
  readonly model: string | undefined;
}

/** The headers that every request has. */
export function ownHeaders(accept: string): Record<string, string> {
  return { accept, "user-agent": `http-streaming-llm/${VERSION}` };
}

/** Asks the hooks where to send what. Basic credentials in the URL move to the header. */
export function* buildBasis<R>(
  call: ModelCall<R>,
  context: HookContext,
  deadline: Deadline,
): Effects<RequestBasis> {
  const { method } = call;
  const endpoint = yield* askHook("endpoint", () => call.endpoint(context), deadline);
  const url = parseEndpoint(endpoint);
  const userinfo = takeUserinfo(url);
  const asked = context.withTarget(url, method);
  const payload = yield* askHook("buildPayload", () => call.payload(asked), deadline);
  const isJob = call.nextRequest !== undefined;
  const accept = call.settings.streaming && !isJob ? acceptOf(call.format) : "application/json";
  const own = { ...ownHeaders(accept), ...userinfo };
  const model = modelIn(payload);
  if (method === "GET") {
    for (const [name, value] of queryOf(payload)) url.searchParams.append(name, value);
    return { method, url, headers: own, body: undefined, model };
  }
  const { body, headers } = encodePayload(payload);
  if (typeof body === "string") call.checkBody?.(body);
  return { method, url, headers: { ...own, ...headers }, body, model };
}

function modelIn(payload: unknown): string | undefined {
  const { model } = (payload ?? {}) as { readonly model?: unknown };
  return typeof model === "string" ? model : undefined;
}

/** A request that follows another one of the same call: for the rest of its answer, or for the next step of a job. */
export interface FollowUp {
  readonly url?: string | URL | null | undefined;
  readonly method?: RequestMethod | undefined;
  readonly headers?: HeaderSource | null | undefined;
  /** Absent: that of the request before; `null`: none. */
  readonly payload?: unknown;
}

/**
 * The parts of a request that follows another, where they differ from those of that one. The credentials of the
 * model's own server are not for another one.
 *
 * @param hook which has said so.
 */
export function followUpBasis(
  before: RequestBasis,
  { url: given, method: wanted, payload }: FollowUp,
  hook: string,
): RequestBasis {
  const url = given === undefined || given === null ? before.url : parseEndpoint(given, hook);
  const method = wanted ?? methodFor(payload, before.method);
  const { authorization: _, ...impersonal } = before.headers;
  const inherited = url.origin === before.url.origin ? before.headers : impersonal;
  const headers = { ...inherited, ...takeUserinfo(url) };
  if (payload === undefined) return { ...before, method, url, headers };
  const { "content-type": __, ...untyped } = headers;
  const { body, headers: typed } = encodeOptional(payload, hook);
  return { ...before, method, url, headers: { ...untyped, ...typed }, body };
}

/** The method of a request that does not name one: GET without a payload (`null`), which no GET carries. */
export function methodFor(payload: unknown, before: RequestMethod = "GET"): RequestMethod {
  if (payload === undefined) return before;
  if (payload === null) return "GET";
  return before === "GET" ? "POST" : before;
}

/** The media types that a response in a format may have, as a request asks for them. */
export function acceptOf({ contentTypes }: Pick<StreamFormat<unknown>, "contentTypes">): string {
  return contentTypes.join(", ");
}

/** A request as it will be sent. */
export interface BuiltRequest extends RequestBasis {
  readonly headers: Record<string, string>;
}

/**
 * The whole request of one attempt: its basis with the headers of the author and the caller over its own, which
 * are for the model's own server.
 *
 * @param extra headers that it was given for itself, over all others.
 */
export function* buildRequest<R>(
  call: ModelCall<R>,
  given: RequestBasis,
  {
    context,
    deadline,
    origin,
    extra = [],
    hook = "headers",
  }: {
    readonly context: HookContext;
    readonly deadline: Deadline;
    /** Of the model's own server. */
    readonly origin: string;
    readonly extra?: readonly (HeaderSource | null | undefined)[];
    /** The hook that has given them. */
    readonly hook?: string;
  },
): Effects<BuiltRequest> {
  const basis = call.hasHeadersHook ? yield* withKnownBytes(call, given, deadline) : given;
  const headers: Record<string, string> = { ...basis.headers };
  if (basis.url.origin === origin) {
    const asked = context.withBody(basis.url, basis.method, basis.body);
    for (const pending of callHook("headers", () => call.headers(asked))) {
      addHeaders(headers, yield* askHook("headers", () => pending, deadline));
    }
  }
  for (const source of extra) addHeaders(headers, source, hook);
  return { ...basis, headers };
}

/** Whoever signs a form has to know its bytes, which can be had on the asynchronous path alone. */
function* withKnownBytes<R>(
  call: ModelCall<R>,
  basis: RequestBasis,
  deadline: Deadline,
): Effects<RequestBasis> {
  if (!isForm(basis.body) || call.syncDriver !== undefined) return basis;
  return yield* settle("buildPayload", withEncodedForm(basis), deadline);
}
