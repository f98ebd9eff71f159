import type { HttpStreamingError } from "../errors.js";
import type { StreamFormat } from "../formats/format.js";
import type { Continuation, ContinuationContext, PartialAnswer } from "./answer/continuation.js";
import type { DeltaRules } from "./answer/delta-rules.js";
import type { AdmissionOptions } from "./retry/admission.js";
import type { observeCall } from "./diagnostics/call-observer.js";
import type { Transport } from "../transport/transport.js";
import type {
  AttemptContext,
  ChunkContext,
  HeaderSource,
  HookResponse,
  MaybePromise,
  NextRequest,
  ParsedError,
  PayloadContext,
  RequestContext,
  RequestMethod,
  StepContext,
} from "./hooks/hook-types.js";
import type { ResolvedSettings } from "./settings/settings.js";

/** The author's hooks, bound to one input. */
export interface CallHooks<StreamRecord> {
  endpoint(context: AttemptContext): MaybePromise<string | URL>;
  payload(context: PayloadContext): MaybePromise<unknown>;
  /** Header sources, weakest first. */
  headers(context: RequestContext): MaybePromise<HeaderSource | null | undefined>[];
  /** The author has a `headers` hook, which may sign the body. */
  readonly hasHeadersHook: boolean;
  /** Reads a job's next request out of each response until one is the answer; `null`: this response is. */
  nextRequest?:
    | ((
        response: HookResponse,
        context: StepContext,
      ) => MaybePromise<NextRequest | null | undefined>)
    | undefined;
  parseChunk(record: StreamRecord, context: ChunkContext): unknown;
  parseResponse(body: unknown, context: ChunkContext): unknown;
  /** The author's hook that `parseResponse` asks. */
  readonly responseHook: "parseChunk" | "parseResponse";
  parseRecordError?:
    | ((record: unknown, context: ChunkContext) => ParsedError | string | null | undefined)
    | undefined;
  parseError?(status: number, body: unknown): ParsedError | string | null | undefined;
  /** Makes the request that goes on with an answer that broke off. */
  continueFrom?:
    | ((
        partial: PartialAnswer,
        context: ContinuationContext,
      ) => MaybePromise<Continuation | null | undefined>)
    | undefined;
  shouldRetry?(error: HttpStreamingError, attempt: number): boolean | undefined;
}

/** One call of a model: the author's hooks bound to one input, and the settings of the call. */
export interface ModelCall<StreamRecord> extends CallHooks<StreamRecord>, AdmissionOptions {
  /** The model's class, named in every message. */
  readonly modelClass: string;
  /** The kind of request, in OpenTelemetry's word. */
  readonly operation: "chat" | "text_completion";
  readonly settings: ResolvedSettings;
  readonly transport: Transport;
  readonly method: RequestMethod;
  readonly format: StreamFormat<StreamRecord>;
  /** The stop sequences of the call. */
  readonly stop: readonly string[];
  readonly deltaRules: DeltaRules;
  /** The text that the reader has been given so far. */
  partial(): string;
  /**
   * Forgets what has been given of the answer so far. Present where nobody has seen it: a call that breaks off
   * may then be made again from the start.
   */
  restart?: (() => void) | undefined;
  /** A schema shapes the answer: another beginning cannot be gone on with in the middle. */
  readonly isShaped?: boolean | undefined;
  /** Checks the body of the first request, where it is a text. */
  checkBody?(body: string): void;
  /** The texts of the prompt, which no error may show. */
  readonly promptTexts?: (() => readonly string[]) | undefined;
  readonly onFailedAttempt?: ((error: HttpStreamingError) => unknown) | undefined;
  /** Puts the framework's own marks on an error before anybody sees it. */
  markError?(error: HttpStreamingError): void;
  /** Begins to publish what happens to the call, where there are channels for it. */
  readonly observe?: typeof observeCall | undefined;
}
