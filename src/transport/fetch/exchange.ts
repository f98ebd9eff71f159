/**
 * One request and its response over `fetch`. The body is pulled a piece at a time, when the reader asks: so a
 * reader that pauses holds the stream back, and it the socket, as far as the platform's own buffers allow.
 *
 * What `fetch` does not tell, when a connection stands and when it is free again, is not told here either: there
 * is one wait until the headers, and an exchange is over when its body is.
 */
import { HookError } from "../../errors.js";
import { BaseExchange } from "../base-exchange.js";
import type { ConnectionOptions } from "../connection.js";
import type { BodyReader, HttpRequest } from "../transport.js";
import { BodyCheck, bytesOf } from "./body-check.js";
import { failureAfterHead, failureBeforeHead } from "./failures.js";
import { toFetchRequest } from "./request-init.js";
import { headOf, streamOf } from "./response.js";

type Fetch = typeof globalThis.fetch;
interface Piece {
  readonly done: boolean;
  readonly value?: unknown;
}
type BodyStream = ReadableStreamDefaultReader<unknown>;

export class FetchExchange extends BaseExchange {
  readonly #url: string;
  readonly #aborter = new AbortController();
  #stream: BodyStream | undefined;
  #check: BodyCheck | undefined;
  #pulling = false;
  /** `fetch` has given an error in place of a response. */
  #isRefused = false;

  /** @param fetch the author's; `undefined` for the platform's. */
  constructor(request: HttpRequest, settings: ConnectionOptions, fetch: Fetch | undefined) {
    super("waiting");
    this.#url = request.url;
    this.expect("headers", settings.headersTimeoutMs);
    this.#send(request, settings, fetch).catch((error: unknown) => {
      this.fail(failureBeforeHead(error, this.#url));
    });
  }

  override read(reader: BodyReader): void {
    this.queue.read(reader);
    this.#pull();
  }

  /** `fetch` shows no socket: one that waits keeps its process alive where sockets do. */
  override unattended(): void {}

  protected override letBodyEnd(): void {
    this.startGrace();
    this.#pull();
  }

  async #send(
    request: HttpRequest,
    settings: ConnectionOptions,
    fetch: Fetch | undefined,
  ): Promise<void> {
    const { url, init } = await toFetchRequest(request, settings, fetch === undefined);
    if (this.phase === "over") return;
    // Not as a method of anything: browsers check what it is called on.
    const send = fetch ?? globalThis.fetch;
    if (typeof send !== "function") throw noFetch(send);
    let response: Response;
    try {
      response = await send(url, { ...init, signal: this.#aborter.signal });
    } catch (error) {
      this.#isRefused = true;
      throw error;
    }
    this.#onResponse(response);
  }

  #onResponse(response: Response): void {
    if (this.phase === "over") {
      // Closed meanwhile, by a signal that this fetch does not heed.
      response.body?.cancel().catch(() => {});
      return;
    }
    const head = headOf(response);
    this.#stream = streamOf(response)?.getReader();
    this.#check = new BodyCheck(response.type, head.headers);
    this.receive(head);
    if (this.#stream === undefined) this.#onEnd();
    else this.#pull();
  }

  /** Asks for a piece where there is one who wants it, and none on its way. */
  #pull(): void {
    if (this.#pulling || this.#stream === undefined) return;
    if (this.phase !== "released" && !(this.phase === "body" && this.queue.awaited)) return;
    this.#pulling = true;
    this.#stream.read().then(this.#onRead, this.#onReadFailed);
  }

  /** @param piece nothing, where a stream of the author's is none. */
  readonly #onRead = (piece: Piece | undefined): void => {
    this.#pulling = false;
    if (this.phase === "over") return;
    if (piece?.done) {
      this.#onEnd();
      return;
    }
    let bytes: Uint8Array;
    try {
      bytes = bytesOf(piece?.value);
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
    if (this.phase === "released") this.spendGrace(bytes.byteLength);
    else this.queue.push(bytes);
    // A piece may be empty, and the next one is wanted then.
    this.#pull();
  }

  #onEnd(): void {
    const failure = this.phase === "body" ? this.#check?.failureAtEnd() : undefined;
    this.queue.end(failure);
    this.finish(failure);
  }

  /** All that came before a cut has been read: it is the reader's partial answer. */
  #breakOff(error: unknown): void {
    if (this.phase === "over") return;
    const failure = failureAfterHead(error);
    this.queue.end(failure);
    this.finish(failure);
  }

  protected override stop(reason: Error | undefined): void {
    const stream = this.#stream;
    this.#stream = undefined;
    if (reason === undefined) return;
    // Once it has failed, an abort makes Node 20 throw where nobody can catch it.
    if (!this.#isRefused) this.#aborter.abort(reason);
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
