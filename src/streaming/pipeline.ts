import { isDeepStrictEqual } from "node:util";
import {
  ChunkParseError,
  HttpStreamingError,
  ResponseTooLargeError,
  TruncatedStreamError,
} from "../errors.js";
import type { Decoder } from "../formats/format.js";
import {
  forEachDelta,
  mergeUsage,
  modelStreamError,
  TextDelta,
  type Delta,
  type DeltaAdapter,
  type StreamDelta,
  type TokenUsage,
} from "./delta.js";
import { detachedText } from "./detached-text.js";
import { StopGuard } from "./stop-guard.js";
import { ToolCallSorter } from "./tool-calls.js";

const NO_DELTAS: readonly Delta[] = [];

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Whether the provider has to announce the end of an answer. See `endOfStream` of the models. */
export type EndOfStream = "required" | "optional";

/** What a pipeline is made of. */
export interface PipelineParts<Record> {
  readonly decoder: Decoder<Record>;
  /** The author's `parseChunk`, given each record and its index. */
  readonly parseChunk: (record: Record, index: number) => unknown;
  readonly adapt?: DeltaAdapter | undefined;
  /** The stop sequences to enforce. */
  readonly stop: readonly string[];
  readonly endOfStream: EndOfStream | undefined;
  readonly maxResponseBytes: number;
}

/**
 * From bytes to deltas: decoder, `parseChunk`, guard. A synchronous state machine without I/O;
 * both drivers push the bytes of one response and take the deltas that come out.
 *
 * A failure never swallows what came before it in the same bytes: {@link push} gives those deltas,
 * and {@link failure} says that they are the last. So the outcome does not depend on the cuts.
 */
export class ResponsePipeline<Record> {
  readonly #parts: PipelineParts<Record>;
  readonly #guard: StopGuard;
  /** What the bytes at hand have given so far. */
  #out: Delta[] | undefined;
  #bytes = 0;
  #records = 0;
  #emitted = false;
  #id: string | undefined;
  #model: string | undefined;
  readonly #toolCalls = new ToolCallSorter();
  readonly #metadata = new Map<string, unknown>();
  #usage: TokenUsage | undefined;
  #finishReason: string | undefined;
  /** The provider said that the answer is complete. */
  #announced = false;
  /** The provider said that more would come, so it is one that announces the end. */
  #promised = false;
  #failure: Error | undefined;

  constructor(parts: PipelineParts<Record>) {
    this.#parts = parts;
    this.#guard = new StopGuard(parts.stop);
  }

  /** The error that ended the stream, once the deltas before it are out. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** How many bytes have come, after decompression. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many records have come. */
  get records(): number {
    return this.#records;
  }

  /** Whether a stop sequence was found. */
  get stopped(): boolean {
    return this.#guard.stopped;
  }

  /** Whether nothing more is wanted: a stop sequence, or the format's own end marker, was found. */
  get finished(): boolean {
    return this.stopped || this.#parts.decoder.ended === true;
  }

