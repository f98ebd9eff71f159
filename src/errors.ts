/**
 * Every error of this package. An error says what was expected, what came, and what to write
 * instead; it never holds a request header, a request body, or a credential from a URL.
 *
 * What is bulky or comes from the other side (a body, a record, partial text) is a non-enumerable
 * property: readable by whoever asks for it, absent from logs, `util.inspect` and JSON.
 */

/** Marks the classes below across duplicate copies of this package in one process. */
const BRAND = /* @__PURE__ */ Symbol.for("http-streaming-llm.error");

/** The stable `code` of each error class. */
export type ErrorCode =
  | "HTTP_STATUS"
  | "CONNECTION"
  | "TIMEOUT"
  | "CHUNK_PARSE"
  | "RECORD_TOO_LARGE"
  | "RESPONSE_TOO_LARGE"
  | "TRUNCATED_STREAM"
  | "MODEL_STREAM"
  | "UNEXPECTED_CONTENT_TYPE"
  | "SYNCHRONOUS_HOOK"
  | "HOOK";

/** The phase of a call in which a {@link TimeoutError} fell: the name of the timeout that decided. */
export type TimeoutPhase = "connect" | "headers" | "firstChunk" | "token" | "idle" | "total";

/** LangChain's mark of what is worth another try, the same in all copies of its core: `getRetryable` reads it. */
const RETRYABLE = /* @__PURE__ */ Symbol.for("langchain.errors.retryable");

/** Marks an error as one after which the same call may succeed, or not. */
export function markRetryable(error: object, retryable: boolean): void {
  Object.defineProperty(error, RETRYABLE, { value: retryable, configurable: true });
}

/** Tells whether somebody, a hook for example, has marked an error as one that will come again. */
export function isMarkedPermanent(error: object): boolean {
  return Object.getOwnPropertyDescriptor(error, RETRYABLE)?.value === false;
}

type ErrorClass = abstract new (...args: never[]) => HttpStreamingError;

/**
 * Gives a class its brand and its `name`, neither of which a minifier may change, and gives the name. It is the
 * value of a static field: a bundler keeps a class for a static block that nobody uses.
 */
function brand(errorClass: ErrorClass, name: string): string {
  Object.defineProperty(errorClass.prototype, BRAND, { value: name });
  Object.defineProperty(errorClass.prototype, "name", {
    value: name,
    writable: true,
    configurable: true,
  });
  return name;
}

function hide(target: object, properties: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(properties)) {
    Object.defineProperty(target, key, { value, writable: true, configurable: true });
  }
}

/** The base of every error of this package: an `Error` with a stable `code` and, mid-stream, the `partial` text. */
export abstract class HttpStreamingError extends Error {
  /** @internal */
  protected static readonly brand: string = /* @__PURE__ */ brand(this, "HttpStreamingError");

  /** Stable across releases; branch on this or on {@link isInstance}, never on the message. */
  abstract readonly code: ErrorCode;

  /** The text that had been received when a running stream failed; `""` before the first token. */
  declare partial: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    hide(this, { partial: "" });
  }

  /**
   * Tells whether `value` is an instance of the class this is called on, also when it was made by another
   * copy of this package (ESM beside CJS, two versions in one tree).
   */
  static isInstance<T extends ErrorClass>(this: T, value: unknown): value is InstanceType<T> {
    const wanted: unknown = Reflect.get(this.prototype as object, BRAND);
    let link: unknown = value;
    while (typeof link === "object" && link !== null) {
      if (Object.hasOwn(link, BRAND) && Reflect.get(link, BRAND) === wanted) return true;
      link = Object.getPrototypeOf(link);
    }
    return false;
  }

  /** The error as a log may hold it: name, code, message, and the plain facts. */
  toJSON(): Record<string, unknown> {
    return { name: this.name, message: this.message, ...(this as object) };
  }
}

/** The facts that an {@link HttpStatusError} is made from. */
export interface HttpStatusErrorDetails {
  /** The HTTP status. */
  status: number;
  /** The response's headers, lower-case names. */
  headers?: Record<string, string> | undefined;
  /** The start of the response's body. */
  body?: string | undefined;
  /** The provider's request id. */
  requestId?: string | undefined;
  /** The wait that the server asks for, in ms. */
  retryAfterMs?: number | undefined;
  /** The provider's own error code. */
  providerCode?: string | undefined;
  /** The provider's own error type. */
  providerType?: string | undefined;
}

