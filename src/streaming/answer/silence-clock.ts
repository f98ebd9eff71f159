/** The tolerance past the limit while bytes keep arriving: a share of the limit, and at most so many ms. */
const SHARE = 1 / 8;
const LONGEST_EXCESS_MS = 1000;

/**
 * Measures a silence: how long nothing came that counts, while somebody waited for it. What does not count
 * (a keep-alive) does not begin it anew, and a reader who is away does not make it longer: when it comes
 * back, what arrived meanwhile is still to be read.
 */
export class SilenceClock {
  readonly #limitMs: number;
  #leftMs: number;
  /** Waited for when nothing was left. */
  #overMs = 0;
  #heard = -1;
  #waitingSince: number | undefined;

  /** @param limitMs the longest silence, in ms. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
    this.#leftMs = limitMs;
  }

  /** A wait begins; gives how much longer the silence may last, in ms. */
  wait(now = performance.now()): number {
    this.#waitingSince = now;
    return this.#leftMs;
  }

  /**
   * A wait is over. Gives whether the silence has lasted so long that it need not be waited for any more: what
   * comes all the time keeps a timer from ever being the first.
   *
   * @param heard grows with all that counts.
   */
  arrived(heard: number): boolean {
    const since = this.#waitingSince;
    this.#waitingSince = undefined;
    if (heard !== this.#heard) {
      this.#heard = heard;
      this.#leftMs = this.#limitMs;
      this.#overMs = 0;
    } else if (since !== undefined) {
      const waitedMs = performance.now() - since;
      // A thread that was blocked has not waited: what it finds then is read first.
      if (this.#leftMs === 0) this.#overMs += waitedMs;
      this.#leftMs = Math.max(0, this.#leftMs - waitedMs);
    }
    return this.#overMs > Math.min(this.#limitMs * SHARE, LONGEST_EXCESS_MS);
  }
}
