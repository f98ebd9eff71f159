import { type Channel, diagnosticsChannel } from "#runtime";
import type { TokenUsage } from "../delta/stream-delta.js";

/** The outcome of a call or an attempt: `cancelled` by its signal, or by a reader who left. */
export type CallOutcome = "answered" | "failed" | "cancelled";

/** An error as diagnostics show it: no message, because a provider's may quote what it was sent. */
export interface FailureDiagnostics {
  /** The name of the error's class. */
  readonly name: string;
  /** The stable `code` of an error of this package. */
  readonly code?: string;
  /** The status of an `HttpStatusError`. */
  readonly status?: number;
  /** The phase of a `TimeoutError`. */
  readonly phase?: string;
  /** The provider's own error code. */
  readonly providerCode?: string;
  /** The provider's own error type. */
  readonly providerType?: string;
}

/**
 * One call of a model, retries and all. One object from start to end, in which more and more is filled in. Times are in
 * ms.
 */
export interface CallDiagnostics {
  /** Counts the calls of the process. */
  readonly callId: number;
  /** The name of the model's class. */
  readonly modelClass: string;
  /** The kind of operation, in OpenTelemetry's word. */
  readonly operation: "chat" | "text_completion";
  /** `false` for an answer in one piece. */
  readonly streaming: boolean;
  /** Since the epoch. */
  readonly startedAt: number;
  /** The endpoint, without userinfo and query. */
  url?: string;
  /** The `model` that an object payload names. */
  requestModel?: string;
  /** Requests so far; redirects are not counted. */
  attempts: number;
  /** The number of times that an answer which broke off was continued. */
  continued: number;
  /** The provider's id of the last request. */
  requestId?: string;
  /** The provider's id of the answer. */
  responseId?: string;
  /** The model that answered, as the provider names it. */
  responseModel?: string;
  /** Why the answer ended, in the provider's word. */
  finishReason?: string;
  /** The token counts. */
  usage?: TokenUsage;
  /** From the call's start to the first content: text, reasoning, a tool call. */
  timeToFirstTokenMs?: number;
  /** Of all attempts, after decompression. */
  bytes: number;
  /** Of all attempts. */
  records: number;
  /** The silences between two reads that gave content. */
  gaps?: { count: number; meanMs: number; longestMs: number };
  /** From the first content to the last, where the provider counts tokens. */
  tokensPerSecond?: number;
  /** From start to end. */
  durationMs?: number;
  /** Its outcome. */
  outcome?: CallOutcome;
  /** The error that it failed with. */
  error?: FailureDiagnostics;
}

/** One attempt of a call: a request and its response. Filled in like {@link CallDiagnostics}. */
export interface AttemptDiagnostics {
  /** The call that it belongs to. */
  readonly call: CallDiagnostics;
  /** 0 for the first. */
  readonly attempt: number;
  /** Since the epoch, in ms. */
  readonly startedAt: number;
  /** The response's status. */
  status?: number;
  /** The provider's id of the request. */
  requestId?: string;
  /** From its start to the response's headers, in ms. */
  headersMs?: number;
  /** Of the response's body, after decompression. */
  bytes: number;
  /** In the response's body. */
  records: number;
  /** From start to end, in ms. */
  durationMs?: number;
  /** Its outcome. */
  outcome?: CallOutcome;
  /** The error that it failed with. */
  error?: FailureDiagnostics;
}

/** A failed attempt will be followed by another. */
export interface RetryDiagnostics {
  /** The call. */
  readonly call: CallDiagnostics;
  /** The attempt that failed. */
  readonly attempt: number;
  /** The error that it failed with. */
  readonly error: FailureDiagnostics;
  /** The shortest wait of the call, in ms. */
  readonly pauseMs: number;
}

/** An answer broke off, and the rest of it will be asked for. */
export interface ContinueDiagnostics {
  /** The call. */
  readonly call: CallDiagnostics;
  /** The error with which the answer broke off. */
  readonly error: FailureDiagnostics;
}

/**
 * The messages on `node:diagnostics_channel`, by the channel's name. The first ten are the channels of
 * `tracingChannel("http-streaming-llm:call")` and `tracingChannel("http-streaming-llm:attempt")`; `end` is
 * published when the call goes on asynchronously, or, on the synchronous path, at its end.
 */
export interface DiagnosticsMessages {
  "tracing:http-streaming-llm:call:start": CallDiagnostics;
  "tracing:http-streaming-llm:call:end": CallDiagnostics;
  "tracing:http-streaming-llm:call:asyncStart": CallDiagnostics;
  "tracing:http-streaming-llm:call:asyncEnd": CallDiagnostics;
  "tracing:http-streaming-llm:call:error": CallDiagnostics;
  "tracing:http-streaming-llm:attempt:start": AttemptDiagnostics;
  "tracing:http-streaming-llm:attempt:end": AttemptDiagnostics;
  "tracing:http-streaming-llm:attempt:asyncStart": AttemptDiagnostics;
  "tracing:http-streaming-llm:attempt:asyncEnd": AttemptDiagnostics;
  "tracing:http-streaming-llm:attempt:error": AttemptDiagnostics;
  /** The head of a response has come, whatever its status. */
  "http-streaming-llm:attempt:headers": AttemptDiagnostics;
  /** The first content of an answer has come. */
  "http-streaming-llm:attempt:firstToken": AttemptDiagnostics;
  "http-streaming-llm:call:retry": RetryDiagnostics;
  "http-streaming-llm:call:continue": ContinueDiagnostics;
}

function open<Name extends keyof DiagnosticsMessages>(
  name: Name,
): Channel<DiagnosticsMessages[Name]> {
  return diagnosticsChannel(name);
}

/** The channels of one `tracingChannel`. */
export interface TracingChannels<Message> {
  readonly start: Channel<Message>;
  readonly end: Channel<Message>;
  readonly asyncStart: Channel<Message>;
  readonly asyncEnd: Channel<Message>;
  readonly error: Channel<Message>;
}

function openTracing<Message>(name: string): TracingChannels<Message> {
  const channel = (event: string): Channel<Message> =>
    diagnosticsChannel(`tracing:http-streaming-llm:${name}:${event}`);
  return {
    start: channel("start"),
    end: channel("end"),
    asyncStart: channel("asyncStart"),
    asyncEnd: channel("asyncEnd"),
    error: channel("error"),
  };
}

const tracing = {
  call: /* @__PURE__ */ openTracing<CallDiagnostics>("call"),
  attempt: /* @__PURE__ */ openTracing<AttemptDiagnostics>("attempt"),
};

const single = {
  headers: /* @__PURE__ */ open("http-streaming-llm:attempt:headers"),
  firstToken: /* @__PURE__ */ open("http-streaming-llm:attempt:firstToken"),
  retry: /* @__PURE__ */ open("http-streaming-llm:call:retry"),
  continue: /* @__PURE__ */ open("http-streaming-llm:call:continue"),
};

/** All channels. */
export const channels = { ...tracing, ...single } as const;

function listChannels(): readonly { readonly hasSubscribers: boolean }[] {
  const { call, attempt } = tracing;
  return [call, attempt, single].flatMap((some) => Object.values<Channel<never>>({ ...some }));
}

const ALL = /* @__PURE__ */ listChannels();

/** Tells whether anybody listens. */
export function isObserved(): boolean {
  return ALL.some((channel) => channel.hasSubscribers);
}
