import { HttpStreamingError, markRetryable } from "../errors.js";
import type { HttpRequest } from "../transport/exchange.js";
import { Deadlines } from "./deadlines.js";
import type { ModelCall } from "./model-call.js";
import { shownUrl } from "./request.js";
import { isRetryable } from "./retry.js";
import { redactChain, secretsOf, textsIn } from "./secrets.js";

/** What one call knows about itself while it runs. */
export class CallState<R> {
  readonly call: ModelCall<R>;
  readonly deadlines: Deadlines;
  url: URL | undefined;
  body: HttpRequest["body"];
  /** Whether the reader has been given anything: from then on nothing is tried again. */
  delivered = false;
  /** What the author's `shouldRetry` said of the last failure. */
  decision: boolean | undefined;
  /** How many requests were sent, redirects not counted. */
  attempts = 0;
  /** The headers of the attempt before, to see whether a refreshed token came. */
  lastHeaders: Readonly<Record<string, string>> = {};
  #explained = new WeakSet<HttpStreamingError>();

  constructor(call: ModelCall<R>) {
    this.call = call;
    this.deadlines = new Deadlines(call.settings.timeouts);
  }

  /** What a server that echoes what it was sent must not bring into an error. */
  secrets(): readonly string[] {
    const asked = [...(this.call.asked?.() ?? []), ...textsIn(this.body)];
    return secretsOf(this.lastHeaders, this.url, asked);
  }

  /** Puts who called what where in front of an error's message, and the partial text on it. */
  explain(error: unknown): void {
    if (!HttpStreamingError.isInstance(error) || this.#explained.has(error)) return;
    this.#explained.add(error);
    error.partial = this.call.partial();
    redactChain(error, this.secrets());
    const { modelClass } = this.call;
    // The error of a signal names the class already.
    if (error.message.startsWith(`${modelClass}: `)) return;
    const target = this.url === undefined ? "" : ` POST ${shownUrl(this.url)}:`;
    error.message = `${modelClass}:${target} ${error.message}`;
  }

  /** The error that the call ends with. */
  conclude(error: unknown): unknown {
    this.explain(error);
    if (HttpStreamingError.isInstance(error)) {
      markRetryable(error, this.decision ?? isRetryable(error));
    }
    if (HttpStreamingError.isInstance(error) && this.attempts > 1 && !this.delivered) {
      error.message += ` Tried ${this.attempts} times.`;
    }
    return error;
  }
}
