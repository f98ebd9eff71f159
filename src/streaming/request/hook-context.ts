import { SynchronousHookError, type HttpStreamingError } from "../../errors.js";
import type { HttpRequest } from "../../transport/transport.js";
import type {
  AttemptContext,
  HookRequest,
  HookResponse,
  MaybePromise,
  PayloadContext,
  RequestContext,
  RequestMethod,
  StepContext,
} from "../hooks/hook-types.js";

/** The part of a call that its hooks may use while they are asked. */
export interface HookAccess {
  readonly isBlocking: boolean;
  /** Fires when the call is over. */
  readonly signal: AbortSignal;
  /** Sends a request of a hook's: its response as a value where the call blocks, else as a Promise. */
  request(request: HookRequest): MaybePromise<HookResponse>;
}

/** The facts of an attempt before it is made. */
export interface AttemptFacts {
  readonly attempt: number;
  readonly error?: HttpStreamingError | undefined;
  readonly sent?: Readonly<Record<string, string>> | undefined;
}

/** The context for the hooks of one attempt. What costs something is made when a hook asks for it. */
export class HookContext implements AttemptContext {
  readonly attempt: number;
  declare readonly error?: HttpStreamingError;
  declare readonly sent?: Readonly<Record<string, string>>;
  readonly request: (request: HookRequest) => MaybePromise<HookResponse>;
  readonly #access: HookAccess;

  constructor({ attempt, error, sent }: AttemptFacts, access: HookAccess) {
    this.attempt = attempt;
    if (error !== undefined) this.error = error;
    if (sent !== undefined) this.sent = sent;
    this.#access = access;
    this.request = (request) => access.request(request);
  }

  get isSynchronous(): boolean {
    return this.#access.isBlocking;
  }

  get signal(): AbortSignal {
    return this.#access.signal;
  }

  /** The context once it is known where the request goes. */
  withTarget(url: URL, method: RequestMethod): PayloadContext {
    return this.#with({ url: url.href, method });
  }

  /** The context once the whole request is known. */
  withBody(url: URL, method: RequestMethod, body: HttpRequest["body"]): RequestContext {
    const context = this.withTarget(url, method) as RequestContext;
    return Object.defineProperty(context, "body", { get: () => bytesOf(body) });
  }

  /** The context for a job's response. */
  withStep(step: number, state: Record<string, unknown>): StepContext {
    return this.#with({ step, state });
  }

  #with<Facts extends object>(facts: Facts): HookContext & Facts {
    return Object.assign(new HookContext(this, this.#access), facts);
  }
}

function bytesOf(body: HttpRequest["body"]): Uint8Array {
  if (body === undefined) return new Uint8Array();
  if (typeof body === "string") return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  throw new SynchronousHookError(
    "buildPayload",
    "the bytes of a FormData cannot be known on the synchronous path. Return its bytes, and its content-type in headers(), or use stream() and invoke().",
  );
}
