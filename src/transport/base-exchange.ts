import { ByteQueue } from "./byte-queue.js";
import { DeadlineWatch } from "./deadline-watch.js";
import { startTimer } from "./timers.js";
import type { BodyReader, Exchange, ResponseHead } from "./transport.js";

/** The time that a released answer may take to end by itself: about what a new connection would cost. */
const RELEASE_GRACE_MS = 200;
/** The bytes of it that may still come: more would cost more than a new connection. */
const RELEASE_GRACE_BYTES = 64 * 1024;

/** The reason of what is released before its body began. */
export const RELEASED = "the exchange was released";

/** `released`: the reader is done, the connection is being saved. */
type Phase = "connecting" | "waiting" | "body" | "released" | "over";

/**
 * The life of one exchange, the same over every transport: it has one head or one failure, its body waits in a
 * queue for the reader, the rest of a released answer has a short grace, and everything that ends it goes through
 * {@link finish}, so nothing can be left running.
 *
 * | phase | what leads out of it |
 * | --- | --- |
 * | `connecting` | the request is on its way: `waiting` (where the transport tells) |
 * | `waiting` | {@link receive}: `body` |
 * | `body` | {@link startGrace}: `released` |
 * | any | {@link finish}, {@link fail}: `over` |
 */
export abstract class BaseExchange implements Exchange {
  protected readonly queue = new ByteQueue();
  protected phase: Phase;
  protected failure: Error | undefined;
  readonly over: Promise<void>;
  #resolveOver!: () => void;
  readonly #head: Promise<ResponseHead>;
  #resolveHead!: (head: ResponseHead) => void;
  #rejectHead!: (reason: Error) => void;
  /** Watches the waits for the connection and for the headers. */
  readonly #watch = new DeadlineWatch();
  #stopGrace: (() => void) | undefined;
  #graceBytes = RELEASE_GRACE_BYTES;

  constructor(phase: Phase) {
    this.phase = phase;
    this.#head = new Promise((resolve, reject) => {
      this.#resolveHead = resolve;
      this.#rejectHead = reject;
    });
    this.over = new Promise((resolve) => {
      this.#resolveOver = resolve;
    });
    // The reader may only ever call read(), or nothing; the failure is not unhandled then.
    this.#head.catch(() => {});
  }

  head(): Promise<ResponseHead> {
    return this.#head;
  }

  abstract read(reader: BodyReader): void;

  abstract unattended(): void;

  release(): void {
    if (this.phase === "over" || this.phase === "released") return;
    if (this.phase !== "body") {
      this.close(new Error(RELEASED));
      return;
    }
    this.queue.discard();
    this.letBodyEnd();
  }

  close(reason: Error): void {
    if (this.phase !== "over") {
      this.fail(reason);
    } else if (this.failure === undefined) {
      // All had arrived. What was not read yet is dropped.
      this.failure = reason;
      this.queue.discard(reason);
    }
  }

  /** Nobody reads the rest of the body: lets it end, by {@link startGrace} where that may take a while. */
  protected abstract letBodyEnd(): void;

  /** Lets go of what the transport holds; `reason` where the exchange has not ended well. */
  protected abstract stop(reason: Error | undefined): void;

  /** A wait begins, for the connection or for the headers. */
  protected expect(phase: "connect" | "headers", timeoutMs: number): void {
    this.#watch.stop();
    if (timeoutMs === 0 || timeoutMs === Infinity) return;
    this.#watch.expect({ at: performance.now() + timeoutMs, phase, timeoutMs }, this.#onLate);
  }

  /** The head has come. */
  protected receive(head: ResponseHead): void {
    this.#watch.stop();
    this.phase = "body";
    this.#resolveHead(head);
  }

  protected startGrace(): void {
    this.phase = "released";
    this.#stopGrace = startTimer(RELEASE_GRACE_MS, () => this.close(new Error(RELEASED)));
  }

  /** So many bytes of a released answer have come. */
  protected spendGrace(bytes: number): void {
    this.#graceBytes -= bytes;
    if (this.#graceBytes < 0) this.close(new Error(RELEASED));
  }

  /** Over at once: what is queued is dropped. */
  protected fail(reason: Error): void {
    if (this.phase === "over") return;
    // A released reader has had its end.
    if (this.phase !== "released") this.queue.discard(reason);
    this.finish(reason);
  }

  protected finish(reason?: Error): void {
    this.phase = "over";
    this.failure = reason;
    this.#resolveOver();
    this.#watch.stop();
    this.#stopGrace?.();
    if (reason !== undefined) this.#rejectHead(reason);
    this.stop(reason);
  }

  readonly #onLate = (reason: Error): void => {
    this.fail(reason);
  };
}
