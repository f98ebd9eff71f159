import type { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import {
  CallbackManager,
  type CallbackManagerForLLMRun,
  type Callbacks,
} from "@langchain/core/callbacks/manager";
import type { RunnableConfig } from "@langchain/core/runnables";
import type { LLMResult } from "@langchain/core/outputs";

/** LangChain's manager of one run, absent when nobody listens. */
export type RunManager = CallbackManagerForLLMRun | undefined;

/** One traced run: whatever happens, it ends once. The first ending counts. */
export class Run {
  readonly manager: RunManager;
  /** `true` once it has ended. */
  ended = false;

  constructor(manager: RunManager) {
    this.manager = manager;
  }

  /** Ends the run well. */
  async end(result: LLMResult, extra?: Record<string, unknown>): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    await this.manager?.handleLLMEnd(result, undefined, undefined, undefined, extra);
  }

  /** Ends the run with an error. */
  async fail(error: unknown): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    // A handler may abort the call while it is told of a token: the handlers after it hear of the token first.
    await Promise.resolve();
    await this.manager?.handleLLMError(error);
  }
}

/** The handlers of a model, and what they are told of it. */
export interface Listened {
  readonly callbacks?: Callbacks | undefined;
  readonly tags?: string[] | undefined;
  readonly metadata?: Record<string, unknown> | undefined;
  readonly verbose: boolean;
}

/**
 * Starts a run: gathers the handlers of model and call, and tells them.
 *
 * @param tracerMetadata what tracers note of the parameters.
 * @param tell calls the manager's start callback.
 */
export async function startRun(
  model: Listened,
  config: RunnableConfig,
  tracerMetadata: Record<string, unknown>,
  tell: (manager: CallbackManager, config: RunnableConfig) => Promise<CallbackManagerForLLMRun[]>,
): Promise<Run> {
  const manager = managerFor(model, config, tracerMetadata);
  const managers = manager && (await tell(manager, config));
  return new Run(managers?.[0]);
}

/** The handlers of model and call, before any run has started. */
export function managerFor(
  model: Listened,
  config: RunnableConfig,
  tracerMetadata?: Record<string, unknown>,
): CallbackManager | undefined {
  const manager = CallbackManager.configure(
    config.callbacks,
    model.callbacks,
    config.tags,
    model.tags,
    config.metadata,
    model.metadata,
    {
      verbose: model.verbose,
      ...(tracerMetadata && { tracerInheritableMetadata: tracerMetadata }),
    },
  );
  manager?.handlers.forEach(awaitIfRaising);
  return manager;
}

/**
 * Makes LangChain wait for a handler that may raise, as the constructor of its handlers does. It forgets that for
 * plain objects and for fields of subclasses, and what those throw then is a rejection that nobody can catch and
 * that ends the process.
 */
export function awaitIfRaising(handler: BaseCallbackHandler): void {
  if (handler.raiseError && !handler.awaitHandlers) Reflect.set(handler, "awaitHandlers", true);
}
