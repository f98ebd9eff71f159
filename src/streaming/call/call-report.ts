import type { ResponseHead } from "../../transport/transport.js";
import type { CallObserver } from "../diagnostics/call-observer.js";
import type { CallFacts, Delta } from "../delta/delta.js";
import { hasContent } from "../delta/delta-fields.js";
import type { ModelCall } from "../model-call.js";
import type { RequestBasis } from "../request/build-request.js";
import { shownUrl } from "../request/endpoint.js";
import { requestIdOf } from "../provider/request-id.js";
import { Secrets } from "../redaction/secrets.js";

/** Follows one call: keeps what its answer will say of it. */
export class CallReport<R> {
  readonly #startedAt = performance.now();
  /** Publishes what happens; absent where nobody listens. */
  readonly observer: CallObserver | undefined;
  /** The number of requests that were sent, redirects not counted. */
  attempts = 0;
  #requestId: string | undefined;
  #firstTokenMs: number | undefined;
  #continued = 0;

  /** The call begins. */
  constructor({ modelClass, operation, settings, syncDriver, observe }: ModelCall<R>) {
    const { streaming } = settings;
    this.observer = observe?.({ modelClass, operation, streaming }, syncDriver !== undefined);
  }

  /** The hooks have said where to send what. */
  prepared({ url, model }: RequestBasis): void {
    this.observer?.prepared(shownUrl(url), model);
  }

  /** A request is sent. */
  attemptStarted(): void {
    this.attempts++;
    this.observer?.attemptStarted();
  }

  /** The head of its response has come. */
  headersReceived(
    { status, headers }: ResponseHead,
    url: URL,
    sent: Readonly<Record<string, string>>,
  ): void {
    const requestId = requestIdOf(headers);
    this.#requestId = requestId && new Secrets().add({ headers: sent, url }).redact(requestId);
    this.observer?.headersReceived(status, this.#requestId);
  }

  /** Notes the deltas that a read gave. */
  received(deltas: readonly Delta[]): void {
    if (this.#firstTokenMs === undefined) this.#noteFirst(deltas);
    else if (this.observer !== undefined && deltas.some(hasContent)) this.observer.contentCame();
    this.observer?.noted(deltas);
  }

  /** An attempt has failed, and another will follow after a pause of at least so many ms. */
  retried(error: unknown, pauseMs: number): void {
    this.#firstTokenMs = undefined;
    this.#continued = 0;
    this.observer?.retried(error, pauseMs);
  }

  /** The answer broke off, and the rest of it will be asked for. */
  continued(error: unknown): void {
    this.#continued++;
    this.observer?.continued(error);
  }

  /** The last deltas of the answer, the very last with what there is to say of the call. */
  closing(deltas: readonly Delta[]): readonly Delta[] {
    // Text that was held back until now, for a stop sequence, may be the first.
    if (this.#firstTokenMs === undefined) this.#noteFirst(deltas);
    this.observer?.noted(deltas);
    const last = deltas.at(-1) ?? { text: "" };
    return [...deltas.slice(0, -1), { call: this.#facts(), ...last }];
  }

  #noteFirst(deltas: readonly Delta[]): void {
    if (!deltas.some(hasContent)) return;
    this.#firstTokenMs = performance.now() - this.#startedAt;
    this.observer?.firstToken(this.#firstTokenMs);
  }

  #facts(): CallFacts {
    return {
      ...(this.#requestId !== undefined && { request_id: this.#requestId }),
      attempts: this.attempts,
      ...(this.#continued > 0 && { continued: this.#continued }),
      ...(this.#firstTokenMs !== undefined && {
        time_to_first_token: Math.round(this.#firstTokenMs),
      }),
    };
  }
}
