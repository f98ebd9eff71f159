/**
 * The main thread's side of the worker. While this thread is blocked no event can tell it that the
 * worker failed to start, died or hangs, so it waits in slices and watches the shared memory: a
 * worker that says it is dead, or whose pulse stands still, is given up and replaced.
 */
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { brotliDecompressSync } from "node:zlib";
import { ConnectionError } from "../../errors.js";
import { accessError } from "../undici/access.js";
import {
  DEAD,
  PULSE,
  SHARED_BYTES,
  SIGNAL,
  STARTING,
  STATE,
  type StartMessage,
} from "./protocol.js";
import { compressedSource } from "./worker-source.js";

/** The time to wait before the worker's pulse is felt. */
const SLICE_MS = 1000;
/** A busy machine stalls a worker for seconds; thirty are no stall any more. */
const SILENCE_MS = 30_000;

let current: TransportWorker | undefined;

/** The one worker of this thread: started at first use, kept, replaced when it has died. */
export function transportWorker(): TransportWorker {
  if (current === undefined || current.dead) {
    const source = brotliDecompressSync(Buffer.from(compressedSource, "base64")).toString();
    current = new TransportWorker(source);
  }
  return current;
}

function startWorker(source: string, workerData: ArrayBufferLike): Worker {
  try {
    return new Worker(source, {
      eval: true,
      name: "http-streaming-llm",
      workerData,
      // Loaders and inspectors of the main thread may need that thread, which is blocked.
      execArgv: [],
    });
  } catch (error) {
    throw accessError(error, "start a worker", ", or use the asynchronous path") ?? error;
  }
}

export class TransportWorker {
  readonly #shared = new Int32Array(new SharedArrayBuffer(SHARED_BYTES));
  readonly #worker: Worker;
  readonly #patienceMs: number;
  #pulse = 0;
  #silentMs = 0;

  constructor(source: string, patienceMs = SILENCE_MS) {
    this.#patienceMs = patienceMs;
    this.#worker = startWorker(source, this.#shared.buffer);
    this.#worker.on("error", () => this.#die());
    this.#worker.on("exit", () => this.#die());
    // After the listeners: they hold the process open.
    this.#worker.unref();
  }

  get dead(): boolean {
    return Atomics.load(this.#shared, STATE) === DEAD;
  }

  /** A number that changes with each message; read it before looking for messages, then `wait`. */
  get signal(): number {
    return Atomics.load(this.#shared, SIGNAL);
  }

  start(message: Omit<StartMessage, "port">): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#worker.postMessage({ ...message, port: port2 } satisfies StartMessage, [port2]);
    return port1;
  }

  /**
   * Blocks until something has happened since `signal` was read, or a part of `ms` has passed.
   * @throws ConnectionError when the worker is gone
   */
  wait(signal: number, ms: number): void {
    const slice = Math.min(ms, SLICE_MS, this.#patienceMs);
    const outcome = this.dead ? "not-equal" : Atomics.wait(this.#shared, SIGNAL, signal, slice);
    if (this.dead)
      throw new ConnectionError("the transport's worker died. The next call starts a new one.");
    const pulse = Atomics.load(this.#shared, PULSE);
    if (outcome !== "timed-out" || pulse !== this.#pulse) {
      this.#pulse = pulse;
      this.#silentMs = 0;
      return;
    }
    // Slices, not the clock: while the machine sleeps, both threads do.
    this.#silentMs += slice;
    if (this.#silentMs >= this.#patienceMs) this.#giveUp();
  }

  /** Ends the worker. Nobody has to: it does not hold the process open. */
  async terminate(): Promise<void> {
    this.#die();
    await this.#worker.terminate();
  }

  #giveUp(): never {
    const started = Atomics.load(this.#shared, STATE) !== STARTING;
    void this.terminate();
    const seconds = this.#patienceMs / 1000;
    throw new ConnectionError(
      started
        ? `the transport's worker gave no sign of life for ${seconds} s and was stopped. The next call starts a new one.`
        : `the transport's worker did not start within ${seconds} s. The synchronous path needs worker threads; where they are not allowed use the asynchronous one.`,
    );
  }

  #die(): void {
    Atomics.store(this.#shared, STATE, DEAD);
  }
}
