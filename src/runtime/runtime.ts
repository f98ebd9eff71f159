/** The types that both twins share. A twin says how something is done where it runs; what it does is the same. */

import type { EventNames } from "../formats/fast/event-names.js";
import type { PredictingParser } from "../formats/json/fast/predicting-parser.js";
import type { BytesReader, LineDecoder } from "../formats/line-decoder.js";
import type { SseDecoder } from "../formats/sse-decoder.js";

/** The asynchronous context in which it was made, to be entered again later. */
export interface AsyncContext {
  /** Calls a function there. Node's name, for there it is Node's `AsyncResource`. */
  runInAsyncScope<This, Args extends unknown[], Result>(
    call: (this: This, ...args: Args) => Result,
    thisArg: This,
    ...args: Args
  ): Result;
}

/** Keeps a value through asynchronous calls, as Node's `AsyncLocalStorage` does. */
export interface ContextStorage {
  getStore(): unknown;
  run<Result>(store: unknown, call: () => Result): Result;
}

/** A channel of Node's `diagnostics_channel`, as far as it is used here. */
export interface Channel<Message> {
  readonly hasSubscribers: boolean;
  publish(message: Message): void;
}

/** Calls back for what has been collected: the standard's `FinalizationRegistry`. */
export type CollectionRegistry<Held> = Pick<FinalizationRegistry<Held>, "register" | "unregister">;

/** Reads the records of one model. */
export type RecordParser = PredictingParser;

/** Readers of the bytes of decoders, in their place. */
export interface FastReaders {
  /** @param known reads the records that it knows. */
  lines(decoder: LineDecoder<unknown>, known?: PredictingParser): BytesReader;
  /** @param names of all streams of the format. */
  events(
    decoder: SseDecoder<unknown>,
    names: EventNames | undefined,
    known?: PredictingParser,
  ): BytesReader;
  eventNames(): EventNames;
}

/** The CRC-32 of bytes, given that of what comes before them; both are unsigned. */
export type Crc32 = (bytes: Uint8Array, before: number) => number;

/** The SHA-256 digest of a text, in hexadecimal. */
export type Sha256 = (text: string) => string;
