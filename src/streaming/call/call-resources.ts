import { collectionRegistry } from "#runtime";
import type { Exchange } from "../../transport/transport.js";

/** What a call holds beside memory: its connections, and its places among the calls that may run at a time. */
export class CallResources {
  #exchange: Exchange | undefined;
  /** When the connections before this one are no longer in use. */
  #before: Promise<unknown> | undefined;
  #leaves: (() => void)[] = [];

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

  /** The call has got a place, which `leave` gives on. */
  hold(leave: () => void): void {
    this.#leaves.push(leave);
  }

  /** Closes the connection. */
  close(reason: Error): void {
    this.#exchange?.close(reason);
  }

  /** The call is over: its places are given on as soon as no connection of it is in use. */
  leave(): void {
    const leaves = this.#leaves;
    this.#leaves = [];
    const leaveAll = (): void => {
      for (const leave of leaves) leave();
    };
    if (this.#exchange === undefined) leaveAll();
    else void Promise.all([this.#before, this.#exchange.over]).then(leaveAll);
  }
}

/**
 * Calls whose reader was dropped without a word, and has been collected since: nobody else will close their
 * connections.
 */
export const dropped = /* @__PURE__ */ collectionRegistry<CallResources>((resources) => {
  resources.close(new Error("The reader was dropped before the end of the answer."));
  resources.leave();
});
