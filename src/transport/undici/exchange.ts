/**
 * One request and its response over undici's `dispatch()`, the one call that every dispatcher of
 * every major has, and the one without streams: bytes come by callback, wait in a `ByteQueue`, and
 * leave it all at once when the reader asks. When the queue is full its source is paused: the
 * socket, or, for a compressed body, the inflater, whose own full buffers then pause the socket.
 *
 * undici's timeouts are off; the connect and headers timers here are the only ones. Everything
 * that ends an exchange goes through `#finish`, so nothing can be left running.
 */
import type { Socket } from "node:net";
import { ByteQueue } from "../byte-queue.js";
import { type ConnectionOptions, timerLength } from "../connection.js";
import type { SocketOf } from "./connectors.js";
import { DeadlineWatch } from "../deadline-watch.js";
import type { RequestControl, ResponseSink } from "./dispatch-handler.js";
import type { Exchange, BodyReader, HttpRequest, ResponseHead } from "../transport.js";
import { contentEncodings } from "./content-coding.js";
import { failureBeforeHead } from "./failures.js";
import { brokenBody } from "../network-failure.js";
import { isHttp2 } from "./session-workarounds.js";
import { Inflater } from "./inflate.js";
import { send } from "./send.js";
import { refusedResponse, type RefusedResponse } from "./status-failure.js";
import { startTimer, type Timer } from "../timers.js";

/** How long a released answer may take to end by itself: about what a new connection would cost. */
const RELEASE_GRACE_MS = 200;
/** How much of it may still come: more would cost more than a new connection. */
const RELEASE_GRACE_BYTES = 64 * 1024;

const RELEASED = "the exchange was released";

/**
 * Sends a request. Never throws: what is wrong with the request, or with the options, comes out
 * of `head()` like every other failure.
 */
export function startExchange(request: HttpRequest, options: ConnectionOptions): Exchange {
  return new UndiciExchange(request, options);
}

/** `released`: the reader is done, the connection is being saved. */
type Phase = "connecting" | "waiting" | "body" | "released" | "over";

class UndiciExchange implements Exchange, ResponseSink {
  readonly #options: ConnectionOptions;
  readonly #queue = new ByteQueue();
  readonly #head: Promise<ResponseHead>;
  #resolveHead!: (head: ResponseHead) => void;
  #rejectHead!: (reason: Error) => void;
  readonly over: Promise<void>;
  #resolveOver!: () => void;
  #phase: Phase = "connecting";
  readonly #url: string;
  #control: RequestControl | undefined;
  /** Watches the waits for the connection and for the headers. */
  readonly #watch = new DeadlineWatch();
  #graceTimer: Timer | undefined;
  #inflater: Inflater | undefined;
  #socketOf: SocketOf | undefined;
  /** The socket, while it does not keep the process alive. */
  #unreferenced: Socket | undefined;
  /** The bytes from the socket have ended, or broken off. */
  #wireEnded = false;
  #wireFailure: Error | undefined;
  #paused = false;
  #mayPause = true;
  /** Of the body, when its length is known. */
  #bytesLeft = Infinity;
  #graceBytes = RELEASE_GRACE_BYTES;
  #failure: Error | undefined;

