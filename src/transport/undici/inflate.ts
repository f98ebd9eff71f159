/**
 * Undoes `content-encoding`. Each coding is a stage, several are chained. zlib gives out what it can
 * after each write, so a token the server flushed comes out at once. Memory is bounded by the stages'
 * own buffers: a paused output stops the inflating, not only the reading, and so a few kilobytes that
 * stand for gigabytes cost nothing until somebody reads them.
 *
 * A server that compresses every event by itself sends many members, one after the other. Of most
 * codings a zlib stream reads one, and leaves the rest without a word: a stage keeps what it has
 * written until it is known to be read, and begins anew with what a member left.
 */
import { TruncatedStreamError } from "../../errors.js";
import { DECODERS, type ZlibStream } from "./content-coding.js";
import { plainCause } from "../network-failure.js";

/** Receives the inflated bytes. */
export interface InflaterSink {
  onBytes(bytes: Uint8Array): void;
  /** The input may go on. */
  onDrain(): void;
  /** The end of the output; with an error when the input was cut or corrupt. */
  onEnd(error?: Error): void;
}

/** Members in a row without content: each costs us far more than its byte costs the server. */
const MOST_EMPTY_MEMBERS = 1000;

/** Undoes one coding after the other, at least one, in the order of undoing. */
export class Inflater {
  readonly #stages: readonly Stage[];
  readonly #sink: InflaterSink;
  #over = false;

  constructor(codings: readonly string[], sink: InflaterSink) {
    this.#sink = sink;
    this.#stages = codings.map((coding, index) => new Stage(coding, this.#sinkOf(index)));
  }

  /** `false`: no more input, please, until `onDrain`. */
  write(bytes: Uint8Array): boolean {
    return this.#over || (this.#stages[0]?.write(bytes) ?? true);
  }

  end(): void {
    this.#stages[0]?.end();
  }

  pause(): void {
    this.#stages.at(-1)?.pause();
  }

  resume(): void {
    this.#stages.at(-1)?.resume();
  }

  destroy(): void {
    this.#over = true;
    for (const stage of this.#stages) stage.destroy();
  }

  /** A stage's output is the next one's input, and what holds that up holds up the stage. */
  #sinkOf(index: number): InflaterSink {
    return {
      onBytes: (bytes) => {
        if (this.#over) return;
        const next = this.#stages[index + 1];
        if (next === undefined) this.#sink.onBytes(bytes);
        else if (!next.write(bytes)) this.#stages[index]?.pause();
      },
      onDrain: () => {
        if (this.#over) return;
        if (index === 0) this.#sink.onDrain();
        else this.#stages[index - 1]?.resume();
      },
      onEnd: (error) => {
        const next = this.#stages[index + 1];
        if (error === undefined && next !== undefined) next.end();
        else this.#finish(error);
      },
    };
  }

  #finish(error: Error | undefined): void {
    if (this.#over) return;
    this.destroy();
    this.#sink.onEnd(error);
  }
}

/** Undoes one coding: a chain of members, each a zlib stream of its own. */
class Stage {
  readonly #coding: string;
  readonly #sink: InflaterSink;
  #stream: ZlibStream | undefined;
  /** The bytes that zlib was given and may not have read yet. */
  #written: Uint8Array[] = [];
  /** The number of bytes that it has read before those. */
  #readBefore = 0;
  #emptyMembers = 0;
  #isFirst = true;
  #inputEnded = false;
  #paused = false;

  constructor(coding: string, sink: InflaterSink) {
    this.#coding = coding;
    this.#sink = sink;
  }

  write(input: Uint8Array): boolean {
    const bytes =
      this.#stream === undefined && !this.#isFirst ? this.#withoutPadding(input) : input;
    const [firstByte] = bytes;
    // Not before there is a byte: an empty body is not a cut one.
    if (firstByte === undefined) return true;
    const stream = (this.#stream ??= this.#begin(firstByte));
    this.#forgetRead(stream);
    this.#written.push(bytes);
    return stream.write(bytes);
  }

  end(): void {
    this.#inputEnded = true;
    if (this.#stream === undefined) this.#sink.onEnd();
    else this.#stream.end();
  }

  pause(): void {
    this.#paused = true;
    this.#stream?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#stream?.resume();
  }

  destroy(): void {
    this.#stream?.destroy();
  }

  #begin(firstByte: number): ZlibStream {
    const stream = (DECODERS[this.#coding] as (firstByte: number) => ZlibStream)(firstByte);
    this.#isFirst = false;
    stream.on("error", (error) => this.#sink.onEnd(broken(this.#coding, error)));
    stream.on("drain", () => this.#sink.onDrain());
    stream.on("data", (bytes: Uint8Array) => {
      this.#emptyMembers = 0;
      this.#sink.onBytes(bytes);
    });
    stream.on("end", () => this.#endMember(stream));
    if (this.#paused) stream.pause();
    return stream;
  }

  /** Takes the rest of a member's bytes for the beginning of the next one. */
  #endMember(stream: ZlibStream): void {
    this.#forgetRead(stream);
    const rest = this.#written;
    const read = stream.bytesWritten - this.#readBefore;
    this.#stream = undefined;
    this.#written = [];
    this.#readBefore = 0;
    stream.destroy();
    if (++this.#emptyMembers > MOST_EMPTY_MEMBERS) {
      this.#sink.onEnd(broken(this.#coding, new Error("thousands of members are empty")));
      return;
    }
    let mayGoOn = true;
    for (const [index, bytes] of rest.entries()) {
      mayGoOn = this.write(index === 0 ? bytes.subarray(read) : bytes);
    }
    if (this.#inputEnded) this.end();
    else if (mayGoOn) this.#sink.onDrain();
  }

  #forgetRead(stream: ZlibStream): void {
    for (;;) {
      const [oldest] = this.#written;
      if (oldest === undefined || this.#readBefore + oldest.length > stream.bytesWritten) return;
      this.#readBefore += oldest.length;
      this.#written.shift();
    }
  }

  /** Zeros may follow a gzip member. */
  #withoutPadding(bytes: Uint8Array): Uint8Array {
    if (!this.#coding.endsWith("gzip")) return bytes;
    const start = bytes.findIndex((byte) => byte !== 0);
    return bytes.subarray(start === -1 ? bytes.length : start);
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
