/** The two paths behind one face, so that one table of tests holds for both. */
import { startExchange } from "../../src/transport/undici/exchange.js";
import type { ConnectionOptions } from "../../src/transport/connection.js";
import type { Deadline, HttpRequest, ResponseHead } from "../../src/transport/transport.js";
import { startSyncExchange } from "../../src/transport/worker/exchange.js";

export interface Exchange {
  head(): Promise<ResponseHead>;
  read(): Promise<readonly Uint8Array[] | undefined>;
  release(): void;
  close(reason: Error): void;
}

export interface Path {
  readonly name: string;
  start(request: HttpRequest, options?: Partial<ConnectionOptions>): Exchange;
}

/** Generous: what is tested is never that something is fast enough. */
export const TIMEOUTS = { connectTimeoutMs: 10_000, headersTimeoutMs: 10_000 };

/** No synchronous wait of a test is longer. */
export function soon(ms = 10_000): Deadline {
  return { at: performance.now() + ms, phase: "total", timeoutMs: ms };
}

/** The asynchronous path with promises. */
export function startAsync(request: HttpRequest, options?: Partial<ConnectionOptions>): Exchange {
  const exchange = startExchange(request, { ...TIMEOUTS, ...options });
  return {
    head: () => exchange.head(),
    read: () =>
      new Promise((onBytes, onFailure) => {
        exchange.read({ onBytes, onFailure });
      }),
    release: () => exchange.release(),
    close: (reason) => exchange.close(reason),
  };
}

export const paths: readonly Path[] = [
  {
    name: "asynchronous",
    start: startAsync,
  },
  {
    name: "synchronous",
    start: (request, options) => {
      const exchange = startSyncExchange(request, { ...TIMEOUTS, ...options });
      return {
        head: async () => exchange.head(soon()),
        read: async () => exchange.read(soon()),
        release: () => exchange.release(),
        close: (reason) => exchange.close(reason),
      };
    },
  },
];

export function post(url: string, rest: Partial<HttpRequest> = {}): HttpRequest {
  return { method: "POST", url, headers: {}, body: "question", ...rest };
}

export async function readText(exchange: Exchange): Promise<string> {
  const all: Uint8Array[] = [];
  for (;;) {
    const buffers = await exchange.read();
    if (buffers === undefined) return Buffer.concat(all).toString();
    all.push(...buffers);
  }
}

/** Reads until at least this much text is there. */
export async function readSome(exchange: Exchange, length = 1): Promise<string> {
  let text = "";
  while (text.length < length) {
    text += Buffer.concat((await exchange.read()) ?? []).toString();
  }
  return text;
}

export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected a failure");
}
