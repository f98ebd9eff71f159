/**
 * Bodies in another charset than UTF-8. Many servers declare one by default and send ASCII or UTF-8 all the same, so
 * the content-type is believed as soon as the bytes bear it out: what is not UTF-8 is in the declared charset, from
 * there on.
 */
import { concatBytes, utf8Bytes } from "#runtime";
import { UnexpectedContentTypeError } from "../../errors.js";
import { mediaType } from "../../formats/format.js";

/** The charset of a content-type; of a header that was sent twice, the first one counts. */
const CHARSET = /^[\s,]*(?:[^\s,][^,]*?)?;\s*charset\s*=\s*["']?([^\s;,"']+)/i;
/** The charsets of which nothing has to be decoded: bodies are read as UTF-8 anyway. */
const UTF_8 = /^(utf[-_]?8.*|(us-)?ascii)$/i;
/** Media types of text: of others, a charset says nothing. */
const TEXT_TYPE = /^text\/|json|xml/;
/** Encodings whose bytes may all be ASCII while the text is not. */
const NEVER_UTF_8 = /^(utf-16|iso-2022)/;
/** Encodings with characters of two bytes, a sixth of which would be valid UTF-8. */
const DOUBLE_BYTE = /^(gb|big5|euc|shift)/;
/** After so many continuation bytes in their places a body is UTF-8, and what is not is a fault in it. */
const PROOF = 2;

const NO_BYTES = /* @__PURE__ */ new Uint8Array();
/** The beginning of a character, for one that was cut: the format says so. */
const CUT_CHARACTER = /* @__PURE__ */ Uint8Array.of(0xef);
const CUT = -1;
const STREAM = { stream: true } as const;

/**
 * The charset to read a body in; `undefined`: UTF-8.
 *
 * @throws UnexpectedContentTypeError for one that nobody here knows.
 */
export function charsetOf(contentType: string | undefined): Charset | undefined {
  const label = CHARSET.exec(contentType ?? "")?.[1];
  if (label === undefined || UTF_8.test(label) || !TEXT_TYPE.test(mediaType(contentType))) {
    return undefined;
  }
  const encoding = encodingOf(label);
  if (encoding !== undefined) return encoding === "utf-8" ? undefined : new Charset(encoding);
  throw new UnexpectedContentTypeError(
    `the server answered in the charset ${label}, which is unknown here. Have it send UTF-8.`,
    { contentType: contentType ?? "", body: "" },
  );
}

/** The standard's name of an encoding. */
function encodingOf(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}

/** Converts the bytes of one body to UTF-8, however they are cut. */
export class Charset {
  readonly #encoding: string;
  /** Of the declared charset, once it has turned out to be meant. */
  #decoder: InstanceType<typeof TextDecoder> | undefined;
  /** The beginning of a character. */
  #held: Uint8Array = NO_BYTES;
  #continuationBytes = 0;

  /** @param encoding as `TextDecoder` calls it. */
  constructor(encoding: string) {
    this.#encoding = encoding;
  }

  /** Converts what one read gave. */
  convert(buffers: readonly Uint8Array[]): readonly Uint8Array[] {
    return buffers.map((bytes) => this.#next(bytes)).filter(({ length }) => length > 0);
  }

  /** Converts what was held back when the bytes have ended; `undefined` for nothing. */
  end(): readonly Uint8Array[] | undefined {
    const rest = this.#end();
    return rest.length > 0 ? [rest] : undefined;
  }

  #next(bytes: Uint8Array): Uint8Array {
    if (this.#decoder !== undefined) return utf8Bytes(this.#decoder.decode(bytes, STREAM));
    const all = this.#held.length === 0 ? bytes : concatBytes([this.#held, bytes]);
    this.#held = NO_BYTES;
    if (NEVER_UTF_8.test(this.#encoding)) {
      // A byte order mark has two.
      return all.length < 2 ? this.#holdFrom(0, all) : this.#switchAt(0, all);
    }
    let at = 0;
    while (at < all.length && this.#continuationBytes < PROOF) {
      const length = utf8Length(all, at);
      if (length === CUT) return this.#holdFrom(at, all);
      if (length === 0 || (length === 2 && DOUBLE_BYTE.test(this.#encoding))) {
        return this.#switchAt(at, all);
      }
      this.#continuationBytes += length - 1;
      at += length;
    }
    return all;
  }

  #holdFrom(at: number, bytes: Uint8Array): Uint8Array {
    // The caller may use its memory again.
    this.#held = concatBytes([bytes.subarray(at)]);
    return bytes.subarray(0, at);
  }

  /** From here on the declared charset is believed. */
  #switchAt(at: number, bytes: Uint8Array): Uint8Array {
    const rest = bytes.subarray(at);
    this.#decoder = new TextDecoder(byteOrder(this.#encoding, rest));
    return concatBytes([bytes.subarray(0, at), this.#next(rest)]);
  }

  #end(): Uint8Array {
    const held = this.#held;
    this.#held = NO_BYTES;
    // UTF-8 that is cut within a character: the format says so.
    if (this.#continuationBytes > 0 && this.#decoder === undefined) return held;
    const last = held.length === 0 ? held : this.#switchAt(0, held);
    const isCut = this.#decoder !== undefined && this.#decoder.decode() !== "";
    return concatBytes([last, isCut ? CUT_CHARACTER : NO_BYTES]);
  }
}

/** The encoding that the byte order mark tells, where there is one: Java writes big-endian as `utf-16`. */
function byteOrder(encoding: string, [first, second]: Uint8Array): string {
  if (!encoding.startsWith("utf-16")) return encoding;
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return first === 0xff && second === 0xfe ? "utf-16le" : encoding;
}

/** The length of the character of UTF-8 that begins here; 0 for none, `CUT` where the bytes end within it. */
function utf8Length(bytes: Uint8Array, at: number): number {
  if ((bytes[at] as number) < 0x80) return 1;
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    for (let end = at + 1; end <= bytes.length; end++) {
      if (decoder.decode(bytes.subarray(end - 1, end), STREAM) !== "") return end - at;
    }
    return CUT;
  } catch {
    return 0;
  }
}
