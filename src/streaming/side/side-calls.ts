import { HookError } from "../../errors.js";
import { AsyncDriver } from "../drivers/async-driver.js";
import { mayBeForgotten } from "../hooks/hook-call.js";
import type { HookRequest, HookResponse, MaybePromise } from "../hooks/hook-types.js";
import type { ModelCall } from "../model-call.js";
import type { Effects } from "../effects.js";
import { Secrets } from "../redaction/secrets.js";
import type { SideRequests } from "../call/call-state.js";
import { sideRequest } from "./side-request.js";
import type { Deadline } from "../../transport/transport.js";

/** The parts of a call that the requests beside it need. */
type Surroundings = Pick<ModelCall<never>, "transport" | "settings" | "syncDriver">;

/** The requests that the hooks of one call send beside it. They end with the call. */
export class SideCalls implements SideRequests {
  readonly #call: Surroundings;
  readonly #total: () => Deadline;
  /** The texts that a server must not bring into an error of this call. */
  readonly secrets = new Secrets();
  readonly #closers = new Set<(reason: Error) => void>();
  #controller: AbortController | undefined;
  #isOver = false;

  constructor(call: Surroundings, total: () => Deadline) {
    this.#call = call;
    this.#total = total;
  }

  get isBlocking(): boolean {
    return this.#call.syncDriver !== undefined;
  }

  /** Fires when the call is over. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isOver) this.#controller.abort();
    return this.#controller.signal;
  }

  /** Sends a request: its response as a value where the call blocks, else as a Promise. */
  request(request: HookRequest): MaybePromise<HookResponse> {
    if (this.#isOver) return this.#refuse();
    const { settings } = this.#call;
    return this.#run(sideRequest(request, settings, this.#total(), this.secrets));
  }

  /** Sends a request when the call is over, for which nobody waits. What becomes of it is nobody's business. */
  sendLast(request: HookRequest, deadline: Deadline): void {
    try {
      void this.#run(sideRequest(request, this.#call.settings, deadline, this.secrets));
    } catch {
      // The call has its own end already.
    }
  }

  /** The call is over: what its hooks still wait for ends. */
  end(): void {
    this.#isOver = true;
    this.#controller?.abort();
    for (const close of this.#closers) close(new Error("The call that it was a part of is over."));
  }

  #refuse(): Promise<never> {
    const error = new HookError(
      "request()",
      "the call of this context is over. Ask within the hook that got the context.",
    );
    if (this.isBlocking) throw error;
    return mayBeForgotten(Promise.reject(error));
  }

  #run<T>(effects: Effects<T>): MaybePromise<T> {
    let result: T | undefined;
    const keeping = (function* (): Effects<void> {
      result = yield* effects;
    })();
    const { transport, settings, syncDriver } = this.#call;
    if (syncDriver !== undefined) {
      const driver = new syncDriver(keeping, transport, settings.connection, () => undefined);
      driver.batches().next();
      return result as T;
    }
    const driver = new AsyncDriver(keeping, transport, settings.connection);
    const close = (reason: Error): void => {
      driver.close(reason);
    };
    this.#closers.add(close);
    const response = new Promise<T>((resolve, reject) => {
      driver.next({
        onPieces: () => {
          resolve(result as T);
        },
        onError: (error) => {
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as it came
          reject(error);
        },
      });
    }).finally(() => {
      this.#closers.delete(close);
    });
    return mayBeForgotten(response);
  }
}
