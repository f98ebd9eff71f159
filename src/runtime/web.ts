/**
 * Functions that differ from platform to platform, by what all of them have: browsers, workers, edge runtimes.
 * `node.ts` has the same names; the package's `imports` choose between the two.
 */
import type {
  AsyncContext,
  Channel,
  CollectionRegistry,
  ContextStorage,
  FastReaders,
  RecordParser,
  Crc32,
  Sha256,
} from "./runtime.js";

export type { AsyncContext, Channel } from "./runtime.js";

/** V8's limit, the lowest of all engines; in UTF-16 code units: some 512 Mi. */
export const LONGEST_STRING = 2 ** 29 - 24;

const DECODER = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });
const ENCODER = /* @__PURE__ */ new TextEncoder();

/** The text of bytes in UTF-8; what is not valid becomes U+FFFD. A byte order mark stays. */
export function utf8Text(bytes: Uint8Array, start = 0, end = bytes.length): string {
  return DECODER.decode(bytes.subarray(start, end));
}

/** The text of bytes that are all ASCII, if that is faster than UTF-8: here it never is. */
export function asciiText(_bytes: Uint8Array, _start: number, _end: number): string | undefined {
  return undefined;
}

/** The bytes of a text in UTF-8; half a character becomes U+FFFD. */
export function utf8Bytes(text: string): Uint8Array {
  return ENCODER.encode(text);
}

/** Finds a byte, -1 if there is none. */
export function indexOfByte(bytes: Uint8Array, byte: number, from: number): number {
  return bytes.indexOf(byte, from);
}

/** Finds some bytes, at least one, as a whole; -1 if there are none. */
export function indexOfBytes(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  const [first] = wanted;
  for (let at = from; ; at++) {
    at = bytes.indexOf(first as number, at);
    if (at === -1 || at + wanted.length > bytes.length) return -1;
    let same = 1;
    while (same < wanted.length && bytes[at + same] === wanted[same]) same++;
    if (same === wanted.length) return at;
  }
}

/** New memory. Its content has no meaning before it is written. */
export function allocateBytes(length: number): Uint8Array {
  return new Uint8Array(length);
}

/** All bytes in one piece. */
export function concatBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** So many arguments any engine takes in a call. */
const MOST_ARGUMENTS = 0x2000;

/** Bytes in base64. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += MOST_ARGUMENTS) {
    binary += String.fromCharCode(...bytes.subarray(at, at + MOST_ARGUMENTS));
  }
  return btoa(binary);
}

/** The bytes of base64, also of base64url; what belongs to neither is skipped. */
export function fromBase64(text: string): Uint8Array {
  const [encoded = ""] = text
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replace(/[^A-Za-z0-9+/=]/g, "")
    .split("=", 1);
  // One character alone holds no byte.
  const whole = encoded.length % 4 === 1 ? encoded.slice(0, -1) : encoded;
  return Uint8Array.from(atob(whole), (character) => character.charCodeAt(0));
}

/** The web has none of its own. */
export const nativeCrc32: Crc32 | undefined = undefined;

/** The SHA-256 digest of a text: none, for the platform gives it later only. */
export const nativeSha256: Sha256 | undefined = undefined;

/** Contexts that nothing keeps. */
const NO_CONTEXT: AsyncContext = {
  runInAsyncScope: (call, thisArg, ...args) => call.apply(thisArg, args),
};

let contextStorage: (() => ContextStorage) | undefined;

/** The context that is current now, where somebody has said by what contexts are kept. */
export function currentContext(_name: string): AsyncContext {
  const storage = contextStorage?.();
  if (storage === undefined) return NO_CONTEXT;
  const store = storage.getStore();
  return {
    runInAsyncScope: (call, thisArg, ...args) =>
      storage.run(store, () => call.apply(thisArg, args)),
  };
}

/** Says by what contexts are kept: the web has nothing of its own for it. */
export function keepContextsIn(storage: () => ContextStorage): void {
  contextStorage = storage;
}

/** A channel to which nobody listens. */
export function diagnosticsChannel<Message>(_name: string): Channel<Message> {
  return { hasSubscribers: false, publish: () => undefined };
}

/** Calls back for what has been collected; never where that is not told (workerd before May 2025). */
export function collectionRegistry<Held>(
  onCollected: (held: Held) => void,
): CollectionRegistry<Held> {
  if (typeof FinalizationRegistry === "function") return new FinalizationRegistry(onCollected);
  return { register: () => undefined, unregister: () => false };
}

/** A reference that lets its target be collected, where there are such. */
export function weakReference<Target extends object>(
  target: Target,
): { deref(): Target | undefined } {
  return typeof WeakRef === "function" ? new WeakRef(target) : { deref: () => target };
}

/** Reads the records of one model: `JSON.parse` does, for what is faster would be a tenth of a page's bundle. */
export function recordParser(): RecordParser | undefined {
  return undefined;
}

/** Decoders read for themselves: a page's bundle has no room for what is faster. */
export const fastReaders: FastReaders | undefined = undefined;

/** Why a body did not arrive whole: nobody says more here. */
export function explainBreak(_code: string): string {
  return "the connection was lost";
}

/** Why there is no connection: nobody says so here. */
export function explainConnection(
  _code: string,
  _target: string,
  _role: string,
): string | undefined {
  return undefined;
}
