/**
 * Functions that differ from platform to platform, as Node, Bun and Deno have them. `web.ts` has the same names; the
 * package's `imports` choose between the two.
 *
 * Buffer's own methods are called on any `Uint8Array`: those of `Uint8Array` itself take several times as long on
 * Node 20, and a `Buffer` for every view would cost more than most reads. Text is made by the methods in which
 * `toString` ends up, for the way there costs as much as decoding a hundred bytes (measured on Node 20).
 */
import { AsyncResource } from "node:async_hooks";
import { Buffer, constants, isAscii } from "node:buffer";
import { createHash } from "node:crypto";
import { channel } from "node:diagnostics_channel";
import { EventNames } from "../formats/fast/event-names.js";
import { EventReader } from "../formats/fast/event-reader.js";
import { KnownLineReader } from "../formats/fast/known-line-reader.js";
import { LineReader } from "../formats/fast/line-reader.js";
import { PredictingParser } from "../formats/json/fast/predicting-parser.js";
import * as zlib from "node:zlib";
import type {
  AsyncContext,
  Channel,
  CollectionRegistry,
  ContextStorage,
  FastReaders,
  Crc32,
  Sha256,
} from "./runtime.js";

export type { AsyncContext, Channel } from "./runtime.js";
export { explainBreak, explainConnection } from "./socket-codes.js";

interface NativeMethods {
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
  base64Slice(start: number, end: number): string;
  indexOf(this: Uint8Array, value: number | Uint8Array, from: number): number;
}

/**
 * The methods that are called on any bytes. Constants of a function, for those of a module are variables in what
 * esbuild bundles, and V8 calls a native function directly only where it cannot change.
 */
function nativeMethods() {
  const { utf8Slice, latin1Slice, base64Slice, indexOf } =
    Buffer.prototype as unknown as NativeMethods;
  return {
    utf8Text: (bytes: Uint8Array, start = 0, end = bytes.length): string =>
      start === end ? "" : utf8Slice.call(bytes, start, end),
    asciiText: (bytes: Uint8Array, start: number, end: number): string | undefined => {
      const isWhole = end - start === bytes.length;
      if (!isAscii(isWhole ? bytes : bytes.subarray(start, end))) return undefined;
      return latin1Slice.call(bytes, start, end);
    },
    indexOfByte: (bytes: Uint8Array, byte: number, from: number): number =>
      indexOf.call(bytes, byte, from),
    indexOfBytes: (bytes: Uint8Array, wanted: Uint8Array, from: number): number =>
      indexOf.call(bytes, wanted, from),
    toBase64: (bytes: Uint8Array): string => base64Slice.call(bytes, 0, bytes.length),
  };
}

const native = /* @__PURE__ */ nativeMethods();

/** The text of bytes in UTF-8; what is not valid becomes U+FFFD. A byte order mark stays. */
export const utf8Text = native.utf8Text;

/** The text of bytes that are all ASCII, `undefined` if one is not; for many bytes, faster than UTF-8. */
export const asciiText = native.asciiText;

/** Finds a byte, -1 if there is none. */
export const indexOfByte = native.indexOfByte;

/** Finds some bytes, at least one, as a whole; -1 if there are none. */
export const indexOfBytes = native.indexOfBytes;

/** Bytes in base64. */
export const toBase64 = native.toBase64;

/** The longest string, in UTF-16 code units: some 512 Mi. */
export const LONGEST_STRING = constants.MAX_STRING_LENGTH;

/** The bytes of a text in UTF-8; half a character becomes U+FFFD. */
export function utf8Bytes(text: string): Uint8Array {
  return Buffer.from(text, "utf8");
}

/** New memory. Its content has no meaning before it is written. */
export function allocateBytes(length: number): Uint8Array {
  return Buffer.allocUnsafeSlow(length);
}

/** All bytes in one piece. */
export function concatBytes(pieces: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(pieces);
}

/** The bytes of base64, also of base64url; what belongs to neither is skipped. */
export function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, "base64");
}

/** The SHA-256 digest of a text, in hexadecimal. */
export const nativeSha256: Sha256 | undefined = (text) =>
  createHash("sha256").update(text).digest("hex");

/** The CRC-32 of bytes behind others, both unsigned; `undefined` where zlib is too old to have it. */
export const nativeCrc32 = Reflect.get(zlib, "crc32") as Crc32 | undefined;

/** The context that is current now. */
export function currentContext(name: string): AsyncContext {
  return new AsyncResource(name);
}

/** Says by what contexts are kept: of no use here, where Node keeps them all. */
export function keepContextsIn(_storage: () => ContextStorage): void {
  // Nothing to do.
}

/** A channel of `diagnostics_channel`. */
export function diagnosticsChannel<Message>(name: string): Channel<Message> {
  return channel(name);
}

/** Calls back for what has been collected. */
export function collectionRegistry<Held>(
  onCollected: (held: Held) => void,
): CollectionRegistry<Held> {
  return new FinalizationRegistry(onCollected);
}

/** A reference that lets its target be collected. */
export function weakReference<Target extends object>(
  target: Target,
): { deref(): Target | undefined } {
  return new WeakRef(target);
}

/** Reads the records of one model: one like earlier ones is read by what differs. */
export function recordParser(): PredictingParser | undefined {
  return new PredictingParser();
}

/** Finds lines and events in larger steps than their decoders do. */
export const fastReaders: FastReaders | undefined = {
  lines: (decoder, known) =>
    known === undefined ? new LineReader(decoder) : new KnownLineReader(decoder, known),
  events: (decoder, names, known) => new EventReader(decoder, names, known),
  eventNames: () => new EventNames(),
};