/** The server answered with a status that is not 2xx. */
export class HttpStatusError extends HttpStreamingError {
  /** @internal */
  protected static override readonly brand: string = /* @__PURE__ */ brand(this, "HttpStatusError");
  readonly code = "HTTP_STATUS";
  /** The HTTP status, 300 to 599. */
  readonly status: number;
  /** The provider's request id (`x-request-id`, `request-id`), to quote to its support. */
  declare readonly requestId?: string;
  /** The wait before another attempt that the server asks for, in ms. */
  declare readonly retryAfterMs?: number;
  /** The provider's own error code, from the body. */
  declare readonly providerCode?: string;
  /** The provider's own error type, from the body. */
  declare readonly providerType?: string;
  /** The response's headers, without cookies and challenges. Lower-case names. Not in logs. */
  declare readonly headers: Record<string, string>;
  /** The start of the response's body, at most `limits.maxErrorBodyBytes`. Not in logs. */
  declare readonly body: string;

  constructor(message: string, details: HttpStatusErrorDetails, options?: ErrorOptions) {
    super(message, options);
    this.status = details.status;
    if (details.requestId !== undefined) this.requestId = details.requestId;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
    if (details.providerCode !== undefined) this.providerCode = details.providerCode;
    if (details.providerType !== undefined) this.providerType = details.providerType;
    hide(this, { headers: details.headers ?? {}, body: details.body ?? "" });
  }
}

/** No response came: the name did not resolve, nobody listened, TLS failed, the connection broke. */
export class ConnectionError extends HttpStreamingError {
  /** @internal */
  protected static override readonly brand: string = /* @__PURE__ */ brand(this, "ConnectionError");
  readonly code = "CONNECTION";
}

/** One of the six timeouts passed. */
export class TimeoutError extends HttpStreamingError {
  /** @internal */
  protected static override readonly brand: string = /* @__PURE__ */ brand(this, "TimeoutError");
  readonly code = "TIMEOUT";
  /** The timeout that passed. */
  readonly phase: TimeoutPhase;
  /** Its length in ms, where known. */
  declare readonly timeoutMs?: number;

  constructor(phase: TimeoutPhase, timeoutMs: number | undefined, options?: ErrorOptions) {
    const [what, instead] = TIMEOUT_MESSAGES[phase];
    const within = timeoutMs === undefined ? "in time" : `within ${timeoutMs} ms`;
    super(`${what} ${within}${instead}`, options);
    this.phase = phase;
    if (timeoutMs !== undefined) this.timeoutMs = timeoutMs;
  }
}

const TIMEOUT_MESSAGES: Record<TimeoutPhase, readonly [what: string, instead: string]> = {
  connect: ["no connection", ". Check the host and port, or raise timeouts.connect."],
  headers: [
    "no response headers",
    ". A model that is still loading answers late: raise timeouts.headers.",
  ],
  firstChunk: ["no first token", ". Raise timeouts.firstChunk for slow prompts."],
  token: [
    "the stream says nothing: no content",
    ", though the connection is alive. Raise timeouts.token if the model thinks that long.",
  ],
  idle: [
    "the stream stood still: no bytes",
    ". Raise timeouts.idle if the model thinks in silence.",
  ],
  total: ["the call did not finish", ". Raise timeouts.total or the call's timeout."],
};

/** A record that is not what the format or `parseChunk` expects. */
export class ChunkParseError extends HttpStreamingError {
  /** @internal */
  protected static override readonly brand: string = /* @__PURE__ */ brand(this, "ChunkParseError");
  readonly code = "CHUNK_PARSE";
  /** The number of the record in the stream, counted from 0. */
  readonly index: number;
  /** `true` if the body ended within the record: it was cut off, and is not malformed by itself. */
  declare readonly unfinished?: boolean;
  /** The record: its text when it could not be decoded, the decoded value when `parseChunk` threw. Not in logs. */
  declare readonly record: unknown;

