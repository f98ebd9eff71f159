import { currentContext } from "#runtime";
import type { ConnectionOptions } from "../../transport/connection.js";
import { DeadlineWatch } from "../../transport/deadline-watch.js";
import {
  timeoutError,
  type Exchange,
  type BodyReader,
  type Deadline,
  type Transport,
} from "../../transport/transport.js";
import { startTimer, type Timer } from "../../transport/timers.js";
import { CallResources, dropped } from "./call-resources.js";
import type { Delta } from "../answer/delta.js";
import type { Effect, Effects, StreamedBody } from "./effects.js";
import type { PieceReader, PieceSource } from "./pieces.js";

/**
 * The asynchronous driver: carries out the effects of one model call on an {@link Exchange}. Bytes of a
 * streamed body go from the socket through the pipeline to the reader without a promise in between.
 */
export class AsyncDriver implements PieceSource<Delta>, BodyReader {
  readonly #transport: Transport;
  readonly #connection: ConnectionOptions;
  readonly #effects: Effects<void>;
  /** Where hooks run: the context in which the call began, not that of the socket. */
  readonly #context = currentContext("MODEL_CALL");
  readonly #resources = new CallResources();
  #body: StreamedBody | undefined;
  #reader: PieceReader<Delta> | undefined;
  #closeReason: Error | undefined;
  #done = false;
  /** Watches the waits for the network. */
  readonly #watch = new DeadlineWatch(() => this.#resources.exchange?.unattended());
  /** Of the call as a whole. */
  #totalTimer: Timer | undefined;
  /** Ends a pause or a hook's wait early. */
  #interrupt: ((reason: Error) => void) | undefined;
  /** What the call ended with while nobody waited for it. */
  #failure: unknown;
  #onInterrupted: ((error: unknown) => void) | undefined;

  constructor(effects: Effects<void>, transport: Transport, connection: ConnectionOptions) {
    this.#effects = effects;
    this.#transport = transport;
    this.#connection = connection;
    dropped.register(this, this.#resources, this);
  }

  /** Calls back with the error when the call ends while nobody waits for it; {@link next} gives it, too. */
  whenInterrupted(onInterrupted: (error: unknown) => void): void {
    this.#onInterrupted = onInterrupted;
  }

  /** Goes on with the call and calls the reader back once. One call at a time. */
  next(reader: PieceReader<Delta>): void {
    if (this.#done) {
      this.#tellEnd(reader);
      return;
    }
    this.#reader = reader;
    if (this.#closeReason !== undefined) this.#reject(this.#closeReason);
    else if (this.#body === undefined) this.#resume();
    else this.#readOn(this.#body);
  }

  /** Ends the call at once: the request is closed, and a pending or later {@link next} gives `reason`. */
  close(reason: Error): void {
    if (this.#done || this.#closeReason !== undefined) return;
    this.#closeReason = reason;
    this.#watch.stop();
    this.#resources.close(reason);
    this.#interrupt?.(reason);
    // Between two reads nothing will resume the call: it is told here.
    if (this.#reader === undefined) this.#abandon();
  }

  onBytes(buffers: readonly Uint8Array[] | undefined): void {
    this.#context.runInAsyncScope(this.#takeBytes, this, buffers);
  }

  onFailure(reason: Error): void {
    this.#context.runInAsyncScope(this.#throw, this, reason);
  }

  #takeBytes(buffers: readonly Uint8Array[] | undefined): void {
    this.#watch.met();
    const body = this.#body;
    if (body === undefined || buffers === undefined) {
      this.#resume(buffers);
      return;
    }
    const deltas = body.push(buffers);
    if (deltas.length > 0) this.#handOver(deltas);
    else this.#readOn(body);
  }

  #readOn(body: StreamedBody): void {
    if (body.finished) this.#resume();
    else this.#read(body.deadline());
  }

  #read(deadline: Deadline): void {
    this.#watch.expect(deadline, this.#onLate);
    this.#current.read(this);
  }

  readonly #onLate = (reason: Error): void => {
    this.#current.close(reason);
  };

  #handOver(deltas: readonly Delta[]): void {
    if (this.#closeReason === undefined) this.#takeReader()?.onPieces(deltas);
    else this.#reject(this.#closeReason);
  }

  #reject(reason: Error): void {
    this.#abandon();
    this.#takeReader()?.onError(reason);
  }

