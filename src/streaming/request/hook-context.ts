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
} from "../call/call.js";
import type { SideCalls } from "../call/side-calls.js";

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
  readonly #calls: SideCalls;

  constructor({ attempt, error, sent }: AttemptFacts, calls: SideCalls) {
    this.attempt = attempt;
    if (error !== undefined) this.error = error;
    if (sent !== undefined) this.sent = sent;
    this.#calls = calls;
    this.request = (request) => calls.request(request);
  }

  get isSynchronous(): boolean {
    return this.#calls.isBlocking;
  }

  get signal(): AbortSignal {
    return this.#calls.signal;
  }

  /** The context once it is known where the request goes. */
  withTarget(url: URL, method: RequestMethod): PayloadContext {
    return new TargetContext(this, this.#calls, url, method, undefined);
  }

  /** The context once the whole request is known. */
  withBody(url: URL, method: RequestMethod, body: HttpRequest["body"]): RequestContext {
    return new TargetContext(this, this.#calls, url, method, body);
  }

  /** The context for a job's response. */
  withStep(step: number, state: Record<string, unknown>): StepContext {
    return new StepTold(this, this.#calls, step, state);
  }
}

class StepTold extends HookContext implements StepContext {
  constructor(
    facts: AttemptFacts,
    calls: SideCalls,
    readonly step: number,
    readonly state: Record<string, unknown>,
  ) {
    super(facts, calls);
  }
}

class TargetContext extends HookContext implements RequestContext {
  readonly url: string;
  readonly method: RequestMethod;
  readonly #body: HttpRequest["body"];

  constructor(
    facts: AttemptFacts,
    calls: SideCalls,
    url: URL,
    method: RequestMethod,
    body: HttpRequest["body"],
  ) {
    super(facts, calls);
    this.url = url.href;
    this.method = method;
    this.#body = body;
  }

  get body(): Uint8Array {
    const body = this.#body;
    if (body === undefined) return new Uint8Array();
    if (typeof body === "string") return new TextEncoder().encode(body);
    if (body instanceof Uint8Array) return body;
    throw new SynchronousHookError(
      "buildPayload",
      "the bytes of a FormData cannot be known on the synchronous path. Return its bytes, and its content-type in headers(), or use stream() and invoke().",
    );
  }
}
