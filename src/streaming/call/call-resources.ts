import { collectionRegistry } from "#runtime";
import type { Exchange } from "../../transport/transport.js";

/** The resources of a call beside memory: its connections, and the permits to run beside other calls. */
export class CallResources {
  #exchange: Exchange | undefined;
  /** When the connections before this one are no longer in use. */
  #before: Promise<unknown> | undefined;
  #releases: (() => void)[] = [];

  /** The connection that is being used. */
  get exchange(): Exchange | undefined {
    return this.#exchange;
  }

  /** A request is sent. */
  open(exchange: Exchange): void {
    const last = this.#exchange;
    if (last !== undefined) this.#before = Promise.all([this.#before, last.over]);
    this.#exchange = exchange;
  }

  /** The call has got a permit, which `release` gives back. */
  hold(release: () => void): void {
    this.#releases.push(release);
  }

  /** Closes the connection. */
  close(reason: Error): void {
    this.#exchange?.close(reason);
  }

  /** The call is over: its permits are released as soon as no connection of it is in use. */
  release(): void {
    const releases = this.#releases;
    this.#releases = [];
    const releaseAll = (): void => {
      for (const release of releases) release();
    };
    if (this.#exchange === undefined) releaseAll();
    else void Promise.all([this.#before, this.#exchange.over]).then(releaseAll);
  }
}

/**
 * Calls whose reader was dropped without a word, and has been collected since: nobody else will close their
 * connections.
 */
export const dropped = /* @__PURE__ */ collectionRegistry<CallResources>((resources) => {
  resources.close(new Error("The reader was dropped before the end of the answer."));
  resources.release();
});
