import { SYSTEM_CLOCK, type Clock } from "./clock.js";
import { backoffMs } from "./retry.js";

/** The number of answers in a row that earn one more permit. */
const ANSWERS_PER_PERMIT = 20;
/** A minute: what was learned longer ago is old, and nobody waits for longer while nothing happens. */
const SILENCE_MS = 60_000;
/** The random part of a wait, as a share of it, so that not all clients of a server return at once. */
const JITTER = 0.25;
const LONGEST_JITTER_MS = 5_000;
/** A refusal that takes longer has waited in a queue of the server's, and says nothing of others. */
const LONGEST_VERDICT_MS = 5_000;

/**
 * Adapts the number of calls in flight to what a server takes. It does so as TCP does (additive increase), but
 * gives way by one permit at a time, because a server that refuses says so for every call that is too many.
 * No permit is given twice for one refusal, so n calls on a server that takes any fixed number of them are all
 * answered after at most n + n/k + 1 refusals (k = 20).
 *
 * | what happens | permits for calls in flight | calls that wait |
 * | --- | --- | --- |
 * | nothing was refused yet | `maxConcurrency`, or any number | |
 * | a refusal while others are in flight | one less than were in flight | are held back as long as the server asks, or took to refuse |
 * | a refusal of a call that was alone | one less where they are limited, at least 1 | are held back likewise, and have one refusal more against them |
 * | 20 answers without a refusal | one more, up to `maxConcurrency` | the first goes |
 * | nothing for a minute, while calls wait | as before | the first goes |
 *
 * Nothing for a minute may mean long answers, or a reader who stopped reading one to wait for another that
 * waits here. A refused call keeps its place in the order: first come, first served.
 */
export class RateLimitGate {
  readonly #mostPermits: number;
  readonly #clock: Clock;
  readonly #random: () => number;
  /** The number of calls that may be in flight. */
  #permits: number;
  #inFlight = 0;
  #answersInRow = 0;
  #heldUntil = -Infinity;
  #lastEventAt: number;
  /** Refusals of calls that were alone. */
  #loneRefusals = 0;
  /** Those of them before the last answer: they count no more as failed attempts. */
  #excusedRefusals = 0;
  /** In the order in which they came. */
  readonly #waiting: GateTicket[] = [];
  #stopTimer: (() => void) | undefined;

  /**
   * @param mostPermits more calls than that are never in flight.
   * @param random a number from 0 to 1, for the jitter and the backoff.
   */
  constructor(
    mostPermits = Infinity,
    clock: Clock = SYSTEM_CLOCK,
    random: () => number = () => Math.random(),
  ) {
    this.#mostPermits = mostPermits;
    this.#permits = mostPermits;
    this.#clock = clock;
    this.#random = random;
    this.#lastEventAt = clock.now();
  }

