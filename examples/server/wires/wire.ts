import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** What a request asks for, whatever its wire. `unknown`: the server checks it. */
export interface Question extends Limits {
  readonly prompt: unknown;
  readonly seed?: unknown;
  /** `false` asks for the answer in one piece. */
  readonly stream?: unknown;
}

/** Where a text has to end. */
export interface Limits {
  readonly maxTokens?: unknown;
  readonly stop?: unknown;
}

/** How an answer ended and what it took. */
export interface Summary {
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly finishReason: "stop" | "length";
}

/** How one answer is written. */
export interface Writer {
  readonly contentType: string;
  /** The tokens of an answer are counted from 1. */
  token(text: string, number: number): string | Uint8Array;
  end(summary: Summary): string | Uint8Array;
}

/** One way to talk to the model over HTTP. To add one, write a file like its neighbours and list it in process.mjs. */
export interface Wire {
  readonly path: string;
  /** Default: POST. */
  readonly method?: string;
  /** Whether a request has the credentials that are wanted. Default: all have. */
  allows?(headers: IncomingHttpHeaders): boolean;
  /** `body`: parsed JSON, or the text if the request's content-type is not JSON. */
  read(body: any, url: URL): Question; // eslint-disable-line @typescript-eslint/no-explicit-any -- what a client sent
  /** How many tokens of the answer the client has already. */
  after?(headers: IncomingHttpHeaders): number;
  write(body: any): Writer; // eslint-disable-line @typescript-eslint/no-explicit-any -- the same
  /** The answer in one piece, sent as JSON. */
  whole?(body: any, text: string, summary: Summary): object; // eslint-disable-line @typescript-eslint/no-explicit-any -- the same
  /** The body of a 4xx. */
  error(message: string): object;
}

/** What a server has beside its model: logins, jobs. */
export interface Service {
  readonly path: RegExp;
  /** Default: 200. */
  readonly status?: number;
  /** The response's body, sent as JSON. `ask` gives the model's whole answer to a question. */
  reply(body: any, request: IncomingMessage, ask: (question: Question) => string[]): object; // eslint-disable-line @typescript-eslint/no-explicit-any -- what a client sent
}
