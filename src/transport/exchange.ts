import { TimeoutError, type TimeoutPhase } from "../errors.js";

/** One HTTP request, as plain data: all of it can cross to a worker. */
export interface HttpRequest {
  readonly method: string;
  /** Absolute, `http:` or `https:`. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | FormData | undefined;
}

/** A response up to its body. */
export interface ResponseHead {
  readonly status: number;
  /** Lower-case names; repeated headers are joined with `", "`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A moment by which something has to have happened. */
export interface Deadline {
  /** On the clock of `performance.now()`, in ms; `Infinity` for never. */
  readonly at: number;
  readonly phase: TimeoutPhase;
  /** The length of the timeout, for the message. */
  readonly timeoutMs: number;
}

/** The error of a deadline that passed. */
export function timeoutError(deadline: Deadline): TimeoutError {
  return new TimeoutError(deadline.phase, deadline.timeoutMs);
}

/** One request and its response on the asynchronous path. Started by `startExchange`. */
export interface AsyncExchange {
  /**
   * Resolves when the response's headers are there.
   * @throws ConnectionError, TimeoutError (`connect`, `headers`)
   */
  head(): Promise<ResponseHead>;
  /**
   * All the (decompressed) bytes that have arrived since the last call, at least one buffer;
   * `undefined` when the body has ended. Waits when nothing is there. One call at a time.
   * The buffers belong to the caller.
   * @throws TruncatedStreamError when the body breaks off.
   */
  read(): Promise<readonly Uint8Array[] | undefined>;
  /** The answer is complete: lets the body end within a short grace so that the connection is reused, else closes it. */
  release(): void;
  /** Destroys the connection at once. A pending `head()` or `read()` rejects with `reason`. Idempotent. */
  close(reason: Error): void;
}

/** One request and its response on the synchronous path: the same, each call blocking the thread. */
export interface SyncExchange {
  head(deadline: Deadline): ResponseHead;
  read(deadline: Deadline): readonly Uint8Array[] | undefined;
  release(): void;
  close(reason: Error): void;
}