  constructor(
    message: string,
    details: { record: unknown; index: number; unfinished?: boolean | undefined },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.index = details.index;
    if (details.unfinished === true) this.unfinished = true;
    hide(this, { record: details.record });
  }
}

/** One record grew past `limits.maxRecordBytes`. */
export class RecordTooLargeError extends HttpStreamingError {
  /** @internal */
  protected static override readonly brand: string = /* @__PURE__ */ brand(
    this,
    "RecordTooLargeError",
  );
  readonly code = "RECORD_TOO_LARGE";
  /** The limit, in bytes. */
  readonly limitBytes: number;

  constructor(
    limitBytes: number,
    message = `one record is larger than ${limitBytes} bytes. Check that the format fits what the server sends, or raise limits.maxRecordBytes.`,
  ) {
    super(message);
    this.limitBytes = limitBytes;
  }
}

/** The response grew past `limits.maxResponseBytes` (counted after decompression). */
export class ResponseTooLargeError extends HttpStreamingError {
  /** @internal */
  protected static override readonly brand: string = /* @__PURE__ */ brand(
    this,
    "ResponseTooLargeError",
  );
  readonly code = "RESPONSE_TOO_LARGE";
  /** The limit, in bytes. */
  readonly limitBytes: number;

  constructor(
    limitBytes: number,
    message = `the response is larger than ${limitBytes} bytes. Raise limits.maxResponseBytes if answers of that size are meant.`,
  ) {
    super(message);
    this.limitBytes = limitBytes;
  }
}

/** The stream ended before the answer did. The text so far is in `partial`. */
export class TruncatedStreamError extends HttpStreamingError {
  /** @internal */
  protected static override readonly brand: string = /* @__PURE__ */ brand(
    this,
    "TruncatedStreamError",
  );
  readonly code = "TRUNCATED_STREAM";
  /** The number of records that had come, when the body itself ended well. */
  declare readonly records?: number;

  constructor(message: string, options: ErrorOptions & { records?: number | undefined } = {}) {
    super(message, options);
    if (options.records !== undefined) this.records = options.records;
  }
}

/** The provider reported an error of its own inside a stream that had begun well. */
export class ModelStreamError extends HttpStreamingError {
  /** @internal */
  protected static override readonly brand: string = /* @__PURE__ */ brand(
    this,
    "ModelStreamError",
  );
  readonly code = "MODEL_STREAM";
  /** The provider's own error code. */
  declare readonly providerCode?: string;
  /** The provider's own error type. */
  declare readonly providerType?: string;

  /** `true` if the provider said that another attempt may succeed. */
  declare readonly retryable?: boolean;

  constructor(
    message: string,
    details: {
      code?: string | undefined;
      type?: string | undefined;
      retryable?: boolean | undefined;
    } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    if (details.code !== undefined) this.providerCode = details.code;
    if (details.type !== undefined) this.providerType = details.type;
    if (details.retryable !== undefined) this.retryable = details.retryable;
  }
}

/** The server answered 2xx with a content-type the format cannot read, an HTML login page for example. */
export class UnexpectedContentTypeError extends HttpStreamingError {
  /** @internal */
  protected static override readonly brand: string = /* @__PURE__ */ brand(
    this,
    "UnexpectedContentTypeError",
  );
  readonly code = "UNEXPECTED_CONTENT_TYPE";
  /** The content-type that came. */
  readonly contentType: string;
  /** The start of the body, at most `limits.maxErrorBodyBytes`. Not in logs. */
  declare readonly body: string;

  constructor(message: string, details: { contentType: string; body: string }) {
    super(message);
    this.contentType = details.contentType;
    hide(this, { body: details.body });
  }
}

/** A hook, or an option, that the synchronous path cannot use: it would have to wait for a Promise. */
export class SynchronousHookError extends HttpStreamingError {
  /** @internal */
  protected static override readonly brand: string = /* @__PURE__ */ brand(
    this,
    "SynchronousHookError",
  );
  readonly code = "SYNCHRONOUS_HOOK";
  /** The hook or option. */
  readonly hook: string;

  constructor(hook: string, message: string) {
    super(message);
    this.hook = hook;
    // Also outside of a call, where nobody else would say so.
    markRetryable(this, false);
  }
}

