import {
  CallbackManager,
  type CallbackManagerForLLMRun,
  type Callbacks,
} from "@langchain/core/callbacks/manager";
import type { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { RunnableConfig } from "@langchain/core/runnables";
import { isBaseTracer } from "@langchain/core/tracers/base";
import type { LLMResult } from "@langchain/core/outputs";

/** LangChain's manager of one run, absent when nobody listens. */
export type RunManager = CallbackManagerForLLMRun | undefined;

/** One traced run: whatever happens, it ends once. The first ending counts. */
export class Run {
  readonly manager: RunManager;
  #ended = false;

  constructor(manager: RunManager) {
    this.manager = manager;
  }

  /** Whether it has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Ends the run well. */
  async end(result: LLMResult, extra?: Record<string, unknown>): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.manager?.handleLLMEnd(result, undefined, undefined, undefined, extra);
  }

  /** Ends the run with an error. */
  async fail(error: unknown): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.manager?.handleLLMError(error);
  }
}

/** The arguments of LangChain's start callbacks that a run has no use for: the manager knows them itself. */
export const NO_PARENT = [undefined] as const;
export const NO_TAGS = [undefined, undefined] as const;

/** What a model and a call say about who listens. */
interface Listened {
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
  return CallbackManager.configure(
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
}

/**
 * Callbacks of a synchronous call. Handlers are asynchronous, and the thread is blocked: they are kept
 * in order and run when the event loop next does. A token waits as its callback and nothing else, for there
 * may be many by then.
 */
export class CallbackQueue {
  #waiting: (() => Promise<unknown>)[] = [];

  add(callback: () => Promise<unknown>): void {
    const isFirst = this.#waiting.push(callback) === 1;
    if (isFirst) queueMicrotask(() => void this.#run());
  }

  /** Runs those that are there, and those that are added meanwhile. */
  async #run(): Promise<void> {
    for (const callback of this.#waiting) {
      try {
        await callback();
      } catch {
        // LangChain has logged what a handler throws; there is nobody to throw it to.
      }
    }
    this.#waiting = [];
  }
}

/** Whether any handler wants to know of tokens. */
export function hearsTokens(manager: Pick<CallbackManager, "handlers"> | undefined): boolean {
  return (
    manager?.handlers.some((handler) => !handler.ignoreLLM && handler.handleLLMNewToken) ?? false
  );
}

/**
 * Says that a handler really shows tokens to somebody, so that an answer cannot be begun anew without a word.
 * A tracer only writes them down, unless it asked for them.
 */
export function showsTokens(manager: Pick<CallbackManager, "handlers"> | undefined): boolean {
  return (
    manager?.handlers.some(
      (handler) => !handler.ignoreLLM && handler.handleLLMNewToken && !isPlainTracer(handler),
    ) ?? false
  );
}

function isPlainTracer(handler: BaseCallbackHandler): boolean {
  const { lc_prefer_streaming: prefersStreaming, onLLMNewToken } = handler as {
    lc_prefer_streaming?: unknown;
    onLLMNewToken?: unknown;
  };
  return isBaseTracer(handler) && prefersStreaming !== true && onLLMNewToken === undefined;
}
