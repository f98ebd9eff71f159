import { collectionRegistry } from "#runtime";
import type { Exchange } from "../../transport/transport.js";
import { CurrentExchange } from "./current-exchange.js";

/** The resources of a call beside memory: its connections, and the permits to run beside other calls. */
export class CallResources extends CurrentExchange<Exchange> {
  /** The number of connections in use: those before the current one may still be ending. */
  #inUse = 0;
  #isOver = false;
  #releases: (() => void)[] = [];

  override open(exchange: Exchange): void {
    super.open(exchange);
    this.#inUse++;
    const ended = () => {
      this.#inUse--;
      this.#releasePermits();
    };
    // However it ended: a permit that is kept is one call less for good.
    exchange.over.then(ended, ended);
  }

  /** The call has got a permit, which `release` gives back. */
  hold(release: () => void): void {
    this.#releases.push(release);
  }

  /** The call is over: its permits are released as soon as no connection of it is in use. */
  end(): void {
    this.#isOver = true;
    this.#releasePermits();
  }

  #releasePermits(): void {
    if (!this.#isOver || this.#inUse > 0) return;
    const releases = this.#releases;
    this.#releases = [];
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
