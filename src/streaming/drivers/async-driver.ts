import { currentContext } from "#runtime";
import type { ConnectionOptions } from "../../transport/connection.js";
import { DeadlineWatch } from "../../transport/deadline-watch.js";
import {
  timeoutError,
  type BodyReader,
  type Deadline,
  type Exchange,
  type Transport,
} from "../../transport/transport.js";
import { startTimer } from "../../transport/timers.js";
import { CallResources, dropped } from "./call-resources.js";
import type { Delta } from "../delta/delta.js";
import type { Effect, Effects, StreamedBody } from "../effects.js";
import { checkedExchange, headFailure } from "./exchange-check.js";
import { GuardedExchange } from "./guarded-exchange.js";
import { InterruptibleWait } from "./interruptible-wait.js";
import type { PieceReader, PieceSource } from "./pieces.js";

/** The effects for which nothing is waited, so that they are carried out by a call that is at its end. */
const WITHOUT_WAIT: ReadonlySet<Effect["kind"]> = new Set([
  "emit",
  "giveBack",
  "release",
  "abandon",
]);

/**
 * The asynchronous driver: carries out the effects of one model call on an {@link Exchange}. Bytes of a
 * streamed body go from the socket through the pipeline to the reader without a promise in between.
 */
export class AsyncDriver implements PieceSource<Delta>, BodyReader {
  readonly #transport: Transport;
  readonly #connection: ConnectionOptions;
  readonly #effects: Effects<void>;
  /** The context in which hooks run: that in which the call began, not that of the socket. */
  readonly #context = currentContext("MODEL_CALL");
  readonly #resources = new CallResources();
  #body: StreamedBody | undefined;
  #reader: PieceReader<Delta> | undefined;
  #closeReason: Error | undefined;
  #done = false;
  /** The call itself is running: a hook of it may close it, or read. */
  #isRunning = false;
  /** Watches the waits for the network. */
  readonly #watch = new DeadlineWatch(() => this.#resources.exchange?.unattended());
  /** Stops the timer of the call as a whole. */
  #stopTotal: (() => void) | undefined;
  /** The wait for a hook, or a pause. */
  readonly #wait = new InterruptibleWait();
  /** The error that the call ended with while nobody waited for it, until a reader has it. */
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
    this.#reader = reader;
    if (!this.#isRunning) this.#goOn();
  }

  #goOn(): void {
    if (this.#done) this.#tellEnd();
    else if (this.#closeReason !== undefined) this.#reject(this.#closeReason);
    else if (this.#body === undefined) this.#resume();
    else this.#readOn(this.#body);
  }

  /** Ends the call at once: the request is closed, and a pending or later {@link next} gives `reason`. */
  close(reason: Error): void {
    if (this.#done || this.#closeReason !== undefined) return;
    this.#closeReason = reason;
    this.#watch.stop();
    this.#resources.close(reason);
    this.#wait.interrupt(reason);
    // Between two reads nothing will resume the call: it is told here.
    if (this.#reader === undefined && !this.#isRunning) this.#reject(reason);
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
    let deltas: readonly Delta[];
    try {
      deltas = body.push(buffers);
    } catch (error) {
      // Above this is nobody but the socket.
      this.#throw(error);
      return;
    }
    if (deltas.length > 0) this.#handOver(deltas);
    else this.#readOn(body);
  }

  #readOn(body: StreamedBody): void {
    if (body.finished) this.#resume();
    else this.#read(body.deadline());
  }

  #read(deadline: Deadline): void {
    this.#watch.expect(deadline, this.#onLate);
    this.#resources.required().read(this);
  }

  readonly #onLate = (reason: Error): void => {
    this.#resources.required().close(reason);
  };

  #handOver(deltas: readonly Delta[]): void {
    if (this.#closeReason === undefined) this.#takeReader()?.onPieces(deltas);
    else this.#reject(this.#closeReason);
  }

  /** Ends a call that was closed while it did not run, and gives the reader the reason. */
  #reject(reason: Error): void {
    this.#run(() => this.#effects.return());
    this.#releaseResources();
    this.#takeReader()?.onError(reason);
  }

