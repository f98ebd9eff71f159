import type { Deadline, HttpRequest, ResponseHead } from "../transport/transport.js";
import type { Delta } from "./delta/delta.js";

/**
 * The requests of a model call to its driver. The call itself is a generator that never does I/O: it
 * yields an effect and is resumed with the result, or with the error. The asynchronous driver awaits
 * what the synchronous one blocks for, so both paths run the same code in the same order.
 */
export type Effect =
  | { readonly kind: "limit"; readonly deadline: Deadline }
  | { readonly kind: "hold"; readonly release: () => void }
  | { readonly kind: "giveBack"; readonly release: () => void }
  | {
      readonly kind: "settle";
      readonly hook: string;
      readonly value: unknown;
      readonly deadline: Deadline;
    }
  | { readonly kind: "open"; readonly request: HttpRequest; readonly deadline: Deadline }
  | { readonly kind: "read"; readonly deadline: Deadline }
  | { readonly kind: "stream"; readonly body: StreamedBody }
  | { readonly kind: "release" }
  | { readonly kind: "abandon" }
  | { readonly kind: "sleep"; readonly ms: number; readonly deadline: Deadline }
  | { readonly kind: "emit"; readonly deltas: readonly Delta[] };

/**
 * A body whose bytes become deltas as they come. This is where all the time goes, so the driver runs this
 * loop itself: reads, pushes, hands over, until the body ends or is finished, and then resumes the call.
 */
export interface StreamedBody {
  /** Nothing more is to be read. */
  readonly finished: boolean;
  /** By when the next bytes have to be there. */
  deadline(): Deadline;
  /** Takes the next bytes and gives the deltas that they complete, perhaps none. */
  push(buffers: readonly Uint8Array[]): readonly Delta[];
}

/** A part of a model call: yields effects, returns `Result`. Its results are typed by the functions below. */
export type Effects<Result> = Generator<Effect, Result, unknown>;

/** Ends the call at this moment, whatever it is doing or waiting for, its reader included. */
export function* limit(deadline: Deadline): Effects<void> {
  if (deadline.at !== Infinity) yield { kind: "limit", deadline };
}

/** Holds a permit, which `release` gives back, until the call is over and its connections are free. */
export function* hold(release: () => void): Effects<void> {
  yield { kind: "hold", release };
}

/** Gives a permit back before the call is over, as soon as its connections are free. */
export function* giveBack(release: () => void): Effects<void> {
  yield { kind: "giveBack", release };
}

/** Waits for a hook's result, which may be a Promise (the synchronous driver refuses those). */
export function* settle<T>(
  hook: string,
  value: T | PromiseLike<T>,
  deadline: Deadline,
): Effects<T> {
  return (yield { kind: "settle", hook, value, deadline }) as T;
}

/** Sends a request and waits for the response's head. The body is read by {@link read}. */
export function* open(request: HttpRequest, deadline: Deadline): Effects<ResponseHead> {
  return (yield { kind: "open", request, deadline }) as ResponseHead;
}

/** The bytes that have arrived since the last read, `undefined` after the last. */
export function* read(deadline: Deadline): Effects<readonly Uint8Array[] | undefined> {
  return (yield { kind: "read", deadline }) as readonly Uint8Array[] | undefined;
}

/** Reads a body to its end, or as far as it is wanted, and hands its deltas to the reader as they come. */
export function* stream(body: StreamedBody): Effects<void> {
  yield { kind: "stream", body };
}

/** Says that nothing more of this response is wanted; its connection may be reused. */
export function* release(): Effects<void> {
  yield { kind: "release" };
}

/** Closes the connection: the answer goes on, but nobody wants the rest. */
export function* abandon(): Effects<void> {
  yield { kind: "abandon" };
}

/** Pauses between two attempts. */
export function* sleep(ms: number, deadline: Deadline): Effects<void> {
  yield { kind: "sleep", ms, deadline };
}

/** Hands deltas to the reader; resumes when the reader wants more. */
export function* emit(deltas: readonly Delta[]): Effects<void> {
  if (deltas.length > 0) yield { kind: "emit", deltas };
}
