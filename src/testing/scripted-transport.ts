import { HookError, TruncatedStreamError } from "../errors.js";
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
  readonly status?: number;
  /** By name, in any case. Default none: then every format reads the body. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The body as it is on the wire; of a list, each element is one read. */
  readonly body?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** Breaks the body off behind its last byte: with this error, or, for `true`, as a lost connection does. */
  readonly breaksOff?: true | Error;
}

/** A transport that answers from a script; see {@link scriptedTransport}. */
export interface ScriptedTransport extends Transport {
  /** The requests that it was asked, in order. */
  readonly requests: readonly HttpRequest[];
}

/**
 * A transport without a network, for tests of a model: the same answers on both paths.
 *
 * @param script the answers in order, or what makes one of a request and its number, from 0. An `Error` in place
 *   of an answer is a request that got none.
 * @throws HookError from the call, when the script has no answer left.
 */
export function scriptedTransport(
  script:
    | readonly (ScriptedResponse | Error)[]
    | ((request: HttpRequest, index: number) => ScriptedResponse | Error),
): ScriptedTransport {
  const requests: HttpRequest[] = [];
  const answer = (request: HttpRequest) => {
    const index = requests.push(request) - 1;
    const response = typeof script === "function" ? script(request, index) : script[index];
    return new ScriptedExchange(response === undefined ? noAnswer(index) : checked(response));
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
    const { status = 200, headers = {} } = this.#response;
    const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    return { status, headers: Object.fromEntries(lowered) as Record<string, string> };
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

function noAnswer(index: number): HookError {
  const answers = index === 1 ? "1 answer" : `${index} answers`;
  return new HookError(
    "transport",
    `the script has ${answers}, and a further request came. Each retry is one: script it, or set maxRetries: 0.`,
  );
}

/** For scripts in plain JavaScript: a mistake in one would look like an answer without a body. */
function checked(response: ScriptedResponse | Error): ScriptedResponse | Error {
  if (typeof response !== "object" || Array.isArray(response)) throw wrongResponse("an answer");
  if (response instanceof Error) return response;
  const { body = [] } = response;
  const pieces: readonly unknown[] = Array.isArray(body) ? body : [body];
  const isOnWire = (piece: unknown) => typeof piece === "string" || piece instanceof Uint8Array;
  if (!pieces.every(isOnWire)) throw wrongResponse("a body");
  return response;
}

function wrongResponse(what: string): HookError {
  return new HookError(
    "transport",
    `the script has ${what} of a wrong type. An answer is { status?, headers?, body? }, and its body text or bytes as on the wire, or a list of these.`,
  );
}
