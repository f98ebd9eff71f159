import type { HttpStreamingError } from "../../errors.js";
import type { StreamFormat } from "../../formats/format.js";
import type { Continuation, ContinuationContext, PartialAnswer } from "../request/continuation.js";
import type { DeltaAdapter } from "../answer/delta.js";
import type { AdmissionOptions } from "../retry/admission.js";
import type { Transport } from "../../transport/transport.js";
import type { HeaderSource, ResolvedSettings } from "../settings.js";

/** What the `headers` hook is told about the attempt it is asked for. */
export interface AttemptContext {
  /** 0 for the first attempt. */
  readonly attempt: number;
  /** The error of the attempt before, from the second attempt on. */
  readonly error?: HttpStreamingError | undefined;
  /**
   * The headers that the attempt before was sent with, lower-case names, from the second attempt on. After a
   * 401 they tell whether a token that several calls share was refused, or has been refreshed since.
   */
  readonly sent?: Readonly<Record<string, string>> | undefined;
}

/** What `parseChunk` and `parseResponse` are told about the response. */
export interface ChunkContext {
  /** The record's place in the stream, from 0. */
  readonly index: number;
  /** The HTTP status, 2xx. */
  readonly status: number;
  /** The response's headers, lower-case names: rate limits, request ids, the model's name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The name of the event, in server-sent events and Amazon's event stream; `undefined` where there is none. */
  readonly event: string | undefined;
  /**
   * For what has to be remembered between the records of one answer: a plain object that belongs to the
   * hook. Empty at the start of every attempt but one that goes on with the answer (`continueFrom`).
   */
  readonly state: Record<string, unknown>;
}

/** A provider's error in the author's words, from `parseError`. */
export interface ParsedError {
  /** What the provider says went wrong. */
  message: string;
  /** The provider's own error code. */
  code?: string | number | null | undefined;
  /** The provider's own error type. */
  type?: string | null | undefined;
}

type MaybePromise<T> = T | PromiseLike<T>;

/** One call of a model: the author's hooks bound to one input, and the settings of the call. */
export interface ModelCall<StreamRecord> extends AdmissionOptions {
  /** The model's class, named in every message. */
  readonly modelClass: string;
  /** What is asked of it, in OpenTelemetry's word. */
  readonly operation: "chat" | "text_completion";
  readonly settings: ResolvedSettings;
  readonly transport: Transport;
  /** The stop sequences of the call. */
  readonly stop: readonly string[];
  readonly format: StreamFormat<StreamRecord>;
  /** Waits for a place among the calls that may run at a time; gives what leaves it. */
  readonly enter?: (() => Promise<() => void>) | undefined;
  /** The text that the reader has been given so far. */
  partial(): string;
  /** The texts of the prompt, which no error may show. */
  asked?(): readonly string[];
  endpoint(): MaybePromise<string | URL>;
  payload(): MaybePromise<unknown>;
  /** Header sources, weakest first; asked again for every attempt. `asksAgain` where a hook could give others. */
  headers(context: AttemptContext): MaybePromise<HeaderSource | null | undefined>[];
  readonly hasHeadersHook: boolean;
  parseChunk(record: StreamRecord, context: ChunkContext): unknown;
  parseResponse(body: unknown, context: ChunkContext): unknown;
  parseRecordError?(
    record: unknown,
    context: ChunkContext,
  ): ParsedError | string | null | undefined;
  parseError?(status: number, body: unknown): ParsedError | string | null | undefined;
  /**
   * Forgets what has been given of the answer so far. Present where nobody has seen it: a call that breaks off
   * may then be made again from the start.
   */
  restart?: (() => void) | undefined;
  /** A schema shapes the answer: another beginning cannot be gone on with in the middle. */
  readonly isShaped?: boolean | undefined;
  /** How to go on with an answer that broke off. */
  continueFrom?:
    | ((
        partial: PartialAnswer,
        context: ContinuationContext,
      ) => MaybePromise<Continuation | null | undefined>)
    | undefined;
  shouldRetry?(error: HttpStreamingError, attempt: number): boolean | undefined;
  onFailedAttempt?(error: HttpStreamingError): unknown;
  /** Puts the framework's own marks on an error before anybody sees it. */
  markError?(error: HttpStreamingError): void;
  readonly adapt?: DeltaAdapter;
}
