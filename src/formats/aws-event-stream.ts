import { utf8Text } from "#runtime";
import { checkOptions, HookError } from "../errors.js";
import {
  copyOf,
  EVENT_STREAM,
  FrameDecoder,
  type AwsEvent,
  type FrameHeaders,
} from "./aws/frames.js";
import type { Decoder, DecoderLimits, StreamFormat } from "./format.js";
import type { PredictingParser } from "./json/fast/predicting-parser.js";
import { JSON_OPTIONS, predictorOf, type JsonFormatOptions } from "./json/json-parser.js";
import { malformed } from "./json/record.js";

/** Options of {@link awsEventStream}. */
export interface AwsEventStreamOptions<Content = never> extends JsonFormatOptions {
  /**
   * The format of the stream that the payloads are pieces of, whatever `:content-type` says. A SageMaker
   * endpoint wraps what its container sends, and cuts it anywhere. Default: each payload stands for itself.
   */
  readonly payload?: StreamFormat<Content> | undefined;
}

/**
 * The messages of Amazon's binary event stream, `application/vnd.amazon.eventstream`: the format of Bedrock,
 * SageMaker and others. With `{ payload: format }` the records of the stream that the payloads are pieces of.
 *
 * Both checksums of a message are verified before anything of it is believed. A message of `:message-type`
 * "exception" or "error" is the provider's error, with its words, its code and its `:exception-type`, and is
 * not shown to `parseChunk`. `context.event` is the `:event-type`. `limits.maxRecordBytes` bounds one message.
 *
 * Bedrock's `InvokeModelWithResponseStream` sends a model's own records as `{ "bytes": base64, "p": padding }`:
 * `parseChunk` has to decode them.
 *
 * @typeParam Payload What a JSON payload holds. It is your word: nothing is checked at run time.
 * @throws ChunkParseError (while decoding) when a checksum is wrong, a message malformed or cut off; `record`
 * holds its bytes, or the text of a payload that is not JSON.
 * @throws RecordTooLargeError (while decoding) when a message is longer than `limits.maxRecordBytes`, as soon as
 * its length is known.
 * @example
 * ```ts
 * format = awsEventStream<ConverseEvent>();
 * parseChunk({ payload }: AwsEvent<ConverseEvent>, { event }: ChunkContext) { ... }
 * ```
 * @see https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export function awsEventStream<Content>(
  options: AwsEventStreamOptions<Content> & { readonly payload: StreamFormat<Content> },
): StreamFormat<Content>;
export function awsEventStream<Payload = unknown>(
  options?: JsonFormatOptions,
): StreamFormat<AwsEvent<Payload>>;
export function awsEventStream(
  options: AwsEventStreamOptions<unknown> = {},
): StreamFormat<unknown> {
  checkOptions("format", EVENT_STREAM, options, { ...JSON_OPTIONS, payload: undefined });
  const { payload } = options;
  if (payload !== undefined && typeof payload.createDecoder !== "function") {
    throw new HookError(
      "format",
      `${EVENT_STREAM}() got a payload that is no format. Call what makes it: { payload: jsonLines() }.`,
    );
  }
  const predictor = predictorOf(options);
  return {
    name: EVENT_STREAM,
    contentTypes: ["application/vnd.amazon.eventstream"],
    isMarked: payload?.isMarked,
    createDecoder: (limits) =>
      payload === undefined
        ? new EventDecoder(limits, predictor)
        : new ContentDecoder(limits, payload.createDecoder(limits)),
  };
}

/** Gives each message as it is. */
class EventDecoder extends FrameDecoder<AwsEvent> {
  constructor(
    limits: DecoderLimits,
    private readonly predictor: PredictingParser | undefined,
  ) {
    super(limits);
  }

  protected takeEvent(headers: FrameHeaders, bytes: Uint8Array, start: number, end: number): void {
    const isJson = headers.isJson && start < end;
    const payload = isJson ? this.#json(bytes, start, end) : copyOf(bytes, start, end);
    this.emitIn(headers.envelope, { headers: { ...headers.values }, payload });
  }

  #json(bytes: Uint8Array, start: number, end: number): unknown {
    const { predictor } = this;
    try {
      if (predictor !== undefined) return predictor.parseBytes(bytes, start, end);
      return JSON.parse(utf8Text(bytes, start, end));
    } catch (cause) {
      const text = utf8Text(bytes, start, end);
      const expected = "expected one JSON value, as the header :content-type says";
      throw malformed(text, { format: EVENT_STREAM, index: this.count }, expected, {
        cause,
        hint: "",
      });
    }
  }
}

/** Gives the records of the stream that the payloads are pieces of. */
class ContentDecoder<T> extends FrameDecoder<T> {
  constructor(
    limits: DecoderLimits,
    private readonly content: Decoder<T>,
  ) {
    super(limits);
  }

  get ended(): boolean {
    return this.content.ended ?? false;
  }

  get markData(): string | undefined {
    return this.content.markData;
  }

  get judgesRest(): boolean {
    return this.content.judgesRest ?? false;
  }

  protected override get isOver(): boolean {
    return this.ended && !this.judgesRest;
  }

  protected takeEvent(_: FrameHeaders, bytes: Uint8Array, start: number, end: number): void {
    this.#takeAll(this.content.decode(bytes.subarray(start, end)));
  }

  protected override finish(): void {
    super.finish();
    this.#takeAll(this.content.flush());
    this.isCut = this.content.isCut ?? false;
  }

  #takeAll(records: Iterable<T>): void {
    const { envelopes } = this.content;
    let at = 0;
    for (const record of records) this.emitIn(envelopes?.[at++], record);
  }
}
