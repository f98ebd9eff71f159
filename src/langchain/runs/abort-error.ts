import type { AIMessageChunk } from "@langchain/core/messages";
import { ModelAbortError } from "@langchain/core/errors";
import { markRetryable, TimeoutError } from "../../errors.js";

/** LangChain declares its literal name; a class of another name cannot be declared as its subclass. */
const UnnamedModelAbortError = ModelAbortError as unknown as Pick<
  typeof ModelAbortError,
  "isInstance"
> &
  (new (message: string, partialOutput?: AIMessageChunk) => Omit<ModelAbortError, "name"> & Error);

/**
 * The error of an aborted call: LangChain's `ModelAbortError`, which carries the partial output, under
 * the name by which the platform knows aborts.
 */
export class StreamAbortError extends UnnamedModelAbortError {
  /** `"AbortError"`, as of every abort of the platform. */
  override readonly name = "AbortError";

  /**
   * @param message what happened.
   * @param partialOutput what had arrived by then.
   * @param options `cause`: the signal's reason.
   */
  constructor(message: string, partialOutput?: AIMessageChunk, options?: ErrorOptions) {
    super(message, partialOutput);
    // LangChain's own class does so since 1.2.8.
    markRetryable(this, false);
    if (options?.cause !== undefined) {
      Object.defineProperty(this, "cause", { value: options.cause, configurable: true });
    }
  }
}

/**
 * The error for a signal that fired: a `TimeoutError` where the reason is one (`timeout` of LangChain,
 * `AbortSignal.timeout`).
 */
export function abortError(
  modelClass: string,
  signal: AbortSignal,
  partial: AIMessageChunk,
): Error {
  const reason: unknown = signal.reason;
  if (reason instanceof Error && reason.name === "TimeoutError") {
    const error = new TimeoutError("total", undefined, { cause: reason });
    error.message = `${modelClass}: ${error.message}`;
    error.partial = partial.text;
    markRetryable(error, false);
    return error;
  }
  return new StreamAbortError(`${modelClass}: the call was aborted by its signal.`, partial, {
    cause: reason,
  });
}

/** The error that a trace gets when the reader left before the end (`break`, `return()`). */
export function readerLeftError(modelClass: string, partial: AIMessageChunk): StreamAbortError {
  return new StreamAbortError(`${modelClass}: the reader stopped reading before the end.`, partial);
}

/** The error of whoever begins to read a stream of content-block events after its last reader has left. */
export function streamLeftError(): StreamAbortError {
  return new StreamAbortError(
    "The last reader of this stream left it before the end, and that ended the call. Begin to read what is needed afterwards before leaving: const output = stream.output.",
  );
}