  #abandon(): void {
    this.#effects.return();
    this.#releaseResources();
  }

  #takeReader(): PieceReader<Delta> | undefined {
    const reader = this.#reader;
    this.#reader = undefined;
    return reader;
  }

  #resume(result?: unknown): void {
    this.#step(() => this.#effects.next(result));
  }

  #throw(error: unknown): void {
    this.#step(() => this.#effects.throw(error));
  }

  /** Goes on with the call, up to its next effect. */
  #step(resume: () => IteratorResult<Effect, void>): void {
    this.#watch.met();
    this.#body = undefined;
    let step: IteratorResult<Effect, void>;
    try {
      step = resume();
    } catch (error) {
      this.#end();
      this.#resources.close(error as Error);
      this.#takeReader()?.onError(error);
      return;
    }
    if (step.done !== true) {
      this.#perform(step.value);
      return;
    }
    this.#end();
    this.#takeReader()?.onPieces(undefined);
  }

  #end(): void {
    this.#done = true;
    this.#watch.stop();
    this.#releaseResources();
  }

  #releaseResources(): void {
    clearTimeout(this.#totalTimer);
    dropped.unregister(this);
    this.#resources.release();
  }

  #tellEnd(reader: PieceReader<Delta>): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure === undefined) reader.onPieces(undefined);
    else reader.onError(failure);
  }

  /** The call has taken too long. */
  #expire(reason: Error): void {
    if (this.#done || this.#closeReason !== undefined) return;
    this.#resources.close(reason);
    this.#interrupt?.(reason);
    // Otherwise that is what the reader waits for.
    if (this.#reader === undefined) this.#endUnobserved(reason);
  }

  /** Ends the call with an error while nobody reads. What it still has to give is void. */
  #endUnobserved(reason: Error): void {
    try {
      let step = this.#effects.throw(reason);
      // A call that goes on after its error is told again.
      while (step.done !== true)
        step = step.value.kind === "emit" ? this.#effects.next() : this.#effects.throw(reason);
    } catch (error) {
      this.#failure = error;
    }
    this.#end();
    this.#onInterrupted?.(this.#failure);
  }

  #perform(effect: Effect): void {
    if (effect.kind === "emit") {
      this.#handOver(effect.deltas);
    } else if (effect.kind === "settle") {
      this.#await(this.#settle(effect.value, effect.deadline));
    } else if (this.#closeReason === undefined) {
      this.#performOpen(effect);
    } else {
      this.#throw(this.#closeReason);
    }
  }

  #performOpen(effect: Exclude<Effect, { kind: "emit" | "settle" }>): void {
    switch (effect.kind) {
      case "limit":
        this.#startTotal(effect.deadline);
        this.#resume();
        break;
      case "hold":
        this.#resources.hold(effect.release);
        this.#resume();
        break;
      case "open":
        this.#resources.open(this.#transport.open(effect.request, this.#connection));
        this.#watch.expect(effect.deadline, this.#onLate);
        this.#await(this.#current.head());
        break;
      case "read":
        this.#read(effect.deadline);
        break;
      case "stream":
        this.#body = effect.body;
        this.#readOn(effect.body);
        break;
      case "release":
        this.#current.release();
        this.#resume();
        break;
      case "abandon":
        this.#current.close(new Error("The rest of the response is not wanted."));
        this.#resume();
        break;
      case "sleep":
        this.#await(this.#sleep(effect.ms, effect.deadline));
    }
  }

  #await(pending: Promise<unknown>): void {
    pending.then(
      (result) => {
        this.#resume(result);
      },
      (error: unknown) => {
        this.#throw(error);
      },
    );
  }

  #startTotal(deadline: Deadline): void {
    this.#totalTimer = startTimer(deadline.at - performance.now(), () => {
      this.#expire(timeoutError(deadline));
    });
  }

  get #current(): Exchange {
    const { exchange } = this.#resources;
    if (exchange === undefined) throw new Error("No request is open.");
    return exchange;
  }

  async #settle(value: unknown, deadline: Deadline): Promise<unknown> {
    const settled = this.#interruptible(Promise.resolve(value));
    // What a hook's own failure would be after the call's end is nobody's business.
    if (this.#closeReason !== undefined) this.#interrupt?.(this.#closeReason);
    const timer = startTimer(deadline.at - performance.now(), () => {
      this.#interrupt?.(timeoutError(deadline));
    });
    try {
      return await settled;
    } finally {
      clearTimeout(timer);
    }
  }

  async #sleep(ms: number, deadline: Deadline): Promise<void> {
    if (performance.now() + ms > deadline.at) throw timeoutError(deadline);
    let timer: Timer | undefined;
    const pause = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    try {
      await this.#interruptible(pause);
    } finally {
      clearTimeout(timer);
    }
  }

  #interruptible<T>(pending: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#interrupt = reject;
      pending.then(resolve, reject);
    });
  }
}
