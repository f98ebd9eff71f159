/**
 * One request and its response over undici's `dispatch()`, the one call that every dispatcher of
 * every major has, and the one without streams: bytes come by callback, wait in a `ByteQueue`, and
 * leave it all at once when the reader asks. When the queue is full its source is paused: the
 * socket, or, for a compressed body, the inflater, whose own full buffers then pause the socket.
 *
 * undici's timeouts are off; the connect and headers timers of {@link BaseExchange} are the only ones.
 */
import type { Socket } from "node:net";
import { HookError } from "../../errors.js";
import { BaseExchange, RELEASED } from "../base-exchange.js";
import type { ConnectionOptions } from "../connection.js";
import type { SocketOf } from "./connectors.js";
import type { RequestControl, ResponseSink } from "./dispatch-handler.js";
import type { Exchange, BodyReader, HttpRequest } from "../transport.js";
import { contentEncodings } from "./content-coding.js";
import { failureBeforeHead } from "./failures.js";
import { brokenBody } from "../network-failure.js";
import { isHttp2 } from "./session-workarounds.js";
import { Inflater } from "./inflate.js";
import { send } from "./send.js";
import { refusedResponse, type RefusedResponse } from "./status-failure.js";

/**
 * Sends a request. Never throws: what is wrong with the request, or with the options, comes out
 * of `head()` like every other failure.
 */
export function startExchange(request: HttpRequest, options: ConnectionOptions): Exchange {
  return new UndiciExchange(request, options);
}

class UndiciExchange extends BaseExchange implements ResponseSink {
  readonly #options: ConnectionOptions;
  readonly #url: string;
  #control: RequestControl | undefined;
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

  constructor(request: HttpRequest, options: ConnectionOptions) {
    super("connecting");
    this.#options = options;
    this.#url = request.url;
    send(request, options, this);
  }

  override read(reader: BodyReader): void {
    if (this.#unreferenced !== undefined) this.#reference();
    if (this.#paused) this.#resume();
    this.queue.read(reader);
  }

  override unattended(): void {
    if (this.phase !== "body" || this.#wireEnded) return;
    const socket = this.#socketOf?.();
    // A connection of HTTP/2 has other readers, too.
    if (socket === undefined || isHttp2(socket)) return;
    this.#unreferenced = socket.unref();
  }

  // What undici reports, after the first two.

  onClient(socketOf: SocketOf): void {
    this.#socketOf = socketOf;
  }

  onDispatch(): boolean {
    if (this.phase === "over") return false;
    this.expect("connect", this.#options.connectTimeoutMs);
    return true;
  }

  onStart(control: RequestControl): void {
    if (this.phase === "over") {
      // Closed while it was connecting or queued: aborted here, it is not sent.
      control.abort(this.failure ?? new Error(RELEASED));
      return;
    }
    this.#control = control;
    if (this.phase !== "connecting") return;
    this.phase = "waiting";
    this.expect("headers", this.#options.headersTimeoutMs);
  }

  onHead(status: number, headers: Record<string, string>): void {
    // A dispatcher of the author's may leave out the start.
    if (this.phase !== "waiting" && this.phase !== "connecting") return;
    this.receive({ status, headers });
    this.#bytesLeft = Number(headers["content-length"] ?? Infinity);
    // An undici from outside may have a parser that kills the process when it is paused and such a
    // connection ends (see socket-workarounds.ts). Memory is the smaller risk.
    this.#mayPause =
      this.#options.dispatcher === undefined || !/\bclose\b/i.test(headers["connection"] ?? "");
    try {
      const encodings = contentEncodings(headers);
      if (encodings.length > 0) this.#inflater = this.#createInflater(encodings);
    } catch (error) {
      // Of the body: a status says what it says, though its words cannot be read.
      this.#endBody(error as Error);
    }
  }

  onBytes(bytes: Uint8Array): void {
    if (!ArrayBuffer.isView(bytes)) {
      this.fail(noBytes(bytes));
      return;
    }
    if (this.phase === "released") {
      this.spendGrace(bytes.byteLength);
    }
    if (this.phase !== "body") return;
    this.#bytesLeft -= bytes.byteLength;
    // Nothing to hold back any more; and paused here, that parser would miss the end of the body.
    if (this.#bytesLeft === 0) this.#mayPause = false;
    if (this.#inflater === undefined) this.#enqueue(bytes);
    else if (!this.#inflater.write(bytes) && this.#mayPause) this.#control?.pause();
  }

  onEnd(): void {
    if (this.phase === "connecting" || this.phase === "waiting") {
      this.onError(new Error("the dispatcher ended the response before its head"));
    } else {
      this.#endWire(undefined);
    }
  }

  onError(error: unknown): void {
    if (this.phase === "over") return;
    if (this.phase === "body" || this.phase === "released") {
      this.#endWire(brokenBody(error));
      return;
    }
    const refused = refusedResponse(error);
    if (refused === undefined) this.fail(failureBeforeHead(error, this.#url, this.#options));
    else this.#takeRefused(refused);
  }

  #takeRefused({ status, headers, body }: RefusedResponse): void {
    this.phase = "waiting";
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
    this.queue.push(bytes);
    const source = this.#inflater ?? (this.#mayPause ? this.#control : undefined);
    if (source === undefined || !this.queue.full) return;
    this.#paused = true;
    source.pause();
  }

  /** A little later: whoever reads may be a hook, called by the parser that would go on from here. */
  #resume(): void {
    this.#paused = false;
    queueMicrotask(() => {
      if (this.#paused) return;
      try {
        (this.#inflater ?? this.#control)?.resume();
      } catch (error) {
        this.onError(error);
      }
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
    if (this.phase === "released") this.finish();
    // What came before a cut is still inflated and read: it is the reader's partial answer.
    else if (this.#inflater !== undefined) this.#inflater.end();
    else this.#endBody(failure);
  }

  #endBody(failure: Error | undefined): void {
    if (this.phase !== "body") return;
    this.queue.end(failure);
    // Compressed data may be complete before the body is.
    if (failure === undefined) this.letBodyEnd();
    else this.finish(failure);
  }

  /** The reader has what it wants: saves the connection if the rest of the body is short. */
  protected override letBodyEnd(): void {
    this.#inflater?.destroy();
    this.#inflater = undefined;
    if (this.#wireEnded) {
      this.finish();
      return;
    }
    this.startGrace();
    this.#resume();
  }

  protected override stop(reason: Error | undefined): void {
    this.#inflater?.destroy();
    this.#inflater = undefined;
    const control = this.#control;
    this.#control = undefined;
    // Comes back as an error, which is ignored by then. Does nothing where the request is over.
    if (reason === undefined || this.#wireEnded) return;
    try {
      control?.abort(reason);
    } catch {
      // A dispatcher of the author's: the call has its reason by now.
    }
  }
}

function noBytes(given: unknown): HookError {
  return new HookError(
    "dispatcher",
    `the dispatcher gave a body of ${typeof given} values. Have it pass on the bytes (Buffer) that it was given.`,
  );
}
