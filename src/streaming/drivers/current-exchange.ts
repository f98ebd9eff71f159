import type { Exchange } from "../../transport/transport.js";

/** The one exchange that a call uses, on either path: the next one is not opened before it has ended. */
export class CurrentExchange<E extends Pick<Exchange, "release" | "close">> {
  /** Absent before the first request, and when its response has been released or abandoned. */
  exchange: E | undefined;

  /** The exchange, where there has to be one. */
  required(): E {
    if (this.exchange === undefined) throw new Error("No request is open.");
    return this.exchange;
  }

  /** A request is sent. Of the response before it, nothing more is wanted. */
  open(exchange: E): void {
    this.abandon();
    this.exchange = exchange;
  }

  /** Nothing more of the response is wanted; its connection may be reused. */
  release(): void {
    this.exchange?.release();
    this.exchange = undefined;
  }

  /** Closes the connection: nothing more of the response is wanted, and the call goes on. */
  abandon(): void {
    this.close(new Error("The rest of the response is not wanted."));
    this.exchange = undefined;
  }

  /** Closes the connection: what is read of it from now on fails with `reason`. */
  close(reason: Error): void {
    this.exchange?.close(reason);
  }
}