  /** Lets the call run until it yields or ends. Whatever its hooks do meanwhile to this driver has to wait. */
  #run(resume: () => IteratorResult<Effect, void>): IteratorResult<Effect, void> {
    this.#isRunning = true;
    try {
      return resume();
    } finally {
      this.#isRunning = false;
    }
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
      step = this.#run(resume);
    } catch (error) {
      this.#end();
      this.#resources.close(error as Error);
      this.#takeReader()?.onError(this.#closeReason ?? error);
      return;
    }
    if (step.done !== true) {
      this.#perform(step.value);
      return;
    }
    this.#failure = this.#closeReason;
    this.#end();
    this.#tellEnd();
  }

  #end(): void {
    this.#done = true;
    this.#watch.stop();
    this.#releaseResources();
  }

  #releaseResources(): void {
    this.#stopTotal?.();
    dropped.unregister(this);
    this.#resources.end();
  }

  #tellEnd(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure === undefined) this.#takeReader()?.onPieces(undefined);
    else this.#takeReader()?.onError(failure);
  }

  /** The call has taken too long. */
  #expire(reason: Error): void {
    if (this.#done || this.#closeReason !== undefined) return;
    this.#resources.close(reason);
    this.#wait.interrupt(reason);
    // Otherwise that is what the reader waits for.
    if (this.#reader === undefined) this.#endUnobserved(reason);
  }

  /** Ends the call with an error while nobody reads. What it still has to give is void. */
  #endUnobserved(reason: Error): void {
    try {
      let step = this.#run(() => this.#effects.throw(reason));
      // A call that waits for something more is told again.
      while (step.done !== true) {
        const { kind } = step.value;
        step = this.#run(() =>
          WITHOUT_WAIT.has(kind) ? this.#effects.next() : this.#effects.throw(reason),
        );
      }
    } catch (error) {
      this.#failure = this.#closeReason ?? error;
    }
    this.#end();
    this.#onInterrupted?.(this.#failure);
    // A hook of the call may have begun to read.
    if (this.#reader !== undefined) this.#tellEnd();
  }

  #perform(effect: Effect): void {
    if (effect.kind === "emit") {
      this.#handOver(effect.deltas);
    } else if (effect.kind === "settle") {
      this.#await(this.#wait.settle(effect.value, effect.deadline));
      if (this.#closeReason !== undefined) this.#wait.interrupt(this.#closeReason);
    } else if (effect.kind === "hold") {
      // Though the call may be closed by now, a permit that has been got is given back.
      this.#resources.hold(effect.release);
      this.#resume();
    } else if (this.#closeReason === undefined) {
      this.#performUnlessClosed(effect);
    } else {
      this.#throw(this.#closeReason);
    }
  }

  #performUnlessClosed(effect: Exclude<Effect, { kind: "emit" | "settle" | "hold" }>): void {
    switch (effect.kind) {
      case "limit":
        this.#startTotal(effect.deadline);
        this.#resume();
        break;
      case "open":
        this.#open(effect);
        break;
      case "read":
        this.#read(effect.deadline);
        break;
      case "stream":
        this.#body = effect.body;
        this.#readOn(effect.body);
        break;
      case "release":
        this.#resources.release();
        this.#resume();
        break;
      case "abandon":
        this.#resources.abandon();
        this.#resume();
        break;
      case "giveBack":
        this.#resources.giveBack(effect.release);
        this.#resume();
        break;
      case "sleep":
        this.#await(this.#wait.sleep(effect.ms, effect.deadline));
    }
  }

  /** A transport of the author's may throw: the call hears of it, lest it keep what it holds. */
  #open({ request, deadline }: Extract<Effect, { kind: "open" }>): void {
    const { name } = this.#transport;
    let exchange: Exchange;
    try {
      const opened = this.#transport.open(request, this.#connection);
      exchange = new GuardedExchange(checkedExchange(opened, this.#transport), name);
    } catch (error) {
      this.#throw(headFailure(error, name));
      return;
    }
    this.#resources.open(exchange);
    this.#watch.expect(deadline, this.#onLate);
    this.#await(exchange.head());
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
    this.#stopTotal = startTimer(deadline.at - performance.now(), () => {
      this.#expire(timeoutError(deadline));
    });
  }
}
