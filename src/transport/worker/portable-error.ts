import {
  ConnectionError,
  HookError,
  TimeoutError,
  type TimeoutPhase,
  TruncatedStreamError,
  UnexpectedContentTypeError,
} from "../../errors.js";

/** An error field by field: structured clone would drop its class and its `code`. */
export interface PortableError {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly phase?: TimeoutPhase;
  readonly timeoutMs?: number;
  readonly hook?: string;
  readonly contentType?: string;
  readonly cause?: PortableError;
}

export function toPortableError(error: unknown): PortableError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), code: undefined };
  const { code } = error as { code?: unknown };
  return {
    name: error.name,
    message: error.message,
    code: typeof code === "string" ? code : undefined,
    ...(error instanceof TimeoutError && { phase: error.phase }),
    ...(error instanceof TimeoutError &&
      error.timeoutMs !== undefined && { timeoutMs: error.timeoutMs }),
    ...(error instanceof HookError && { hook: error.hook }),
    ...(error instanceof UnexpectedContentTypeError && { contentType: error.contentType }),
    ...(error.cause !== undefined && { cause: toPortableError(error.cause) }),
  };
}

export function fromPortableError(error: PortableError): Error {
  const { message } = error;
  const options = error.cause === undefined ? {} : { cause: fromPortableError(error.cause) };
  switch (error.code) {
    case "CONNECTION":
      return new ConnectionError(message, options);
    case "TIMEOUT":
      return new TimeoutError(error.phase ?? "total", error.timeoutMs, options);
    case "TRUNCATED_STREAM":
      return new TruncatedStreamError(message, options);
    case "UNEXPECTED_CONTENT_TYPE":
      return new UnexpectedContentTypeError(message, {
        contentType: error.contentType ?? "",
        body: "",
      });
    case "HOOK":
      return new HookError(error.hook ?? "", message, options);
    default: {
      const plain = new Error(message, options);
      plain.name = error.name;
      return error.code === undefined ? plain : Object.assign(plain, { code: error.code });
    }
  }
}
