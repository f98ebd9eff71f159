import type { HttpStreamingError } from "../../errors.js";

/** Headers an author or a caller adds: `null` and `undefined` remove a header that an earlier source set. */
export type HeaderSource = Record<string, string | null | undefined> | Headers;

/**
 * The context of a request's hooks: facts of the attempt that they are asked for. They are asked for every
 * attempt, in this order: `resolveEndpoint`, `buildPayload`, `headers`.
 */
export interface AttemptContext {
  /** 0 for the first attempt. */
  readonly attempt: number;
  /** The error of the attempt before, from the second attempt on. */
  readonly error?: HttpStreamingError;
  /**
   * The headers that the attempt before was sent with, lower-case names, from the second attempt on. After a
   * 401 they tell whether a token that several calls share was refused, or has been refreshed since.
   */
  readonly sent?: Readonly<Record<string, string>>;
  /** The call blocks the thread: a hook may not return a Promise. */
  readonly isSynchronous: boolean;
  /** Fires when the call is over, for whatever a hook waits for itself. One for all attempts of a call. */
  readonly signal: AbortSignal;
  /**
   * Sends a small request of the same call: for a token, an upload, a lookup. It goes over the model's transport,
   * proxy and certificates, within its limits and the call's time, and ends with the call. On the synchronous path
   * the response comes as a value, else as a Promise. A status that is not 2xx is an `HttpStatusError`; every error
   * names the step.
   */
  request(request: HookRequest): MaybePromise<HookResponse>;
}

/** The context of `buildPayload`: that, and the request so far. */
export interface PayloadContext extends AttemptContext {
  /** The URL of the request, as `resolveEndpoint` said. */
  readonly url: string;
  readonly method: RequestMethod;
}

/** The context of `headers`: that, and the request as it will be sent, to be signed. */
export interface RequestContext extends PayloadContext {
  /** The final bytes of the body; none where there is no body. A form has been encoded by then. */
  readonly body: Uint8Array;
}

/** The context of `nextRequest`, beside the response. */
export interface StepContext extends AttemptContext {
  /** The number of responses before this one: 0 for that of the first request. */
  readonly step: number;
  /** An object of the hooks' own, for what they have to remember of this answer. */
  readonly state: Record<string, unknown>;
}

/** The methods that a request may have. */
export type RequestMethod = "GET" | "POST" | "PUT";

/** A request of a hook's; see {@link AttemptContext.request}. */
export interface HookRequest {
  /** Absolute. Credentials in it are sent as Basic authorization. */
  readonly url: string | URL;
  /** Default: `"POST"` with a payload, else `"GET"`. */
  readonly method?: RequestMethod | "DELETE" | "PATCH" | undefined;
  /** All headers but `accept`, `user-agent` and `content-type`: none of the model's are sent. */
  readonly headers?: HeaderSource | null | undefined;
  /** As `buildPayload` may give one: an object goes as JSON, `URLSearchParams` as a form. */
  readonly payload?: unknown;
  /** Its purpose, as errors name it: `"token endpoint"`. Default: the hook that sent it. */
  readonly step?: string | undefined;
}

/** A whole response. */
export interface HookResponse {
  /** The HTTP status, 2xx. */
  readonly status: number;
  /** The response's headers, lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body: parsed JSON where it is JSON, else its text. */
  readonly body: unknown;
}

/** The next request of a job; see the hook `nextRequest`. */
export interface NextRequest {
  /** The URL. To another origin than the model's, only the headers given here are sent. */
  readonly url: string | URL;
  /** Default: `"POST"` with a payload, else `"GET"`. */
  readonly method?: RequestMethod | undefined;
  /** Extra headers, over those of `headers()`. */
  readonly headers?: HeaderSource | null | undefined;
  /** The request body, as `buildPayload` may give one. Default: none. */
  readonly payload?: unknown;
  /**
   * The wait before it, in ms: for polling. Default 0; of one that repeats the request before it, 100, and 100 more with
   * each step, up to 1 000.
   */
  readonly afterMs?: number | undefined;
  /** Its response is the answer, and read as one. Default `false`: `nextRequest` is asked again. */
  readonly stream?: boolean | undefined;
  /**
   * The request to send when the call ends before the answer does, so that the job does not go on. Stays until another
   * is given.
   */
  readonly cancel?: HookRequest | null | undefined;
}

/** The context of `parseChunk` and `parseResponse`: facts of the response. */
export interface ChunkContext {
  /** The record's place in the stream, from 0. */
  readonly index: number;
  /** The HTTP status, 2xx. */
  readonly status: number;
  /** The response's headers, lower-case names: rate limits, request ids, the model's name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The name of the event, in server-sent events and Amazon's event stream; `undefined` where there is none. */
  readonly event: string | undefined;
  /**
   * For what has to be remembered between the records of one answer: a plain object that belongs to the
   * hook. Empty at the start of every attempt but one that goes on with the answer (`continueFrom`).
   */
  readonly state: Record<string, unknown>;
}

/** A provider's error in the author's words, from `parseError`. */
export interface ParsedError {
  /** The provider's words for what went wrong. */
  message: string;
  /** The provider's own error code. */
  code?: string | number | null | undefined;
  /** The provider's own error type. */
  type?: string | null | undefined;
}

/** A value, or a Promise of it. The synchronous path takes only the value. */
export type MaybePromise<T> = T | PromiseLike<T>;
