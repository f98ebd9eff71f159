import { collectionRegistry } from "#runtime";
import type { Exchange } from "../../transport/transport.js";
import { CurrentExchange } from "./current-exchange.js";

/** The resources of a call beside memory: its connections, and the permits to run beside other calls. */
export class CallResources extends CurrentExchange<Exchange> {
  /** The number of connections in use: those before the current one may still be ending. */
  #inUse = 0;
  readonly #held = new Set<() => void>();
  /** Permits that nothing holds but connections which have not ended yet. */
  #returned: (() => void)[] = [];

  override open(exchange: Exchange): void {
    super.open(exchange);
    this.#inUse++;
    const ended = () => {
      this.#inUse--;
      this.#releaseReturned();
    };
    // However it ended: a permit that is kept is one call less for good.
    exchange.over.then(ended, ended);
  }

  /** The call has got a permit, which `release` gives back. */
  hold(release: () => void): void {
    this.#held.add(release);
  }

  /** The call gives a permit back: it is released as soon as no connection of the call is in use. */
  giveBack(release: () => void): void {
    if (this.#held.delete(release)) this.#returned.push(release);
    this.#releaseReturned();
  }

  /** The call is over: its permits are released as soon as no connection of it is in use. */
  end(): void {
    this.#returned.push(...this.#held);
    this.#held.clear();
    this.#releaseReturned();
  }

  #releaseReturned(): void {
    if (this.#inUse > 0) return;
    const releases = this.#returned;
    this.#returned = [];
    for (const release of releases) release();
  }
}

/**
 * Calls whose reader was dropped without a word, and has been collected since: nobody else will close their
 * connections.
 */
export const dropped = /* @__PURE__ */ collectionRegistry<CallResources>((resources) => {
  resources.close(new Error("The reader was dropped before the end of the answer."));
  resources.end();
});
