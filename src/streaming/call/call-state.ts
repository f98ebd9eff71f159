import type { HttpStreamingError } from "../../errors.js";
import type { Deadline } from "../../transport/transport.js";
import { Admission } from "../retry/admission.js";
import { AnswerRules } from "../answer/answer-rules.js";
import { CallReport } from "./call-report.js";
import type { Deadlines } from "../retry/deadlines.js";
import type { PartialAnswer, PlannedRest } from "../answer/continuation.js";
import type { HookRequest, NextRequest } from "../hooks/hook-types.js";
import type { ModelCall } from "../model-call.js";
import type { BuiltRequest, RequestBasis } from "../request/build-request.js";
import type { HookAccess } from "../request/hook-context.js";
import { isBreak, isRetryable } from "../retry/retry.js";
import { Secrets } from "../redaction/secrets.js";

/** The progress of reading a response. */
interface ResponsePlace {
  /** The last event id of its own; `undefined` before the first. */
  readonly lastEventId: string | undefined;
  /** It ended in the middle of a record. */
  readonly endedInRecord: boolean;
}

/** The requests that hooks send beside a call. */
export interface SideRequests extends HookAccess {
  /** The texts of these that a server must not bring into an error of the call. */
  readonly secrets: Secrets;
  /** Sends a request when the call is over, for which nobody waits. */
  sendLast(request: HookRequest, deadline: Deadline): void;
  /** Ends those that are still on their way. */
  end(): void;
}

/** The state of one call while it runs. */
export class CallState<R> {
  readonly call: ModelCall<R>;
  readonly deadlines: Deadlines;
  readonly admission: Admission;
  readonly report: CallReport<R>;
  /** The request that is being made, or was made last. */
  current: RequestBasis | undefined;
  /** The address to which a redirect has taken it. */
  movedTo: string | undefined;
  /** The object that hooks keep what they remember of this answer in. */
  answerState: Record<string, unknown> = {};
  /** The rules of this answer, over all responses that it is made of. */
  answer: AnswerRules;
  /** The response that is being read. */
  reading: ResponsePlace | undefined;
  /** The reader has a part of the answer: another attempt may only go on with that, unless it can be taken back. */
  delivered = false;
  /** The verdict of the author's `shouldRetry` on the last failure. */
  decision: boolean | undefined;
  /** The number of tries: each but the first follows a failure. */
  tries = 0;
  /** The request that was sent last. */
  lastRequest: BuiltRequest | undefined;
  /** The first request of the call as the hooks gave it: what follows is measured by it. */
  first: RequestBasis | undefined;
  /** The step that a job has come to; `undefined`: its first request. */
  step: NextRequest | undefined;
  /** The number of a job's responses before the one that it waits for. */
  steps = 0;
  /** The request to send when the call ends before its answer. */
  cancel: HookRequest | undefined;
  /** The requests that its hooks send beside it. */
  readonly side: SideRequests;
  /** The errors that say by now what the call knows of them. */
  readonly annotated = new WeakSet<HttpStreamingError>();
  /** The hooks' `context.state` as it was when the step began: empty at the first. */
  #stateAtStep: Record<string, unknown> = {};
  /** Of the responses before the one that is being read. */
  #lastEventId = "";

  constructor(call: ModelCall<R>, deadlines: Deadlines, side: SideRequests) {
    this.call = call;
    this.answer = this.#newAnswer();
    this.deadlines = deadlines;
    this.admission = new Admission(call);
    this.report = new CallReport(call);
    this.side = side;
  }

  /** Another attempt may succeed where this one failed. */
  mayPass(error: HttpStreamingError): boolean {
    return isRetryable(error) || (this.delivered && isBreak(error));
  }

  /** Keeps what a hook has left in its context: plain JavaScript may have put another object there. */
  keep(context: { readonly state: Record<string, unknown> }): void {
    this.answerState = context.state;
  }

  /** A job goes on to its next step, from which a failure begins again. */
  reach(step: NextRequest): void {
    this.step = step;
    this.steps++;
    this.#stateAtStep = copyOf(this.answerState);
    if (step.cancel !== undefined) this.cancel = step.cancel ?? undefined;
  }

  /** Begins the answer anew, or the step of the job that gives it: nobody has seen anything of it. */
  startOver(): void {
    if (this.delivered) this.call.restart?.();
    this.delivered = false;
    this.answerState = copyOf(this.#stateAtStep);
    this.answer = this.#newAnswer();
    this.#lastEventId = "";
    this.reading = undefined;
  }

  /** Goes on with the answer: what comes next is its rest. */
  goOn({ continuation, repeated }: PlannedRest): void {
    this.#lastEventId = this.lastEventId;
    this.reading = undefined;
    this.answer.goOn(repeated, continuation.cursor === true);
  }

  /** The part of the answer that has come, where it broke off. */
  partialAnswer(): PartialAnswer {
    const text = this.partialText;
    return { text, ...this.answer.partial, lastEventId: this.lastEventId };
  }

  /** The id of the last event of the answer: a response without ids leaves that of the one before it. */
  get lastEventId(): string {
    return this.reading?.lastEventId ?? this.#lastEventId;
  }

  /** All text, also what the reader has not been given, for it may become a stop sequence. */
  get partialText(): string {
    return this.call.partial() + this.answer.heldText;
  }

  #newAnswer(): AnswerRules {
    const { deltaRules, stop, settings, continueFrom, format } = this.call;
    const { enforceStop, endOfStream = format.isMarked ? "required" : undefined } = settings;
    return new AnswerRules({
      deltaRules,
      stop: enforceStop ? stop : [],
      endOfStream,
      redact: this.redact,
      keepsReasoning: continueFrom !== undefined,
    });
  }

  /** The texts that a server which echoes must not bring into an error. */
  secrets(): Secrets {
    return new Secrets(this.side.secrets).add({
      headers: this.lastRequest?.headers ?? {},
      url: this.current?.url,
      body: this.current?.body,
      prompts: this.call.promptTexts?.(),
    });
  }

  /** A server's text without what it must not bring into an error. */
  readonly redact = (text: string): string => this.secrets().redact(text);

  /** The call is over: a job whose answer did not come is to stop. */
  end(): void {
    this.side.end();
    if (this.cancel !== undefined) this.side.sendLast(this.cancel, this.deadlines.last());
  }
}

/**
 * A copy that what comes later does not change; of what cannot be cloned, functions for example, only the top level.
 */
function copyOf(state: Readonly<Record<string, unknown>>): Record<string, unknown> {
  try {
    return structuredClone(state);
  } catch {
    return { ...state };
  }
}