  constructor(request: HttpRequest, options: ConnectionOptions) {
    this.#options = options;
    this.#url = request.url;
    this.#head = new Promise((resolve, reject) => {
      this.#resolveHead = resolve;
      this.#rejectHead = reject;
    });
    this.over = new Promise((resolve) => {
      this.#resolveOver = resolve;
    });
    // The reader may only ever call read(), or nothing; the failure is not unhandled then.
    this.#head.catch(() => {});
    send(request, options, this);
  }

  head(): Promise<ResponseHead> {
    return this.#head;
  }

  read(reader: BodyReader): void {
    if (this.#unreferenced !== undefined) this.#reference();
    if (this.#paused) this.#resume();
    this.#queue.read(reader);
  }

  unattended(): void {
    if (this.#phase !== "body" || this.#wireEnded) return;
    const socket = this.#socketOf?.();
    // A connection of HTTP/2 has other readers, too.
    if (socket === undefined || isHttp2(socket)) return;
    this.#unreferenced = socket.unref();
  }

  release(): void {
    if (this.#phase === "over" || this.#phase === "released") return;
    if (this.#phase !== "body") {
      this.close(new Error(RELEASED));
      return;
    }
    this.#queue.discard();
    this.#letWireEnd();
  }

  close(reason: Error): void {
    if (this.#phase !== "over") {
      this.#fail(reason);
    } else if (this.#failure === undefined) {
      // All had arrived. What was not read yet is dropped.
      this.#failure = reason;
      this.#queue.discard(reason);
    }
  }

  // What undici reports, after the first two.

  onClient(socketOf: SocketOf): void {
    this.#socketOf = socketOf;
  }

  onDispatch(): boolean {
    if (this.#phase === "over") return false;
    this.#expect("connect", this.#options.connectTimeoutMs);
    return true;
  }

  onStart(control: RequestControl): void {
    if (this.#phase === "over") {
      // Closed while it was connecting or queued: aborted here, it is not sent.
      control.abort(this.#failure ?? new Error(RELEASED));
      return;
    }
    this.#control = control;
    if (this.#phase !== "connecting") return;
    this.#phase = "waiting";
    this.#expect("headers", this.#options.headersTimeoutMs);
  }

  onHead(status: number, headers: Record<string, string>): void {
    if (this.#phase !== "waiting") return;
    this.#watch.stop();
    this.#phase = "body";
    this.#bytesLeft = Number(headers["content-length"] ?? Infinity);
    // An undici from outside may have a parser that kills the process when it is paused and such a
    // connection ends (see socket-workarounds.ts). Memory is the smaller risk.
    this.#mayPause =
      this.#options.dispatcher === undefined || !/\bclose\b/i.test(headers["connection"] ?? "");
    this.#resolveHead({ status, headers });
    try {
      const encodings = contentEncodings(headers);
      if (encodings.length > 0) this.#inflater = this.#createInflater(encodings);
    } catch (error) {
      // Of the body: a status says what it says, though its words cannot be read.
      this.#endBody(error as Error);
    }
  }

  onBytes(bytes: Uint8Array): void {
    if (this.#phase === "released") {
      this.#graceBytes -= bytes.byteLength;
      if (this.#graceBytes < 0) this.close(new Error(RELEASED));
    }
    if (this.#phase !== "body") return;
    this.#bytesLeft -= bytes.byteLength;
    // Nothing to hold back any more; and paused here, that parser would miss the end of the body.
    if (this.#bytesLeft === 0) this.#mayPause = false;
    if (this.#inflater === undefined) this.#enqueue(bytes);
    else if (!this.#inflater.write(bytes) && this.#mayPause) this.#control?.pause();
  }

  onEnd(): void {
    this.#endWire(undefined);
  }

  onError(error: unknown): void {
    if (this.#phase === "over") return;
    if (this.#phase === "body" || this.#phase === "released") {
      this.#endWire(brokenBody(error));
      return;
    }
    const refused = refusedResponse(error);
    if (refused === undefined) this.#fail(failureBeforeHead(error, this.#url, this.#options));
    else this.#takeRefused(refused);
  }

  #takeRefused({ status, headers, body }: RefusedResponse): void {
    this.#phase = "waiting";
    this.onHead(status, headers);
    if (body.byteLength > 0) this.onBytes(body);
    this.onEnd();
  }

  #createInflater(encodings: readonly string[]): Inflater {
    return new Inflater(encodings, {
      onBytes: (bytes) => this.#enqueue(bytes),
      onDrain: () => this.#control?.resume(),
      onEnd: (error) => this.#endBody(this.#wireFailure ?? error),
    });
  }

  #enqueue(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    const source = this.#inflater ?? (this.#mayPause ? this.#control : undefined);
    if (source === undefined || !this.#queue.full) return;
    this.#paused = true;
    source.pause();
  }

  /** A little later: whoever reads may be a hook, called by the parser that would go on from here. */
  #resume(): void {
    this.#paused = false;
    queueMicrotask(() => {
      if (!this.#paused) (this.#inflater ?? this.#control)?.resume();
    });
  }

  #reference(): void {
    this.#unreferenced?.ref();
    this.#unreferenced = undefined;
  }

  #endWire(failure: Error | undefined): void {
    // The connection may be used again, and undici thinks that it is as it was.
    this.#reference();
    if (this.#wireEnded) return;
    this.#wireEnded = true;
    this.#wireFailure = failure;
    if (this.#phase === "released") this.#finish();
    // What came before a cut is still inflated and read: it is the reader's partial answer.
    else if (this.#inflater !== undefined) this.#inflater.end();
    else this.#endBody(failure);
  }

  #endBody(failure: Error | undefined): void {
    if (this.#phase !== "body") return;
    this.#queue.end(failure);
    // Compressed data may be complete before the body is.
    if (failure === undefined) this.#letWireEnd();
    else this.#finish(failure);
  }

  /** The reader has what it wants: saves the connection if the rest of the body is short. */
  #letWireEnd(): void {
    this.#inflater?.destroy();
    this.#inflater = undefined;
    if (this.#wireEnded) {
      this.#finish();
      return;
    }
    this.#phase = "released";
    this.#graceTimer = startTimer(RELEASE_GRACE_MS, () => this.close(new Error(RELEASED)));
    this.#resume();
  }

  #expect(phase: "connect" | "headers", timeoutMs: number): void {
    this.#watch.stop();
    const length = timerLength(timeoutMs);
    if (length === undefined) return;
    this.#watch.expect({ at: performance.now() + length, phase, timeoutMs }, this.#onLate);
  }

  readonly #onLate = (reason: Error): void => {
    this.#fail(reason);
  };

  /** Over at once: what is queued is dropped. */
  #fail(reason: Error): void {
    if (this.#phase === "over") return;
    // A released reader has had its end.
    if (this.#phase !== "released") this.#queue.discard(reason);
    this.#finish(reason);
  }

  #finish(reason?: Error): void {
    this.#phase = "over";
    this.#failure = reason;
    this.#resolveOver();
    this.#watch.stop();
    clearTimeout(this.#graceTimer);
    this.#inflater?.destroy();
    this.#inflater = undefined;
    const control = this.#control;
    this.#control = undefined;
    if (reason === undefined) return;
    this.#rejectHead(reason);
    // Comes back as an error, which is ignored by then. Does nothing where the request is over.
    if (!this.#wireEnded) control?.abort(reason);
  }
}
