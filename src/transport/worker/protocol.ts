/** The messages between the blocked thread and the transport's worker. */
import type { MessagePort } from "node:worker_threads";
import type { ResponseHead } from "../transport.js";
import type { WireError } from "../../errors.js";
import type { PortableOptions, PortableRequest } from "./portable-request.js";

/** The cells of the shared `Int32Array`. */
export const SIGNAL = 0; // Counts the worker's messages; the blocked thread waits on it.
export const PULSE = 1; // Moves while the worker lives and has work.
export const STATE = 2;
export const SHARED_BYTES = 3 * Int32Array.BYTES_PER_ELEMENT;

/** The values of `STATE`. */
export const STARTING = 0;
export const READY = 1;
export const DEAD = 2;

/** The bytes that the worker sends ahead of the reader. */
export const WINDOW_BYTES = 256 * 1024;
/** The reader reports what it has taken in portions of this size. Less than the window, or both would wait. */
export const ACKNOWLEDGE_BYTES = WINDOW_BYTES / 4;

/** Starts an exchange; the rest of it goes over `port`. */
export interface StartMessage {
  readonly port: MessagePort;
  readonly request: PortableRequest;
  readonly options: PortableOptions;
}

/** A port that closes without `release` or `close`, because its thread is gone, closes the exchange too. */
export type ToWorker =
  /** Answered with `looked`, as soon as the sockets have been looked at once more. */
  | { readonly kind: "look" }
  | { readonly kind: "taken"; readonly bytes: number }
  | { readonly kind: "release" }
  | { readonly kind: "close" };

export type FromWorker =
  | { readonly kind: "looked" }
  | { readonly kind: "head"; readonly head: ResponseHead }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "end" }
  | { readonly kind: "error"; readonly error: WireError };
