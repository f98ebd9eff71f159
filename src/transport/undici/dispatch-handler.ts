/**
 * The methods that undici calls while a request runs. undici 6 knows one set of methods, 7 knows two, 8 only
 * the new one, and interceptors choose by probing; an object that has both sets works with a
 * dispatcher of any of them. Both are brought down to one small `ResponseSink`.
 */

import { joinHeaders, type HeaderValue } from "../joined-headers.js";
import type { SocketOf } from "./connectors.js";

/** Steers a running request. */
export interface RequestControl {
  pause(): void;
  resume(): void;
  abort(reason: Error): void;
}

/** Receives a response. */
export interface ResponseSink {
  /** A client of an agent of ours has the request. */
  onClient(socketOf: SocketOf): void;
  /** The request is about to be given to undici; `false` when it is not wanted any more. */
  onDispatch(): boolean;
  /** The request has a socket. Again when an interceptor repeats the request. */
  onStart(control: RequestControl): void;
  onHead(status: number, headers: Record<string, string>): void;
  onBytes(bytes: Uint8Array): void;
  onEnd(): void;
  /** Also before `onStart`. */
  onError(error: unknown): void;
}

export class DispatchHandler {
  readonly #sink: ResponseSink;
  #legacy: LegacyControl | undefined;

  constructor(sink: ResponseSink) {
    this.#sink = sink;
  }

  onRequestStart(control: RequestControl): void {
    this.#sink.onStart(control);
  }

  onResponseStart(_: RequestControl, status: number, headers: Record<string, HeaderValue>): void {
    if (status >= 200) this.#sink.onHead(status, joinHeaders(Object.entries(headers)));
  }

  onResponseData(_: RequestControl, bytes: Uint8Array): void {
    this.#sink.onBytes(bytes);
  }

  onResponseEnd(): void {
    this.#sink.onEnd();
  }

  onResponseError(_: RequestControl | undefined, error: unknown): void {
    this.#sink.onError(error);
  }

  onConnect(abort: (reason?: Error) => void): void {
    this.#legacy = new LegacyControl(abort);
    this.#sink.onStart(this.#legacy);
  }

  onHeaders(
    status: number,
    raw: readonly (Uint8Array | string | readonly Uint8Array[])[],
    resume: () => void,
  ): boolean {
    if (status < 200) return true;
    this.#legacy?.connectTo(resume);
    this.#sink.onHead(status, joinHeaders(pairs(raw)));
    return this.#legacy?.paused !== true;
  }

  onData(bytes: Uint8Array): boolean {
    this.#sink.onBytes(bytes);
    return this.#legacy?.paused !== true;
  }

  onComplete(): void {
    this.#sink.onEnd();
  }

  onError(error: unknown): void {
    this.#sink.onError(error);
  }
}

/** The old methods pause by returning `false`, and are given a function to go on. */
class LegacyControl implements RequestControl {
  paused = false;
  readonly #abort: (reason?: Error) => void;
  #resume: (() => void) | undefined;

  constructor(abort: (reason?: Error) => void) {
    this.#abort = abort;
  }

  connectTo(resume: () => void): void {
    this.#resume = resume;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.#resume?.();
  }

  abort(reason: Error): void {
    this.#abort(reason);
  }
}

function* pairs(
  raw: readonly (Uint8Array | string | readonly Uint8Array[])[],
): Generator<[string, string]> {
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const value = raw[i + 1] ?? "";
    const values: readonly (Uint8Array | string)[] =
      typeof value === "string" || value instanceof Uint8Array ? [value] : value;
    yield [latin1(raw[i] as Uint8Array | string), values.map(latin1).join(", ")];
  }
}

function latin1(text: Uint8Array | string): string {
  return typeof text === "string" ? text : Buffer.from(text).toString("latin1");
}