  /** A call that will want to go through. */
  join(order: number): GateTicket {
    return new GateTicket(this, order, this.#loneRefusals);
  }

  /** For how long nobody goes through, in ms. */
  heldMs(): number {
    return Math.max(0, this.#heldUntil - this.#clock.now());
  }

  /** Lets nobody through for a time, in ms, and some jitter. */
  hold(ms: number): void {
    const jitter = this.#random() * Math.min(ms * JITTER, LONGEST_JITTER_MS);
    this.#heldUntil = Math.max(this.#heldUntil, this.#clock.now() + ms + jitter);
  }

  /** Tells whether nobody goes through or waits, and what was learned is old. */
  get isStale(): boolean {
    if (this.#inFlight > 0 || this.#waiting.length > 0) return false;
    return this.#clock.now() > Math.max(this.#heldUntil, this.#lastEventAt + SILENCE_MS);
  }

  /** @ignore Called by the ticket. */
  admit(ticket: GateTicket): boolean {
    this.#insert(ticket);
    this.#letThrough();
    return ticket.isInFlight;
  }

  /** @ignore Called by the ticket. */
  answered(): void {
    this.#inFlight--;
    this.#excusedRefusals = this.#loneRefusals;
    if (++this.#answersInRow >= ANSWERS_PER_PERMIT) this.#addPermit();
    this.#goOn();
  }

  /** @ignore Called by the ticket. */
  refused(retryAfterMs: number | undefined, sentAt: number): void {
    const others = --this.#inFlight;
    this.#answersInRow = 0;
    if (others > 0) {
      this.#permits = Math.min(this.#permits, others);
      // Calls that were sent together are refused together: wait as long as this refusal took, so that the
      // others arrive before a permit is used again.
      const tookMs = Math.min(this.#clock.now() - sentAt, LONGEST_VERDICT_MS);
      this.hold(Math.max(retryAfterMs ?? 0, tookMs));
    } else {
      this.#permits = Math.max(1, this.#permits - 1);
      this.hold(
        retryAfterMs ?? backoffMs(this.#loneRefusals - this.#excusedRefusals, this.#random),
      );
      this.#loneRefusals++;
      this.#dismissSpent();
    }
    this.#goOn();
  }

  /** @ignore Called by the ticket: it leaves the queue, or the server without an answer. */
  left(ticket: GateTicket): void {
    if (ticket.isInFlight) {
      this.#inFlight--;
    } else {
      const at = this.#waiting.indexOf(ticket);
      if (at === -1) return;
      this.#waiting.splice(at, 1);
    }
    this.#goOn();
  }

  /** @ignore How often a call alone was refused, since there was an answer and since the call came. */
  loneRefusalsSince(joinedAt: number): number {
    return this.#loneRefusals - Math.max(joinedAt, this.#excusedRefusals);
  }

  /** Lets a call fail that cannot bear one more refusal, and need not wait for it. */
  #dismissSpent(): void {
    for (const ticket of this.#waiting.filter(({ isSpent }) => isSpent)) {
      this.#waiting.splice(this.#waiting.indexOf(ticket), 1);
      ticket.dismiss();
    }
  }

  #addPermit(): void {
    this.#answersInRow = 0;
    this.#permits = Math.min(this.#permits + 1, this.#mostPermits);
  }

  #goOn(): void {
    this.#lastEventAt = this.#clock.now();
    this.#letThrough();
  }

  #letThrough(): void {
    // Asked once: time goes on, and between two questions the wait could end unseen.
    const held = this.heldMs();
    while (held === 0 && this.#inFlight < this.#permits) {
      const ticket = this.#waiting.shift();
      if (ticket === undefined) break;
      this.#letIn(ticket);
    }
    this.#setTimer(held);
  }

  #letIn(ticket: GateTicket): void {
    this.#inFlight++;
    this.#lastEventAt = this.#clock.now();
    ticket.goThrough(this.#lastEventAt);
  }

  #setTimer(held: number): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    if (this.#waiting.length === 0) return;
    if (held > 0) {
      this.#stopTimer = this.#clock.after(held, () => {
        this.#letThrough();
      });
      return;
    }
    const silence = this.#lastEventAt + SILENCE_MS - this.#clock.now();
    this.#stopTimer = this.#clock.after(Math.max(0, silence), () => {
      const ticket = this.heldMs() === 0 ? this.#waiting.shift() : undefined;
      if (ticket !== undefined) this.#letIn(ticket);
      this.#letThrough();
    });
  }

  #insert(ticket: GateTicket): void {
    const before = this.#waiting.findLastIndex(({ order }) => order < ticket.order);
    this.#waiting.splice(before + 1, 0, ticket);
  }
}

/** One call's way through a gate: {@link acquire}, then one of the three endings, and again for another attempt. */
export class GateTicket {
  readonly #gate: RateLimitGate;
  /** Calls with a lower number go first. */
  readonly order: number;
  readonly #joinedAt: number;
  isInFlight = false;
  #settle: ((acquired: boolean) => void) | undefined;
  /** The refusals that it can bear, of those that count; checked once it was refused itself. */
  #allowance = Infinity;
  #wasRefused = false;
  #sentAt = 0;

  constructor(gate: RateLimitGate, order: number, joinedAt: number) {
    this.#gate = gate;
    this.order = order;
    this.#joinedAt = joinedAt;
  }

  /** The number of refusals that count as failed attempts: those with nobody answered since. */
  get countedRefusals(): number {
    return this.#wasRefused ? this.#gate.loneRefusalsSince(this.#joinedAt) : 0;
  }

  /** Tells whether more was refused than it can bear. */
  get isSpent(): boolean {
    return this.countedRefusals > this.#allowance;
  }

  /**
   * Waits for its turn. `true` at once where it has it; a Promise of `false` means that the server refused all
   * for so long that waiting on would only repeat it.
   *
   * @param allowance how many {@link countedRefusals} it can bear.
   */
  acquire(allowance: number): true | Promise<boolean> {
    if (this.isInFlight) return true;
    this.#allowance = allowance;
    if (this.#gate.admit(this)) return true;
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** The call was answered to its end. */
  answered(): void {
    if (!this.isInFlight) return;
    this.isInFlight = false;
    this.#gate.answered();
  }

  /** The server refused the call, and may have said for how long, in ms. */
  refused(retryAfterMs: number | undefined): void {
    if (!this.isInFlight) return;
    this.isInFlight = false;
    this.#wasRefused = true;
    this.#gate.refused(retryAfterMs, this.#sentAt);
  }

  /** The call failed otherwise, was aborted, or does not want to wait any longer. */
  release(): void {
    this.#gate.left(this);
    this.isInFlight = false;
  }

  /** @ignore Called by the gate. */
  goThrough(at: number): void {
    this.isInFlight = true;
    this.#sentAt = at;
    this.#settle?.(true);
  }

  /** @ignore Called by the gate. */
  dismiss(): void {
    this.#settle?.(false);
  }
}
