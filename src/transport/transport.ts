/**
 * The port: all that a call needs of the network. A transport sends a request and hands back an exchange, on the
 * asynchronous path and, where the platform can block, on the synchronous one. The drivers are given one and
 * import none, so what is written on top of it runs wherever a transport does.
 */
import { TimeoutError, type TimeoutPhase } from "../errors.js";
import type { ConnectionOptions } from "./connection.js";

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
  /** On the clock of `performance.now()`, in ms; `Infinity` for never. Put off while the thread is blocked. */
  at: number;
  readonly phase: TimeoutPhase;
  /** The length of the timeout, for the message. */
  readonly timeoutMs: number;
}

/** The error of a deadline that passed. */
export function timeoutError(deadline: Deadline): TimeoutError {
  return new TimeoutError(deadline.phase, deadline.timeoutMs);
}

/** The reader of a response's body. Called in the asynchronous context of the socket, not of the reader. */
export interface BodyReader {
  /**
   * All the (decompressed) bytes that have arrived since the last read, at least one buffer;
   * `undefined` when the body has ended. The buffers belong to the reader.
   */
  onBytes(buffers: readonly Uint8Array[] | undefined): void;
  /** The body broke off (`TruncatedStreamError`, which other errors become), or the exchange was closed. */
  onFailure(reason: Error): void;
}

/** One request and its response on the asynchronous path. Made by {@link Transport.open}. */
export interface Exchange {
  /**
   * Resolves when the response's headers are there. Of an error that is none of this package's only the name, code and
   * message are kept, as the cause of a `ConnectionError`: it may hold the request.
   * @throws ConnectionError, TimeoutError (`connect`, `headers`)
   */
  head(): Promise<ResponseHead>;
  /**
   * Calls the reader back once: within this call if something is there, else when it comes. One call
   * at a time. There is no promise in between because a token costs less than one.
   */
  read(reader: BodyReader): void;
  /**
   * The answer is complete: lets the body end within a short grace so that the connection is reused, else closes it.
   */
  release(): void;
  /** Destroys the connection at once. A pending `head()` or `read()` fails with `reason`. Idempotent. */
  close(reason: Error): void;
  /** Nobody reads for the time being: until the next `read()`, the connection keeps no process alive. */
  unattended(): void;
  /** Resolves when the connection is closed, or can be used by another request. */
  readonly over: Promise<void>;
}

/** One request and its response on the synchronous path: the same, each call blocking the thread. */
export interface SyncExchange {
  /** Waits for the response's headers. */
  head(deadline: Deadline): ResponseHead;
  /** Waits for bytes: all that have come, at least one buffer; `undefined` when the body has ended. */
  read(deadline: Deadline): readonly Uint8Array[] | undefined;
  /** As {@link Exchange.release}. */
  release(): void;
  /** As {@link Exchange.close}. */
  close(reason: Error): void;
}

/**
 * A way to the network. Made by `undiciTransport()`, `fetchTransport()` or `scriptedTransport()`; a model may be given
 * one of its author's.
 */
export interface Transport {
  /** Names it in errors: `"undici"`, `"fetch"`. */
  readonly name: string;
  /**
   * Sends a request on the asynchronous path. Never throws: what is wrong with the request, or with an option that
   * the transport cannot keep (a `HookError`), comes out of `head()` like every other failure.
   */
  open(request: HttpRequest, options: ConnectionOptions): Exchange;
  /**
   * Sends a request on the synchronous path. Absent where the platform cannot block.
   * @throws SynchronousHookError when an option cannot be kept on this path
   */
  readonly openSync?:
    ((request: HttpRequest, options: ConnectionOptions) => SyncExchange) | undefined;
}
