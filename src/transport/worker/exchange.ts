/**
 * One request and its response for a thread that waits: the worker runs the asynchronous exchange
 * and posts what it reads; this side takes the messages that are there, or blocks until the
 * worker's signal moves. Posting to the worker works while this thread is blocked, receiving
 * events does not: hence `receiveMessageOnPort`.
 */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { fromWire } from "../../errors.js";
import type { ConnectionOptions } from "../connection.js";
import {
  type Deadline,
  type HttpRequest,
  type ResponseHead,
  type SyncExchange,
  timeoutError,
} from "../transport.js";
import { toPortableOptions, toPortableRequest } from "./portable-request.js";
import { ACKNOWLEDGE_BYTES, type FromWorker, type ToWorker } from "./protocol.js";
import { type TransportWorker, transportWorker } from "./transport-worker.js";

/**
 * Sends a request from a worker, the same request that `startExchange` would send.
 * @param worker only tests give one
 * @throws SynchronousHookError when an option cannot cross to a worker
 */
export function startSyncExchange(
  request: HttpRequest,
  options: ConnectionOptions,
  worker: TransportWorker = transportWorker(),
): SyncExchange {
  const message = { request: toPortableRequest(request), options: toPortableOptions(options) };
  return new WorkerExchange(worker, worker.start(message));
}

/** Exchanges whose reader was dropped without a word, and has been collected since. */
const dropped = new FinalizationRegistry<MessagePort>((port) => {
  port.postMessage({ kind: "close" } satisfies ToWorker);
  port.close();
});

class WorkerExchange implements SyncExchange {
  readonly #worker: TransportWorker;
  readonly #port: MessagePort;
  #head: ResponseHead | undefined;
  #buffers: Uint8Array[] = [];
  #unreported = 0;
  /** Counts the times that the worker was asked to look at its sockets once more, and has. */
  #looksAsked = 0;
  #looked = 0;
  #ended = false;
  #failure: Error | undefined;

  constructor(worker: TransportWorker, port: MessagePort) {
    this.#worker = worker;
    this.#port = port;
    dropped.register(this, port, this);
  }

  head(deadline: Deadline): ResponseHead {
    const looks = this.#looksAsked;
    for (;;) {
      const { signal } = this.#worker;
      this.#receive();
      if (this.#head !== undefined) return this.#head;
      if (this.#failure !== undefined) throw this.#failure;
      this.#wait(signal, deadline, looks);
    }
  }

  read(deadline: Deadline): readonly Uint8Array[] | undefined {
    const looks = this.#looksAsked;
    for (;;) {
      const { signal } = this.#worker;
      this.#receive();
      if (this.#buffers.length > 0) return this.#take();
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#ended) return undefined;
      this.#wait(signal, deadline, looks);
    }
  }

  release(): void {
    if (this.#failure !== undefined || this.#ended) return;
    this.#post({ kind: "release" });
    this.#buffers = [];
    this.#end(undefined);
  }

  close(reason: Error): void {
    this.#buffers = [];
    if (this.#failure === undefined && !this.#ended) {
      // Said in words: a port closes when this thread's event loop runs, which may be much later.
      this.#post({ kind: "close" });
      this.#failure = reason;
    }
    this.#closePort();
  }

  #receive(): void {
    while (!this.#ended && this.#failure === undefined) {
      const received = receiveMessageOnPort(this.#port) as { message: FromWorker } | undefined;
      if (received === undefined) return;
      const { message } = received;
      if (message.kind === "head") this.#head = message.head;
      else if (message.kind === "bytes") this.#buffers.push(message.bytes);
      else if (message.kind === "looked") this.#looked++;
      else this.#end(message.kind === "end" ? undefined : fromWire(message.error));
    }
  }

  #take(): readonly Uint8Array[] {
    const buffers = this.#buffers;
    this.#buffers = [];
    for (const buffer of buffers) this.#unreported += buffer.byteLength;
    if (this.#unreported >= ACKNOWLEDGE_BYTES && !this.#ended) {
      this.#post({ kind: "taken", bytes: this.#unreported });
      this.#unreported = 0;
    }
    return buffers;
  }

  #wait(signal: number, deadline: Deadline, looks: number): void {
    const left = deadline.at - performance.now();
    try {
      if (left > 0) this.#worker.wait(signal, left);
      else this.#lookOnce(signal, deadline, looks);
    } catch (error) {
      this.close(error as Error);
      throw error;
    }
  }

  /**
   * The time is up. But a thread that was stopped, or a worker that was, has heard nothing in the meantime:
   * what waits in the worker's socket counts as come.
   */
  #lookOnce(signal: number, deadline: Deadline, looks: number): void {
    if (deadline.phase === "total" || this.#looked > looks) throw timeoutError(deadline);
    if (this.#looksAsked === looks) {
      this.#looksAsked++;
      this.#post({ kind: "look" });
    }
    this.#worker.wait(signal, Infinity);
  }

  #end(failure: Error | undefined): void {
    this.#ended = true;
    this.#failure = failure;
    this.#closePort();
  }

  #closePort(): void {
    dropped.unregister(this);
    this.#port.close();
  }

  #post(message: ToWorker): void {
    this.#port.postMessage(message);
  }
}
