import { TimeoutError, type HttpStreamingError } from "../../errors.js";
import type { Deadline } from "../../transport/transport.js";
import { hold, settle, sleep, type Effects } from "../effects.js";
import type { GateTicket, RateLimitGate } from "./rate-limit-gate.js";
import type { RateLimitGates } from "./rate-limit-gates.js";
import { isRefusal, retryDelayMs } from "./retry.js";
import type { ResolvedSettings } from "../settings/settings.js";

/** The hooks of a call into its admission. */
export interface AdmissionOptions {
  /** The gates of its model; `undefined`: each call waits for itself alone. */
  readonly gates?: RateLimitGates | undefined;
  /** The call blocks the thread: it never waits for others to end, which it keeps from doing so. */
  readonly isBlocking?: boolean | undefined;
  readonly settings: Pick<ResolvedSettings, "maxRetries">;
}

/** One call's way through the gate of its server, over all its attempts, and the count of those that failed. */
export class Admission {
  readonly #gates: RateLimitGates | undefined;
  readonly #isBlocking: boolean;
  readonly #maxRetries: number;
  readonly #order: number;
  #gate: RateLimitGate | undefined;
  #ticket: GateTicket | undefined;
  /** Failed attempts, without the refusals that the gate counts. */
  #failures = 0;
  #lastFailure: unknown;
  /** The server of the gate refused the last attempt. */
  #wasRefused = false;

  constructor({ gates, isBlocking = false, settings }: AdmissionOptions) {
    this.#gates = gates;
    this.#isBlocking = isBlocking;
    this.#maxRetries = settings.maxRetries;
    this.#order = gates?.takeNumber() ?? 0;
  }

  /** Has the call's ticket released when it is over, however it ends. */
  *hold(): Effects<void> {
    if (this.#gates === undefined || this.#isBlocking) return;
    yield* hold(() => {
      this.release();
    });
  }

  /** Waits until an attempt may be sent; gives whether it had to wait. */
  *acquire(
    url: URL,
    headers: Readonly<Record<string, string>>,
    deadline: Deadline,
  ): Effects<boolean> {
    const gate = this.#gates?.gateFor(url, headers);
    if (gate === undefined) return false;
    if (gate !== this.#gate) {
      this.release();
      this.#gate = gate;
      this.#ticket = this.#isBlocking ? undefined : gate.join(this.#order);
    }
    return yield* this.#wait(gate, deadline);
  }

  /** The attempt gave an answer. */
  answered(): void {
    this.#ticket?.answered();
  }

  /**
   * The attempt failed; gives whether that was one failure too many.
   *
   * @param isElsewhere another server failed, which says nothing of the gate of this one.
   */
  failed(error: unknown, isElsewhere = false): boolean {
    this.#lastFailure = error;
    const refused = !isElsewhere && isRefusal(error);
    this.#wasRefused = refused;
    if (refused && this.#ticket !== undefined) {
      this.#ticket.refused(error.retryAfterMs);
    } else {
      this.release();
      this.#failures++;
      if (refused) this.#gate?.hold(retryDelayMs(error, this.#failures - 1));
    }
    return this.#failures + (this.#ticket?.countedRefusals ?? 0) > this.#maxRetries;
  }

  /** The shortest wait before the next attempt, in ms. */
  pauseMs(error: HttpStreamingError): number {
    if (this.#wasRefused && this.#gate !== undefined) return this.#gate.heldMs();
    return retryDelayMs(error, this.#failures - 1);
  }

  /**
   * Waits before another attempt.
   *
   * @throws the error of the last attempt, when all calls of the gate were refused since, too often.
   */
  *pause(ms: number, deadline: Deadline): Effects<void> {
    if (this.#wasRefused && this.#gate !== undefined) {
      yield* this.#wait(this.#gate, deadline);
    } else {
      yield* sleep(ms, deadline);
    }
  }

  /** The call is over, or does not go on here. */
  release(): void {
    this.#ticket?.release();
  }

  *#wait(gate: RateLimitGate, deadline: Deadline): Effects<boolean> {
    try {
      if (this.#ticket === undefined) {
        const held = gate.heldMs();
        if (held > 0) yield* sleep(held, deadline);
        return held > 0;
      }
      const turn = this.#ticket.acquire(this.#maxRetries - this.#failures);
      if (turn === true) return false;
      if (yield* settle("rateLimitGate", turn, deadline)) return true;
    } catch (error) {
      // Why it waited says more than that it did.
      if (TimeoutError.isInstance(error)) error.cause ??= this.#lastFailure ?? othersRefused();
      throw error;
    }
    throw this.#lastFailure as Error;
  }
}

/** Stands for the refusals of other calls, whose errors are theirs. */
function othersRefused(): Error {
  return new Error("The call waited: the server had refused other calls of this model.");
}
