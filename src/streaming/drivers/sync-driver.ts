import { SynchronousHookError } from "../../errors.js";
import type { ConnectionOptions } from "../../transport/connection.js";
import {
  timeoutError,
  type Deadline,
  type HttpRequest,
  type SyncExchange,
  type Transport,
} from "../../transport/transport.js";
import { sleepSync } from "../../transport/timers.js";
import { CurrentExchange } from "./current-exchange.js";
import type { Delta } from "../delta/delta.js";
import type { Effect, Effects } from "../effects.js";
import { checkedSyncExchange, headFailure } from "./exchange-check.js";
import { GuardedSyncExchange } from "./guarded-exchange.js";

/** The class of {@link SyncDriver}s, or one that refuses, where no thread can wait. */
export type SyncDriverClass = new (
  ...args: ConstructorParameters<typeof SyncDriver>
) => Pick<SyncDriver, "batches" | "overdue">;

/**
 * The synchronous driver: carries out the effects of one model call on a {@link SyncExchange}, blocking the
 * thread where the asynchronous driver awaits.
 */
export class SyncDriver {
  readonly #effects: Effects<void>;
  readonly #transport: Transport;
  readonly #connection: ConnectionOptions;
  readonly #closeReason: () => Error | undefined;
  readonly #current = new CurrentExchange<SyncExchange>();
  /** The deadline of the call as a whole. */
  #total: Deadline | undefined;

  /**
   * @param closeReason what the call is to end with at once, if anything (an aborted signal); asked before each wait.
   */
  constructor(
    effects: Effects<void>,
    transport: Transport,
    connection: ConnectionOptions,
    closeReason: () => Error | undefined,
  ) {
    this.#effects = effects;
    this.#transport = transport;
    this.#connection = connection;
    this.#closeReason = closeReason;
  }

  /** Tells whether the call has taken too long. If so, the next batch is the error. */
  get overdue(): boolean {
    return this.#total !== undefined && performance.now() >= this.#total.at;
  }

  /** Batches of deltas, none empty. Leaving them closes the request. */
  *batches(): Generator<readonly Delta[], void, undefined> {
    let resume = (): IteratorResult<Effect, void> => this.#effects.next();
    let failure: unknown = new Error("The reader stopped reading.");
    try {
      for (;;) {
        const step = resume();
        if (step.done === true) break;
        const effect = step.value;
        try {
          const result = yield* this.#perform(effect);
          resume = () => this.#effects.next(result);
        } catch (error) {
          resume = () => this.#effects.throw(error);
        }
      }
      this.#checkClosed();
      failure = undefined;
    } catch (error) {
      failure = this.#closeReason() ?? error;
      throw failure;
    } finally {
      if (failure !== undefined) {
        this.#current.close(failure as Error);
        // A reader who leaves does not resume the call: it is told here.
        this.#effects.return();
      }
    }
  }

  /** Whoever has left a batch early, because the call is over, gets the reason then, and never an end. */
  *#perform(effect: Effect): Generator<readonly Delta[], unknown, undefined> {
    if (effect.kind === "emit") {
      this.#checkClosed();
      yield effect.deltas;
      this.#checkOn();
      return undefined;
    }
    // What has failed says more than that the time is up.
    if (effect.kind === "abandon") this.#checkClosed();
    else this.#checkOn();
    if (effect.kind !== "stream") return this.#do(effect);
    const { body } = effect;
    while (!body.finished) {
      const buffers = this.#current.required().read(body.deadline());
      if (buffers === undefined) break;
      const deltas = body.push(buffers);
      this.#checkClosed();
      if (deltas.length > 0) yield deltas;
      this.#checkOn();
    }
    return undefined;
  }

  /** @throws the reason when the call is to go no further. */
  #checkOn(): void {
    this.#checkClosed();
    if (this.overdue) throw timeoutError(this.#total as Deadline);
  }

  #checkClosed(): void {
    const reason = this.#closeReason();
    if (reason !== undefined) throw reason;
  }

  #do(effect: Exclude<Effect, { kind: "emit" | "stream" }>): unknown {
    switch (effect.kind) {
      case "limit":
        this.#total = effect.deadline;
        return undefined;
      case "settle":
        throw refusePromise(effect.hook, effect.value);
      case "hold":
      case "giveBack":
        // Not on this path: a permit would have to be waited for.
        return undefined;
      case "open":
        this.#current.open(this.#open(effect.request));
        return this.#current.required().head(effect.deadline);
      case "read":
        return this.#current.required().read(effect.deadline);
      case "release":
        this.#current.release();
        return undefined;
      case "abandon":
        this.#current.abandon();
        return undefined;
      case "sleep":
        if (performance.now() + effect.ms > effect.deadline.at) throw timeoutError(effect.deadline);
        sleepSync(effect.ms);
        return undefined;
    }
  }

  #open(request: HttpRequest): SyncExchange {
    const { name } = this.#transport;
    const exchange = this.#openSync(request);
    if (exchange !== undefined) {
      return new GuardedSyncExchange(checkedSyncExchange(exchange, this.#transport), name);
    }
    throw new SynchronousHookError(
      "transport",
      `the transport ${name} has no synchronous path: nothing can wait for it. Use stream() and invoke(), or undiciTransport() on Node.`,
    );
  }

  #openSync(request: HttpRequest): SyncExchange | undefined {
    try {
      return this.#transport.openSync?.(request, this.#connection);
    } catch (error) {
      throw headFailure(error, this.#transport.name);
    }
  }
}

function refusePromise(hook: string, value: unknown): SynchronousHookError {
  // Nobody will await it: its own failure must not surface as an unhandled rejection.
  Promise.resolve(value).catch(() => undefined);
  return new SynchronousHookError(
    hook,
    `${hook} returned a Promise, which the synchronous path cannot wait for. Make ${hook} synchronous, or use stream() and invoke().`,
  );
}
