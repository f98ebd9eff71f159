import { TimeoutError, type HttpStreamingError } from "../../errors.js";
import type { Deadline } from "../../transport/transport.js";
import type { SyncDriverClass } from "../drivers/sync-driver.js";
import { giveBack, hold, settle, sleep, type Effects } from "../effects.js";
import type { GateTicket, RateLimitGate } from "./rate-limit-gate.js";
import type { Permits } from "./permits.js";
import type { RateLimitGates } from "./rate-limit-gates.js";
import { isRefusal, retryDelayMs } from "./retry.js";
import type { ResolvedSettings } from "../settings/settings.js";

/** The hooks of a call into its admission. */
export interface AdmissionOptions {
  /** The gates of its model; `undefined`: each call waits for itself alone. */
  readonly gates?: RateLimitGates | undefined;
  /** Those for calls beside each other; `undefined`: any number of them. */
  readonly permits?: Permits | undefined;
  /**
   * Carries out the call, and what is sent beside it, where it blocks the thread: such a call never waits for others to
   * end, which it keeps from doing so.
   */
  readonly syncDriver?: SyncDriverClass | undefined;
  readonly settings: Pick<ResolvedSettings, "maxRetries">;
}

/** The number of calls so far. */
let calls = 0;

/**
 * One call's way through the gate of its server, over all its attempts, and the count of those that failed. It has a
 * permit to run beside others, but not while it waits: then it uses no connection.
 */
export class Admission {
  readonly #gates: RateLimitGates | undefined;
  readonly #isBlocking: boolean;
  readonly #maxRetries: number;
  readonly #order = calls++;
  readonly #permits: Permits | undefined;
  /** Releases the permit that it has. */
  #permit: (() => void) | undefined;
  #gate: RateLimitGate | undefined;
  #ticket: GateTicket | undefined;
  /** Failed attempts, without the refusals that the gate counts. */
  #failures = 0;
  #lastFailure: unknown;
  /** The server of the gate refused the last attempt. */
  #wasRefused = false;

  constructor({ gates, permits, syncDriver, settings }: AdmissionOptions) {
    this.#gates = gates;
    this.#isBlocking = syncDriver !== undefined;
    this.#maxRetries = settings.maxRetries;
    // A blocking call keeps others from giving a permit back.
    this.#permits = this.#isBlocking ? undefined : permits;
  }

  /** Waits for a permit; has that and the call's ticket released when it is over, however it ends. */
  *enter(deadline: Deadline): Effects<void> {
    yield* this.#acquirePermit(deadline);
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
      yield* this.#returnPermit();
      yield* sleep(ms, deadline);
      yield* this.#acquirePermit(deadline);
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
      const turn = this.#ticket.acquire(Math.max(0, this.#maxRetries - this.#failures));
      if (turn === true) return false;
      yield* this.#returnPermit();
      if (yield* settle("rateLimitGate", turn, deadline)) {
        yield* this.#acquirePermit(deadline);
        return true;
      }
    } catch (error) {
      // Why it waited says more than that it did.
      if (TimeoutError.isInstance(error)) error.cause ??= this.#lastFailure ?? othersRefused();
      throw error;
    }
    throw this.#lastFailure as Error;
  }

  *#acquirePermit(deadline: Deadline): Effects<void> {
    const permit = this.#permits?.acquire(this.#order);
    if (permit === undefined) return;
    try {
      this.#permit = yield* settle("maxConcurrency", permit, deadline);
    } catch (error) {
      if (TimeoutError.isInstance(error) && this.#lastFailure !== undefined) {
        error.cause ??= this.#lastFailure;
      }
      // The call ended while it waited: the permit is released as soon as it comes.
      void permit.then((release) => {
        release();
      });
      throw error;
    }
    yield* hold(this.#permit);
  }

  *#returnPermit(): Effects<void> {
    if (this.#permit !== undefined) yield* giveBack(this.#permit);
    this.#permit = undefined;
  }
}

/** Stands for the refusals of other calls, whose errors are theirs. */
function othersRefused(): Error {
  return new Error("The call waited: the server had refused other calls of this model.");
}
