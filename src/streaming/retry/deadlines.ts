import type { TimeoutPhase } from "../../errors.js";
import type { Deadline } from "../../transport/transport.js";
import type { ResolvedSettings } from "../settings/settings.js";

/** An error's body is read no longer: the status alone is news enough. */
const ERROR_BODY_MS = 5_000;

/** Nobody waits for the request that ends a job. */
const LAST_REQUEST_MS = 10_000;

/** The timeouts of one call as moments: each method gives the one that falls first. */
export class Deadlines {
  readonly #timeouts: ResolvedSettings["timeouts"];
  readonly #total: Deadline;
  #firstChunk: Deadline;
  /** One for all reads, moved on with each: an answer has thousands. */
  readonly #idle: Deadline;
  readonly #token: Deadline;

  /** @param total of the call that they are a part of. */
  constructor(timeouts: ResolvedSettings["timeouts"], total?: Deadline) {
    this.#timeouts = timeouts;
    this.#total = total ?? this.#from("total");
    this.#firstChunk = this.#from("firstChunk");
    this.#idle = this.#from("idle");
    this.#token = this.#from("token");
  }

  /** Starts the clock of an attempt's first token. */
  startAttempt(): void {
    this.#firstChunk = this.#from("firstChunk");
  }

  /** For a pause between attempts. */
  total(): Deadline {
    return this.#total;
  }

  /** For the response's head, whose own timeouts the transport keeps. */
  head(): Deadline {
    return earlier(this.#total, this.#firstChunk);
  }

  /** For a read before the first token. */
  firstChunk(): Deadline {
    return earlier(this.head(), this.idle());
  }

  /** For a read after it. Good until the next one is asked for. */
  idle(now = performance.now()): Deadline {
    const idle = this.#idle;
    idle.at = now + idle.timeoutMs;
    return earlier(this.#total, idle);
  }

  /** For a read after it, by when content has to come. */
  token(leftMs: number, now = performance.now()): Deadline {
    const token = this.#token;
    token.at = now + leftMs;
    return earlier(this.idle(now), token);
  }

  /** For a read behind a complete answer, which ends then. */
  ending(graceMs: number): Deadline {
    return earlier(this.idle(), within(graceMs, "idle"));
  }

  /** For all reads of a body that only says why there is no answer. */
  errorBody(): Deadline {
    return earlier(this.idle(), within(ERROR_BODY_MS, "idle"));
  }

  /** For a request that only says that the rest is not wanted. */
  last(): Deadline {
    return within(LAST_REQUEST_MS, "total");
  }

  #from(phase: TimeoutPhase): Deadline {
    return within(this.#timeouts[phase], phase);
  }
}

function within(timeoutMs: number, phase: TimeoutPhase): Deadline {
  return { at: performance.now() + timeoutMs, phase, timeoutMs };
}

function earlier(a: Deadline, b: Deadline): Deadline {
  return a.at <= b.at ? a : b;
}
