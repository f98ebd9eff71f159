/** The network as browsers, workers and edge runtimes have it: `fetch`, and no sockets. */
import { HookError, SynchronousHookError } from "../errors.js";
import type { Delta } from "../streaming/delta/delta.js";
import type { Effects } from "../streaming/effects.js";
import { fetchTransport } from "../transport/fetch/index.js";
import type { Transport } from "../transport/transport.js";
import type { UndiciTransportOptions } from "../transport/undici/index.js";

const HERE = "this is a browser, worker or edge runtime, or a bundle for one.";

/** The transport of a model that names none. */
export const defaultTransport: Transport = /* @__PURE__ */ fetchTransport();

/** Nobody can listen to a call: there are no channels for it. */
export const observeCall = undefined;

/** Refuses: no thread can wait here. Whatever the transport is, a call ends with the error as if it had thrown it. */
export class SyncDriver {
  readonly overdue = false;

  constructor(private readonly effects: Effects<void>) {}

  /** @throws SynchronousHookError always. */
  batches(): Generator<readonly Delta[], void, undefined> {
    // It has to have begun to name its model.
    this.effects.next();
    const refusal = new SynchronousHookError(
      "transport",
      `there is no synchronous path here: ${HERE} Use stream() and invoke().`,
    );
    this.effects.throw(refusal);
    throw refusal;
  }
}

/**
 * Refuses: undici needs the sockets of Node.
 *
 * @throws HookError always.
 */
export function undiciTransport(_options?: UndiciTransportOptions): Transport {
  throw new HookError(
    "transport",
    `undiciTransport() needs the sockets of Node, which are not here: ${HERE} Use fetchTransport(), the default here, and leave transport unset where the same code also runs on Node.`,
  );
}