  /** Takes the next bytes of the response and gives the deltas that they complete. */
  push(bytes: Uint8Array): readonly Delta[] {
    return this.#collect(() => {
      const { decoder, maxResponseBytes } = this.#parts;
      const room = maxResponseBytes - this.#bytes;
      this.#bytes += bytes.length;
      const fits = bytes.length <= room;
      this.#takeRecords(decoder.decode(fits ? bytes : bytes.subarray(0, room)));
      if (!fits && !this.finished) throw new ResponseTooLargeError(maxResponseBytes);
    });
  }

  /** Says that the response is complete, or not wanted further, and gives the last deltas. */
  end(): readonly Delta[] {
    return this.#collect(() => {
      if (!this.finished) this.#takeRecords(this.#parts.decoder.flush());
      this.#close();
    });
  }

  /** Gives what is held back of the text: the response broke off, so no stop sequence will come of it. */
  held(): readonly Delta[] {
    return this.#collect(() => {
      this.#emitHeld();
    });
  }

  /** For a server that does not stream: takes the result of `parseResponse` in place of bytes. */
  whole(parse: () => unknown): readonly Delta[] {
    return this.#collect(() => {
      this.#announced = true;
      let result: unknown;
      try {
        result = parse();
      } catch (error) {
        throw parseFailure("parseResponse", error, undefined, 0);
      }
      this.#takeResult(result, "parseResponse");
      this.#close();
    });
  }

  #collect(step: () => void): readonly Delta[] {
    try {
      step();
    } catch (error) {
      // No more text follows that could make a stop sequence of it.
      this.#emitHeld();
      this.#failure = error as Error;
    }
    const out = this.#out;
    this.#out = undefined;
    return out ?? NO_DELTAS;
  }

  #takeRecords(records: Iterable<Record>): void {
    for (const record of records) {
      const index = this.#records++;
      let result: unknown;
      try {
        result = this.#parts.parseChunk(record, index);
      } catch (error) {
        throw parseFailure("parseChunk", error, record, index);
      }
      this.#takeResult(result, "parseChunk");
      if (this.#guard.stopped) return;
    }
  }

  #takeResult(result: unknown, hook: string): void {
    if (typeof result === "string") {
      if (result !== "") this.#takeText(result);
      return;
    }
    forEachDelta(result, hook, this.#parts.adapt, this.#takeDelta);
  }

  #takeText(text: string): void {
    const safe = this.#guard.push(text);
    if (safe !== "") this.#emit(new TextDelta(detachedText(safe)));
  }

  readonly #takeDelta = (delta: StreamDelta): void => {
    if (delta.error) throw modelStreamError(delta.error);
    if (delta.usage) this.#usage = mergeUsage(this.#usage, delta.usage);
    if (delta.finishReason) {
      this.#finishReason = delta.finishReason;
      this.#announced = true;
    }
    if (delta.done === true) this.#announced = true;
    if (delta.done === false) this.#promised = true;
    if (this.#guard.stopped) return;

    const news = this.#newsOf(delta);
    if (news === undefined) {
      if (delta.text) this.#takeText(delta.text);
      return;
    }
    // Anything else than text ends a run of text: what was held back cannot become a stop sequence.
    if (news.reasoning ?? news.toolCalls ?? news.refusal ?? news.blocks) this.#emitHeld();
    const text = delta.text ? detachedText(this.#guard.push(delta.text)) : "";
    this.#emit({ text, ...news });
  };

  /** What a delta says besides its text, without what has been said before; `undefined` for nothing. */
  #newsOf(delta: StreamDelta): Omit<Delta, "text"> | undefined {
    let news: Mutable<Omit<Delta, "text">> | undefined;
    if (delta.id && this.#id === undefined) (news ??= {}).id = this.#id = delta.id;
    if (delta.model && this.#model === undefined) (news ??= {}).model = this.#model = delta.model;
    if (delta.reasoning) (news ??= {}).reasoning = detachedText(delta.reasoning);
    if (delta.refusal) (news ??= {}).refusal = detachedText(delta.refusal);
    if (delta.blocks && delta.blocks.length > 0) (news ??= {}).blocks = delta.blocks;
    if (delta.toolCalls && delta.toolCalls.length > 0) {
      (news ??= {}).toolCalls = this.#toolCalls.sort(delta.toolCalls);
    }
    const metadata = delta.metadata && this.#newMetadata(delta.metadata);
    if (metadata) (news ??= {}).metadata = metadata;
    return news;
  }

  /** Providers repeat facts on every record, and LangChain would join the repetitions to one long string. */
  #newMetadata(metadata: Readonly<globalThis.Record<string, unknown>>) {
    const isNew = ([key, value]: [string, unknown]): boolean =>
      value !== null && value !== undefined && !isDeepStrictEqual(this.#metadata.get(key), value);
    const news = Object.entries(metadata).filter(isNew);
    for (const [key, value] of news) this.#metadata.set(key, value);
    return news.length > 0 ? Object.fromEntries(news) : undefined;
  }

  #emitHeld(): void {
    const text = this.#guard.flush();
    if (text !== "") this.#emit(new TextDelta(text));
  }

  #emit(delta: Delta): void {
    this.#emitted = true;
    if (this.#out === undefined) this.#out = [delta];
    else this.#out.push(delta);
  }

  /** The end: judges whether it may be one, then says once how the answer ended and what it cost. */
  #close(): void {
    this.#emitHeld();
    this.#checkEnd();
    // Where a stop sequence ended the answer here, what the provider said of its longer one does not count.
    const finishReason = this.#guard.stopped ? "stop" : this.#finishReason;
    const isNews = finishReason !== undefined || this.#usage !== undefined;
    if (isNews) {
      this.#emit({
        text: "",
        ...(finishReason !== undefined && { finishReason }),
        ...(this.#usage !== undefined && { usage: this.#usage }),
      });
    } else if (!this.#emitted) {
      // An answer that is empty by announcement is an answer: LangChain takes no chunk at all for a failure.
      this.#emit(new TextDelta(""));
    }
  }

  #checkEnd(): void {
    if (this.#announced || this.finished) return;
    if (this.#records === 0) {
      throw new TruncatedStreamError(
        "the response ended without a single record. An empty answer counts only if the provider says that it is done.",
        { records: 0 },
      );
    }
    if (!this.#emitted) {
      throw new TruncatedStreamError(
        `the response ended after ${this.#records} record(s), none of which gave a token or an end. Check that parseChunk reads the fields that the server sends.`,
        { records: this.#records },
      );
    }
    const required =
      this.#parts.endOfStream === "required" ||
      (this.#parts.endOfStream === undefined && this.#promised);
    if (required) {
      throw new TruncatedStreamError(
        'the response ended before the provider said that the answer was complete (no done, no finishReason, no end marker). If this provider never says so, set endOfStream: "optional".',
        { records: this.#records },
      );
    }
  }
}

/** What a parsing hook threw, as an error that shows where. */
function parseFailure(hook: string, error: unknown, record: unknown, index: number): Error {
  if (HttpStreamingError.isInstance(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new ChunkParseError(
    `${hook} threw on record ${index}: ${reason}`,
    { record, index },
    { cause: error },
  );
}
