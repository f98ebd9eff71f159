/**
 * Exchanges held to the port. A transport may be the author's, and above it is nobody but a socket: whatever it
 * throws, rejects with or gives ends the call with an error, and not the process, and does not leave it waiting.
 */
import type {
  BodyReader,
  Deadline,
  Exchange,
  ResponseHead,
  SyncExchange,
} from "../../transport/transport.js";
import { HookError } from "../../errors.js";
import { bodyFailure, checkedBuffers, checkedHead, headFailure } from "./exchange-check.js";
import { atOnce, isPromise } from "../hooks/hook-call.js";

/** An async `read()` gives a Promise. */
type GivenExchange = Omit<Exchange, "read"> & { read(reader: BodyReader): unknown };

/** An exchange on the asynchronous path. Reads that are answered at once do not grow the stack. */
export class GuardedExchange implements Exchange, BodyReader {
  readonly #exchange: GivenExchange;
  readonly #transport: string;
  #rejectHead: ((reason: Error) => void) | undefined;
  #reader: BodyReader | undefined;
  /** A read is to be asked for; by the loop that is on, if one is. */
  #isWanted = false;
  #isReading = false;
  /** Nothing more is wanted. */
  #isOver = false;
  /** The end of all reads. */
  #failure: Error | undefined;

  /** @param transport its name */
  constructor(exchange: Exchange, transport: string) {
    this.#exchange = exchange;
    this.#transport = transport;
  }

  get over(): Promise<void> {
    return this.#exchange.over;
  }

  head(): Promise<ResponseHead> {
    return new Promise((resolve, reject) => {
      this.#rejectHead = reject;
      this.#checkedHead().then(resolve, reject);
    });
  }

  read(reader: BodyReader): void {
    this.#reader = reader;
    this.#isWanted = true;
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#isWanted) {
      this.#isWanted = false;
      this.#readOnce();
    }
    this.#isReading = false;
  }

  onBytes(buffers: readonly Uint8Array[] | undefined): void {
    let checked: readonly Uint8Array[] | undefined;
    try {
      checked = checkedBuffers(buffers, this.#transport);
    } catch (error) {
      this.onFailure(error);
      return;
    }
    const reader = this.#takeReader();
    if (reader !== undefined) reader.onBytes(checked);
    // Bytes that nobody has asked for would be lost.
    else if (!this.#isOver) this.#failure ??= answeredTwice(this.#transport);
  }

  onFailure(reason: unknown): void {
    const failure = (this.#failure ??= bodyFailure(reason));
    this.#takeReader()?.onFailure(failure);
  }

  release(): void {
    this.#isOver = true;
    // The answer is whole, whatever becomes of its connection.
    if (!quietly(() => this.#exchange.release())) this.close(new Error("It was not released."));
  }

  close(reason: Error): void {
    this.#isOver = true;
    this.#failure ??= reason;
    quietly(() => this.#exchange.close(reason));
    this.#rejectHead?.(reason);
    this.#takeReader()?.onFailure(reason);
  }

  unattended(): void {
    quietly(() => this.#exchange.unattended());
  }

  async #checkedHead(): Promise<ResponseHead> {
    try {
      return checkedHead(await this.#exchange.head(), this.#transport);
    } catch (error) {
      throw headFailure(error, this.#transport);
    }
  }

  #readOnce(): void {
    try {
      if (this.#failure !== undefined) throw this.#failure;
      const pending = this.#exchange.read(this);
      if (isPromise(pending)) pending.then(undefined, this.#onRejected);
    } catch (error) {
      this.onFailure(error);
    }
  }

  readonly #onRejected = (error: unknown): void => {
    this.onFailure(error);
  };

  #takeReader(): BodyReader | undefined {
    const reader = this.#reader;
    this.#reader = undefined;
    return reader;
  }
}

function answeredTwice(transport: string): HookError {
  return new HookError(
    "transport",
    `a read() of the transport ${transport} was answered more than once. Call the reader once, with all that has come.`,
  );
}

/** An exchange on the synchronous path. */
export class GuardedSyncExchange implements SyncExchange {
  readonly #exchange: SyncExchange;
  readonly #transport: string;

  /** @param transport its name */
  constructor(exchange: SyncExchange, transport: string) {
    this.#exchange = exchange;
    this.#transport = transport;
  }

  head(deadline: Deadline): ResponseHead {
    try {
      return checkedHead(atOnce("head", this.#exchange.head(deadline)), this.#transport);
    } catch (error) {
      throw headFailure(error, this.#transport);
    }
  }

  read(deadline: Deadline): readonly Uint8Array[] | undefined {
    try {
      return checkedBuffers(atOnce("read", this.#exchange.read(deadline)), this.#transport);
    } catch (error) {
      throw bodyFailure(error);
    }
  }

  release(): void {
    if (!quietly(() => this.#exchange.release())) this.close(new Error("It was not released."));
  }

  close(reason: Error): void {
    quietly(() => this.#exchange.close(reason));
  }
}

/** Calls what has nobody to tell of its failure; gives whether it went well. */
function quietly(call: () => unknown): boolean {
  try {
    Promise.resolve(call()).catch(() => undefined);
    return true;
  } catch {
    return false;
  }
}
