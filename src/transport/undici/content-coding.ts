import type { Transform } from "node:stream";
import * as zlib from "node:zlib";
import { UnexpectedContentTypeError } from "../../errors.js";
import { FOREIGN_CODINGS } from "../foreign-codings.js";

/** A stream that inflates, and counts the bytes that it has read. */
export type ZlibStream = Transform & { readonly bytesWritten: number };

// Absent from Node below 22.15.
const createZstdDecompress = Reflect.get(zlib, "createZstdDecompress") as
  (() => ZlibStream) | undefined;

/** Makes the stream for one member, given its first byte. */
export const DECODERS: Record<string, ((firstByte: number) => ZlibStream) | undefined> = {
  gzip: () => zlib.createGunzip(),
  "x-gzip": () => zlib.createGunzip(),
  br: () => zlib.createBrotliDecompress(),
  // RFC 9110 says zlib, some servers send raw deflate. The low half of a zlib stream's first byte is 8.
  deflate: (first) => ((first & 0x0f) === 0x08 ? zlib.createInflate() : zlib.createInflateRaw()),
  ...(createZstdDecompress && { zstd: () => createZstdDecompress() }),
};

/** zstd only where Node lacks it. */
const FOREIGN: ReadonlySet<string> = new Set([...FOREIGN_CODINGS, "dcb", "dcz", "zstd"]);

/** Each one multiplies what a few bytes can stand for. */
const MOST_CODINGS = 4;

/**
 * The codings to undo, in the order of undoing. Words that name none (`none`, `utf-8`, `chunked`), which
 * servers write to switch compression off, leave the bytes as they are.
 *
 * @throws UnexpectedContentTypeError for a coding that cannot be undone here, and for too many.
 * @see https://www.iana.org/assignments/http-parameters/http-parameters.xhtml#content-coding
 */
export function contentEncodings(headers: Readonly<Record<string, string>>): string[] {
  const names = (headers["content-encoding"] ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase());
  const codings = names.filter((name) => Object.hasOwn(DECODERS, name));
  const foreign = names.find((name) => FOREIGN.has(name) && !codings.includes(name));
  if (foreign === undefined && codings.length <= MOST_CODINGS) return codings.reverse();
  const what =
    foreign === undefined
      ? `${codings.length} content codings, of which at most ${MOST_CODINGS} are undone`
      : `content-encoding "${foreign}", which cannot be undone here`;
  throw new UnexpectedContentTypeError(
    `the server answered with ${what}. Send the header "accept-encoding: gzip".`,
    { contentType: headers["content-type"] ?? "", body: "" },
  );
}