/** A hook is missing, threw, or returned something that cannot be used. */
export class HookError extends HttpStreamingError {
  /** @internal */
  protected static override readonly brand: string = /* @__PURE__ */ brand(this, "HookError");
  readonly code = "HOOK";
  /** The hook or field at fault. */
  readonly hook: string;

  constructor(hook: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.hook = hook;
    // Also outside of a call, where nobody else would say so.
    markRetryable(this, false);
  }
}

/** The options that a function has, with their type where it is a plain one. */
export type KnownOptions = Readonly<Record<string, "boolean" | undefined>>;

/**
 * Checks the options of a function: a misspelt one would be ignored in silence, and `"false"` would be taken for `true`.
 *
 * @param hook the field that holds what the function makes.
 * @param known the options there are. Default: none.
 * @throws HookError which names the options there are.
 */
export function checkOptions(
  hook: string,
  maker: string,
  options: unknown,
  known: KnownOptions = {},
): void {
  const isObject = typeof options === "object" && options !== null;
  const given = isObject ? options : {};
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (!isObject || unknown !== undefined) {
    const what = unknown === undefined ? withArticle(options) : `"${unknown}"`;
    const names = Object.keys(known).join(", ") || "none";
    throw new HookError(hook, `${maker}() has no use for ${what}. Its options: ${names}.`);
  }
  for (const [name, value] of Object.entries(given)) {
    const type = known[name];
    if (type === undefined || value === undefined || typeof value === type) continue;
    throw new HookError(
      hook,
      `${maker}() got ${withArticle(value)} as "${name}". Give it a ${type}.`,
    );
  }
}

function withArticle(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** An error as plain data, for another thread: structured clone would drop its class and its `code`. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  /** The facts that the error shows: its enumerable properties that are plain. What is hidden stays behind. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** LangChain's mark, where it has one. */
  readonly retryable?: boolean;
  readonly cause?: WireError;
}

/** The class of each code: a new one that is missing here does not compile. */
const classOf = (code: unknown): ErrorClass | undefined =>
  (
    ({
      HTTP_STATUS: HttpStatusError,
      CONNECTION: ConnectionError,
      TIMEOUT: TimeoutError,
      CHUNK_PARSE: ChunkParseError,
      RECORD_TOO_LARGE: RecordTooLargeError,
      RESPONSE_TOO_LARGE: ResponseTooLargeError,
      TRUNCATED_STREAM: TruncatedStreamError,
      MODEL_STREAM: ModelStreamError,
      UNEXPECTED_CONTENT_TYPE: UnexpectedContentTypeError,
      SYNCHRONOUS_HOOK: SynchronousHookError,
      HOOK: HookError,
    }) satisfies Record<ErrorCode, ErrorClass> as Record<string, ErrorClass>
  )[code as string];

/** Takes an error apart, for {@link fromWire} in another thread. */
export function toWire(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), fields: {} };
  // Node puts addresses, which may hold credentials, into properties of its errors.
  const isOurs = HttpStreamingError.isInstance(error);
  const plain = Object.entries(error).filter(
    ([key, value]) =>
      (isOurs || key === "code") && ["string", "number", "boolean"].includes(typeof value),
  );
  const retryable: unknown = Object.getOwnPropertyDescriptor(error, RETRYABLE)?.value;
  return {
    name: error.name,
    message: error.message,
    fields: Object.fromEntries(plain),
    ...(typeof retryable === "boolean" && { retryable }),
    ...(error.cause !== undefined && { cause: toWire(error.cause) }),
  };
}

/** Puts an error together again: of its class, with what it showed. */
export function fromWire({ name, message, fields, retryable, cause }: WireError): Error {
  const error = new Error(message, cause === undefined ? {} : { cause: fromWire(cause) });
  const errorClass = classOf(fields["code"]);
  if (errorClass === undefined) error.name = name;
  else Object.setPrototypeOf(error, errorClass.prototype as object);
  Object.assign(error, fields);
  if (errorClass !== undefined) hide(error, { partial: "" });
  if (retryable !== undefined) markRetryable(error, retryable);
  return error;
}
