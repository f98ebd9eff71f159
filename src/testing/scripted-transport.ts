import { HookError, TruncatedStreamError } from "../errors.js";
import { checkedHeaders, parseUrl } from "../transport/request-check.js";
import type {
  BodyReader,
  HttpRequest,
  ResponseHead,
  SyncExchange,
  Transport,
} from "../transport/transport.js";

/** An answer of a {@link scriptedTransport}. */
export interface ScriptedResponse {
  /** The HTTP status. Default 200. */
  readonly status?: number | undefined;
  /** By name, in any case. Default none: then every format reads the body. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The body as it is on the wire; of a list, each element is one read. */
  readonly body?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /**
   * Breaks the body off behind its last byte: with this error, or, for `true`, as a lost connection does. An error that
   * is none of this package's becomes the `cause` of a `TruncatedStreamError`, as with any transport.
   */
  readonly breaksOff?: true | Error | undefined;
}

/** A transport that answers from a script; see {@link scriptedTransport}. */
export interface ScriptedTransport extends Transport {
  /** The requests that it was asked, in order. */
  readonly requests: readonly HttpRequest[];
}

/**
 * A transport without a network, for tests of a model: the same answers on both paths. What a real one refuses in a
 * request, it refuses, too.
 *
 * @param script the answers in order, or what makes one of a request and its number, from 0. An `Error` in place
 *   of an answer is a request that got none: one that is none of this package's becomes a `ConnectionError`.
 * @throws HookError from the call, when the script has no answer left.
 */
export function scriptedTransport(
  script:
    | readonly (ScriptedResponse | Error)[]
    | ((request: HttpRequest, index: number) => ScriptedResponse | Error),
): ScriptedTransport {
  if (typeof script !== "function" && !Array.isArray(script)) throw noScript(script);
  const requests: HttpRequest[] = [];
  const answer = (request: HttpRequest) => {
    const index = requests.push(request) - 1;
    return new ScriptedExchange(responseTo(request, index, script));
  };
  return {
    name: "scripted",
    requests,
    open: (request) => {
      const exchange = answer(request);
      return {
        head: async () => exchange.head(),
        read: (reader) => queueMicrotask(() => readTo(reader, exchange)),
        release: () => exchange.release(),
        close: (reason) => exchange.close(reason),
        unattended: () => undefined,
        over: Promise.resolve(),
      };
    },
    openSync: answer,
  };
}

type Script = Parameters<typeof scriptedTransport>[0];

/** The answer to a request, or why there is none. */
function responseTo(request: HttpRequest, index: number, script: Script): ScriptedResponse | Error {
  try {
    checkedHeaders(request.headers, parseUrl(request.url));
    const response = typeof script === "function" ? script(request, index) : script[index];
    if (response === undefined) return noAnswer(index);
    if (response instanceof Error) return response;
    const mistake = mistakeIn(response);
    if (mistake !== undefined) return wrongAnswer(index, mistake);
    return { ...response, headers: lowerCased(response.headers) };
  } catch (error) {
    return error as Error;
  }
}

function lowerCased(headers: ScriptedResponse["headers"] = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

const FIELDS: readonly string[] = ["status", "headers", "body", "breaksOff"];

/** What is wrong with an answer: a string, a Promise or a misspelt field would be an empty one. */
function mistakeIn(response: object): string | undefined {
  if (typeof response !== "object") return `is a ${typeof response}`;
  if (response instanceof Promise) return "is a Promise";
  const unknown = Object.keys(response).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) return `has "${unknown}"`;
  const { body = "" } = response as ScriptedResponse;
  return [body].flat().every(isPiece) ? undefined : "has a body that is neither text nor bytes";
}

function isPiece(piece: unknown): boolean {
  return typeof piece === "string" || piece instanceof Uint8Array;
}

/** One answer of the script. */
class ScriptedExchange implements SyncExchange {
  readonly #response: ScriptedResponse | Error;
  readonly #body: (string | Uint8Array)[];
  #failure: Error | undefined;

  constructor(response: ScriptedResponse | Error) {
    this.#response = response;
    const { body = [], breaksOff }: ScriptedResponse = response instanceof Error ? {} : response;
    this.#body = Array.isArray(body) ? [...(body as (string | Uint8Array)[])] : [body as string];
    const lost = () => new TruncatedStreamError("the response's body broke off in the script.");
    this.#failure = breaksOff === true ? lost() : breaksOff;
  }

  head(): ResponseHead {
    if (this.#response instanceof Error) throw this.#response;
    return { status: this.#response.status ?? 200, headers: this.#response.headers ?? {} };
  }

  read(): readonly Uint8Array[] | undefined {
    const piece = this.#body.shift();
    if (piece !== undefined) return [typeof piece === "string" ? UTF_8.encode(piece) : piece];
    if (this.#failure !== undefined) throw this.#failure;
    return undefined;
  }

  release(): void {
    this.#body.length = 0;
  }

  close(reason: Error): void {
    this.#body.length = 0;
    this.#failure ??= reason;
  }
}

const UTF_8 = /* @__PURE__ */ new TextEncoder();

function readTo(reader: BodyReader, exchange: ScriptedExchange): void {
  let bytes: readonly Uint8Array[] | undefined;
  try {
    bytes = exchange.read();
  } catch (error) {
    reader.onFailure(error as Error);
    return;
  }
  reader.onBytes(bytes);
}

function noScript(script: unknown): HookError {
  return new HookError(
    "transport",
    `scriptedTransport() got ${typeof script === "object" ? "an object" : `a ${typeof script}`} as its script. Give a list of answers, or a function of the request that returns one.`,
  );
}

function wrongAnswer(index: number, mistake: string): HookError {
  return new HookError(
    "transport",
    `answer ${index} of the script ${mistake}. Give { status?, headers?, body?, breaksOff? }, or an Error.`,
  );
}

function noAnswer(index: number): HookError {
  const answers = index === 1 ? "1 answer" : `${index} answers`;
  return new HookError(
    "transport",
    `the script has ${answers}, and a further request came. Each retry is one: script it, or set maxRetries: 0.`,
  );
}
