/**
 * Measures a silence: how long nothing came that counts, while somebody waited for it. What does not count
 * (a keep-alive) does not begin it anew, and a reader who is away does not make it longer: when it comes
 * back, what arrived meanwhile is still to be read.
 */
export class SilenceClock {
  readonly #limitMs: number;
  #leftMs: number;
  #heard = -1;
  #waitingSince: number | undefined;

  /** @param limitMs the longest silence, in ms. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
    this.#leftMs = limitMs;
  }

  /** A wait begins; gives how much longer the silence may last, in ms. */
  wait(): number {
    this.#waitingSince = performance.now();
    return this.#leftMs;
  }

  /**
   * A wait is over.
   *
   * @param heard grows with all that counts.
   */
  arrived(heard: number): void {
    const since = this.#waitingSince;
    this.#waitingSince = undefined;
    if (heard !== this.#heard) {
      this.#heard = heard;
      this.#leftMs = this.#limitMs;
    } else if (since !== undefined) {
      this.#leftMs = Math.max(0, this.#leftMs - (performance.now() - since));
    }
  }
}
