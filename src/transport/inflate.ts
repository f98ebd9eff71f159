/**
 * Undoes `content-encoding`. Each encoding is one zlib stream, several are chained. zlib gives out
 * what it can after each write, so a token the server flushed comes out at once. Memory is bounded
 * by the streams' own buffers: a paused output stops the inflating, not only the reading, and so
 * a few kilobytes that stand for gigabytes cost nothing until somebody reads them.
 */
import type { Transform } from "node:stream";
import * as zlib from "node:zlib";
import { ConnectionError, TruncatedStreamError } from "../errors.js";
import { plainCause } from "./failures.js";

/** What the inflated bytes are told to. */
export interface InflaterSink {
  onBytes(bytes: Uint8Array): void;
  /** The input may go on. */
  onDrain(): void;
  /** The end of the output; with an error when the input was cut or corrupt. */
  onEnd(error?: Error): void;
}

// Absent from Node below 22.15.
const createZstdDecompress = Reflect.get(zlib, "createZstdDecompress") as
  (() => Transform) | undefined;

const DECODERS: Record<string, ((firstByte: number) => Transform) | undefined> = {
  gzip: () => zlib.createGunzip(),
  "x-gzip": () => zlib.createGunzip(),
  br: () => zlib.createBrotliDecompress(),
  // RFC 9110 says zlib, some servers send raw deflate. The low half of a zlib stream's first byte is 8.
  deflate: (first) => ((first & 0x0f) === 0x08 ? zlib.createInflate() : zlib.createInflateRaw()),
  ...(createZstdDecompress && { zstd: () => createZstdDecompress() }),
};

/**
 * The encodings to undo, in the order of undoing.
 * @throws ConnectionError when one is unknown
 */
export function contentEncodings(headers: Readonly<Record<string, string>>): string[] {
  const encodings = (headers["content-encoding"] ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
  const unknown = encodings.find((name) => !Object.hasOwn(DECODERS, name));
  if (unknown !== undefined) {
    throw new ConnectionError(
      `the server answered with content-encoding "${unknown}", which cannot be undone here ` +
        `(known: ${Object.keys(DECODERS).join(", ")}). Send the header "accept-encoding: identity".`,
    );
  }
  return encodings.reverse();
}

export class Inflater {
  readonly #encodings: readonly string[];
  readonly #sink: InflaterSink;
  #first: Transform | undefined;
  #last: Transform | undefined;
  #over = false;

  constructor(encodings: readonly string[], sink: InflaterSink) {
    this.#encodings = encodings;
    this.#sink = sink;
  }

  /** `false`: no more input, please, until `onDrain`. */
  write(bytes: Uint8Array): boolean {
    if (this.#over || bytes.byteLength === 0) return true;
    // Not before there is a byte: an empty body is not a cut one.
    this.#first ??= this.#start(bytes[0] ?? 0);
    return this.#first.write(bytes);
  }

  end(): void {
    if (this.#first === undefined) this.#finish();
    else this.#first.end();
  }

  pause(): void {
    this.#last?.pause();
  }

  resume(): void {
    this.#last?.resume();
  }

  destroy(): void {
    this.#over = true;
    this.#first?.destroy();
    this.#last?.destroy();
  }

  #start(firstByte: number): Transform {
    const streams = this.#encodings.map((name) => {
      const stream = (DECODERS[name] as (firstByte: number) => Transform)(firstByte);
      return stream.on("error", (error) => this.#finish(broken(name, error)));
    });
    const first = streams[0] as Transform;
    let last = first;
    for (const next of streams.slice(1)) last = last.pipe(next);
    first.on("drain", () => {
      if (!this.#over) this.#sink.onDrain();
    });
    last.on("data", (bytes: Uint8Array) => {
      if (!this.#over) this.#sink.onBytes(bytes);
    });
    last.on("end", () => this.#finish());
    this.#last = last;
    return first;
  }

  #finish(error?: Error): void {
    if (this.#over) return;
    this.destroy();
    this.#sink.onEnd(error);
  }
}

function broken(encoding: string, error: Error): TruncatedStreamError {
  const cut = (error as NodeJS.ErrnoException).code === "Z_BUF_ERROR";
  return new TruncatedStreamError(
    cut
      ? `the body broke off: its ${encoding} data is incomplete.`
      : `the body cannot be read: it is not what its content-encoding "${encoding}" says, or was damaged on the way.`,
    { cause: plainCause(error) },
  );
}
