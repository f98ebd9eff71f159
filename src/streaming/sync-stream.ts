import { SynchronousHookError } from "../errors.js";
import type { ConnectionOptions } from "../transport/connection.js";
import { timeoutError, type SyncExchange } from "../transport/exchange.js";
import { sleepSync, startSyncExchange } from "../transport/sync-exchange.js";
import type { Delta } from "./delta.js";
import type { Effect, Effects, StreamedBody } from "./effects.js";

/**
 * The synchronous driver: carries out the effects of one model call on a {@link SyncExchange},
 * blocking the thread where the asynchronous driver awaits. Gives batches of deltas, none empty.
 *
 * @param check called before each wait; what it throws ends the call (an aborted signal).
 */
export function* streamModelSync(
  effects: Effects<void>,
  connection: ConnectionOptions,
  check: () => void,
): Generator<readonly Delta[], void, undefined> {
  const driver = new SyncDriver(connection);
  let resume = (): IteratorResult<Effect, void> => effects.next();
  let failure: unknown = new Error("The reader stopped reading.");
  try {
    for (;;) {
      const step = resume();
      if (step.done === true) {
        failure = undefined;
        return;
      }
      const effect = step.value;
      if (effect.kind === "emit") {
        yield effect.deltas;
        resume = () => effects.next();
        continue;
      }
      try {
        check();
        const result =
          effect.kind === "stream"
            ? yield* driver.stream(effect.body, check)
            : driver.perform(effect);
        resume = () => effects.next(result);
      } catch (error) {
        resume = () => effects.throw(error);
      }
    }
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    if (failure !== undefined) {
      driver.close(failure as Error);
      // A reader who leaves does not resume the call: it is told here.
      effects.return();
    }
  }
}

class SyncDriver {
  readonly #connection: ConnectionOptions;
  #exchange: SyncExchange | undefined;

  constructor(connection: ConnectionOptions) {
    this.#connection = connection;
  }

  *stream(
    body: StreamedBody,
    check: () => void,
  ): Generator<readonly Delta[], undefined, undefined> {
    while (!body.finished) {
      check();
      const buffers = this.#current.read(body.deadline());
      if (buffers === undefined) break;
      const deltas = body.push(buffers);
      if (deltas.length > 0) yield deltas;
    }
  }

  perform(effect: Exclude<Effect, { kind: "emit" | "stream" }>): unknown {
    switch (effect.kind) {
      case "settle":
        throw refusePromise(effect.hook, effect.value);
      case "open":
        this.#exchange = startSyncExchange(effect.request, this.#connection);
        return this.#current.head(effect.deadline);
      case "read":
        return this.#current.read(effect.deadline);
      case "release":
        this.#current.release();
        return undefined;
      case "abandon":
        this.#current.close(new Error("The rest of the response is not wanted."));
        return undefined;
      case "sleep":
        if (performance.now() + effect.ms > effect.deadline.at) throw timeoutError(effect.deadline);
        sleepSync(effect.ms);
        return undefined;
    }
  }

  close(reason: Error): void {
    this.#exchange?.close(reason);
  }

  get #current(): SyncExchange {
    if (this.#exchange === undefined) throw new Error("No request is open.");
    return this.#exchange;
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
