/**
 * One request and its response over `fetch`. The body is pulled a piece at a time, when the reader asks: so a
 * reader that pauses holds the stream back, and it the socket, as far as the platform's own buffers allow.
 *
 * What `fetch` does not tell, when a connection stands and when it is free again, is not told here either: there
 * is one wait until the headers, and an exchange is over when its body is. Everything that ends an exchange goes
 * through `#finish`, so nothing can be left running.
 */
import { HookError } from "../../errors.js";
import { ByteQueue } from "../byte-queue.js";
import { type ConnectionOptions, timerLength } from "../connection.js";
import { DeadlineWatch } from "../deadline-watch.js";
import { startTimer } from "../timers.js";
import type { BodyReader, Exchange, HttpRequest, ResponseHead } from "../transport.js";
import { BodyCheck, bytesOf } from "./body-check.js";
import { failureAfterHead, failureBeforeHead } from "./failures.js";
import { toFetchRequest } from "./request-init.js";
import { headOf, streamOf } from "./response.js";

/** As in undici's exchange: how long, and how much, the rest of a released answer may be. */
const RELEASE_GRACE_MS = 200;
const RELEASE_GRACE_BYTES = 64 * 1024;

const RELEASED = "the exchange was released";

type Fetch = typeof globalThis.fetch;
interface Piece {
  readonly done: boolean;
  readonly value?: unknown;
}
type BodyStream = ReadableStreamDefaultReader<unknown>;

/** `released`: the reader is done, the connection is being saved. */
type Phase = "waiting" | "body" | "released" | "over";

export class FetchExchange implements Exchange {
  readonly #url: string;
  readonly #queue = new ByteQueue();
  readonly #head: Promise<ResponseHead>;
  #resolveHead!: (head: ResponseHead) => void;
  #rejectHead!: (reason: Error) => void;
  readonly over: Promise<void>;
  #resolveOver!: () => void;
  readonly #aborter = new AbortController();
  /** Watches the wait for the headers. */
  readonly #watch = new DeadlineWatch();
  #graceTimer: ReturnType<typeof startTimer>;
  #graceBytes = RELEASE_GRACE_BYTES;
  #phase: Phase = "waiting";
  #stream: BodyStream | undefined;
  #check: BodyCheck | undefined;
  #pulling = false;
  #failure: Error | undefined;

  /** @param fetch the author's; `undefined` for the platform's. */
  constructor(request: HttpRequest, settings: ConnectionOptions, fetch: Fetch | undefined) {
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
    this.#expectHead(settings.headersTimeoutMs);
    this.#send(request, settings, fetch).catch((error: unknown) => {
      this.#fail(failureBeforeHead(error, this.#url));
    });
  }

  head(): Promise<ResponseHead> {
    return this.#head;
  }

  read(reader: BodyReader): void {
    this.#queue.read(reader);
    this.#pull();
  }

  /** `fetch` shows no socket: one that waits keeps its process alive where sockets do. */
  unattended(): void {}

  release(): void {
    if (this.#phase === "over" || this.#phase === "released") return;
    if (this.#phase !== "body") {
      this.close(new Error(RELEASED));
      return;
    }
    this.#queue.discard();
    this.#phase = "released";
    this.#graceTimer = startTimer(RELEASE_GRACE_MS, () => this.close(new Error(RELEASED)));
    this.#pull();
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

  async #send(
    request: HttpRequest,
    settings: ConnectionOptions,
    fetch: Fetch | undefined,
  ): Promise<void> {
    const { url, init } = await toFetchRequest(request, settings, fetch === undefined);
    if (this.#phase === "over") return;
    // Not as a method of anything: browsers check what it is called on.
    const send = fetch ?? globalThis.fetch;
    if (typeof send !== "function") throw noFetch(send);
    this.#onResponse(await send(url, { ...init, signal: this.#aborter.signal }));
  }

  #onResponse(response: Response): void {
    if (this.#phase === "over") {
      // Closed meanwhile, by a signal that this fetch does not heed.
      response.body?.cancel().catch(() => {});
      return;
    }
    const head = headOf(response);
    this.#stream = streamOf(response)?.getReader();
    this.#watch.stop();
    this.#phase = "body";
    this.#check = new BodyCheck(response.type, head.headers);
    this.#resolveHead(head);
    if (this.#stream === undefined) this.#onEnd();
    else this.#pull();
  }

  /** Asks for a piece where there is one who wants it, and none on its way. */
  #pull(): void {
    if (this.#pulling || this.#stream === undefined) return;
    if (this.#phase !== "released" && !(this.#phase === "body" && this.#queue.awaited)) return;
    this.#pulling = true;
    this.#stream.read().then(this.#onRead, this.#onReadFailed);
  }

  readonly #onRead = ({ done, value }: Piece): void => {
    this.#pulling = false;
    if (this.#phase === "over") return;
    if (done) {
      this.#onEnd();
      return;
    }
    let bytes: Uint8Array;
    try {
      bytes = bytesOf(value);
      this.#check?.add(bytes);
    } catch (error) {
      this.#breakOff(error);
      return;
    }
    this.#onPiece(bytes);
  };

  readonly #onReadFailed = (error: unknown): void => {
    this.#pulling = false;
    this.#breakOff(error);
  };

  #onPiece(bytes: Uint8Array): void {
    if (this.#phase === "released") {
      this.#graceBytes -= bytes.byteLength;
      if (this.#graceBytes < 0) this.close(new Error(RELEASED));
    } else {
      this.#queue.push(bytes);
    }
    // A piece may be empty, and the next one is wanted then.
    this.#pull();
  }

  #onEnd(): void {
    const failure = this.#phase === "body" ? this.#check?.failureAtEnd() : undefined;
    this.#queue.end(failure);
    this.#finish(failure);
  }

  /** What came before a cut has been read: it is the reader's partial answer. */
  #breakOff(error: unknown): void {
    if (this.#phase === "over") return;
    const failure = failureAfterHead(error);
    this.#queue.end(failure);
    this.#finish(failure);
  }

  #expectHead(timeoutMs: number): void {
    const length = timerLength(timeoutMs);
    if (length === undefined) return;
    const at = performance.now() + length;
    this.#watch.expect({ at, phase: "headers", timeoutMs }, (reason) => this.#fail(reason));
  }

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
    const stream = this.#stream;
    this.#stream = undefined;
    if (reason === undefined) return;
    this.#rejectHead(reason);
    this.#aborter.abort(reason);
    // For a fetch that does not heed the signal.
    stream?.cancel(reason).catch(() => {});
  }
}

function noFetch(value: unknown): HookError {
  return new HookError(
    "transport",
    `there is no fetch here: globalThis.fetch is ${typeof value}. Give one: fetchTransport({ fetch }).`,
  );
}
