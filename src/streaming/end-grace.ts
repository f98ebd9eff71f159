/**
 * How long to wait behind a complete answer for what may follow it: token counts, an end marker. What
 * says something begins the wait anew, a keep-alive does not. Only waiting counts, so a slow reader finds
 * what came while it was away.
 */
export class EndGrace {
  readonly #graceMs: number;
  #leftMs: number;
  #news = -1;
  #waitingSince: number | undefined;

  /** @param graceMs the longest wait, in ms. */
  constructor(graceMs: number) {
    this.#graceMs = graceMs;
    this.#leftMs = graceMs;
  }

  /** A wait begins; gives how long it may last, in ms. */
  wait(): number {
    this.#waitingSince = performance.now();
    return this.#leftMs;
  }

  /**
   * Bytes have come.
   *
   * @param news how many records have said something so far.
   */
  arrived(news: number): void {
    const left = Math.max(0, this.#leftMs - this.#waitedMs());
    this.#leftMs = news === this.#news ? left : this.#graceMs;
    this.#news = news;
  }

  #waitedMs(): number {
    const since = this.#waitingSince;
    this.#waitingSince = undefined;
    return since === undefined ? 0 : performance.now() - since;
  }
}
