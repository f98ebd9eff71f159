import { HttpStreamingError } from "../../errors.js";
import type { Delta } from "../delta/delta.js";
import { ContentPace } from "./content-pace.js";
import {
  channels,
  isObserved,
  type AttemptDiagnostics,
  type CallDiagnostics,
  type FailureDiagnostics,
  type CallOutcome,
  type TracingChannels,
} from "./diagnostics.js";

/** Counts the bytes and records of a response while it is read. */
export interface ResponseCounters {
  readonly bytes: number;
  readonly records: number;
}

/** Publishes what happens to one call. Made only where somebody listens when the call begins. */
export class CallObserver {
  static #calls = 0;
  readonly #isBlocking: boolean;
  readonly #call: CallDiagnostics;
  #attempt: AttemptDiagnostics | undefined;
  #counters: ResponseCounters | undefined;
  #pace = new ContentPace();
  #isOver = false;

  /** The call begins. */
  constructor(
    call: Pick<CallDiagnostics, "modelClass" | "operation" | "streaming">,
    isBlocking: boolean,
  ) {
    this.#isBlocking = isBlocking;
    const { modelClass, operation, streaming } = call;
    this.#call = {
      callId: ++CallObserver.#calls,
      modelClass,
      operation,
      streaming,
      startedAt: epochMs(),
      attempts: 0,
      continued: 0,
      bytes: 0,
      records: 0,
    };
    this.#start(channels.call, this.#call);
  }

  /** The hooks have said where to send what. */
  prepared(url: string, model: string | undefined): void {
    this.#call.url = url;
    if (model !== undefined) this.#call.requestModel = model;
  }

  attemptStarted(): void {
    const attempt = this.#call.attempts++;
    this.#attempt = { call: this.#call, attempt, startedAt: epochMs(), bytes: 0, records: 0 };
    this.#start(channels.attempt, this.#attempt);
  }

  headersReceived(status: number, requestId: string | undefined): void {
    const attempt = this.#attempt;
    if (attempt === undefined) return;
    attempt.status = status;
    attempt.headersMs = epochMs() - attempt.startedAt;
    // Also where it has none: that of an earlier request would be quoted to the provider for this one.
    delete this.#call.requestId;
    if (requestId !== undefined) attempt.requestId = this.#call.requestId = requestId;
    channels.headers.publish(attempt);
  }

  /** A body will be read, and counted. */
  reading(counters: ResponseCounters): void {
    this.#counters = counters;
  }

  /** The first content has come, so long after the call's start. */
  firstToken(afterMs: number): void {
    this.#call.timeToFirstTokenMs = afterMs;
    this.#pace.begin();
    if (this.#attempt !== undefined) channels.firstToken.publish(this.#attempt);
  }

  /** Another read gave content. */
  contentCame(): void {
    this.#pace.goOn();
  }

  /** Notes the facts of deltas. */
  noted(deltas: readonly Delta[]): void {
    const call = this.#call;
    for (const { id, model, finishReason, usage } of deltas) {
      if (id !== undefined) call.responseId = id;
      if (model !== undefined) call.responseModel = model;
      if (finishReason !== undefined) call.finishReason = finishReason;
      if (usage !== undefined) call.usage = usage;
    }
  }

  retried(error: unknown, pauseMs: number): void {
    // The answer begins anew.
    const call = this.#call;
    delete call.timeToFirstTokenMs;
    delete call.responseId;
    delete call.responseModel;
    delete call.finishReason;
    delete call.usage;
    call.continued = 0;
    this.#pace = new ContentPace();
    const attempt = call.attempts - 1;
    channels.retry.publish({ call, attempt, error: failureOf(error), pauseMs });
  }

  continued(error: unknown): void {
    this.#call.continued++;
    channels.continue.publish({ call: this.#call, error: failureOf(error) });
  }

  /** The attempt is over, with what it failed with. */
  attemptEnded(error?: unknown): void {
    this.#endAttempt(error === undefined ? "answered" : outcomeOf(error), error);
  }

  #endAttempt(outcome: CallOutcome, error: unknown): void {
    const attempt = this.#attempt;
    if (attempt === undefined) return;
    this.#attempt = undefined;
    const { bytes = 0, records = 0 } = this.#counters ?? {};
    this.#counters = undefined;
    attempt.bytes = bytes;
    attempt.records = records;
    this.#call.bytes += bytes;
    this.#call.records += records;
    this.#end(channels.attempt, attempt, outcome, error);
  }

  /** The call is over, with what it failed with. Only the first end counts. */
  ended(kind: CallOutcome, error?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const outcome = kind === "failed" ? outcomeOf(error) : kind;
    this.#endAttempt(outcome, error);
    Object.assign(this.#call, this.#pace.measures(this.#call.usage?.outputTokens ?? 0));
    this.#end(channels.call, this.#call, outcome, error);
  }

  #start<Message>({ start, end }: TracingChannels<Message>, message: Message): void {
    start.publish(message);
    // All the rest is asynchronous, unless the thread is blocked for it.
    if (!this.#isBlocking) end.publish(message);
  }

  #end<Message extends CallDiagnostics | AttemptDiagnostics>(
    tracing: TracingChannels<Message>,
    message: Message,
    outcome: CallOutcome,
    error: unknown,
  ): void {
    message.outcome = outcome;
    message.durationMs = epochMs() - message.startedAt;
    if (outcome === "failed") {
      message.error = failureOf(error);
      tracing.error.publish(message);
    }
    if (this.#isBlocking) {
      tracing.end.publish(message);
      return;
    }
    tracing.asyncStart.publish(message);
    tracing.asyncEnd.publish(message);
  }
}

/** The observer of a call that begins; `undefined` where nobody listens. */
export function observeCall(
  ...call: ConstructorParameters<typeof CallObserver>
): CallObserver | undefined {
  return isObserved() ? new CallObserver(...call) : undefined;
}

function epochMs(): number {
  return performance.timeOrigin + performance.now();
}

function outcomeOf(error: unknown): CallOutcome {
  return error instanceof Error && error.name.endsWith("AbortError") ? "cancelled" : "failed";
}

/** The facts of an error that hold no content. */
function failureOf(error: unknown): FailureDiagnostics {
  if (!(error instanceof Error)) return { name: typeof error };
  if (!HttpStreamingError.isInstance(error)) return { name: error.name };
  const { name, code } = error;
  const { status, phase, providerCode, providerType } = error as Partial<FailureDiagnostics>;
  return {
    name,
    code,
    ...(status !== undefined && { status }),
    ...(phase !== undefined && { phase }),
    ...(providerCode !== undefined && { providerCode }),
    ...(providerType !== undefined && { providerType }),
  };
}
