import { RunnableWithFallbacks, Runnable, type RunnableConfig } from "@langchain/core/runnables";
import type { LogStreamCallbackHandler, RunLogPatch } from "@langchain/core/tracers/log_stream";
import { HookError } from "../errors.js";
import { callLog } from "./reading/call-log.js";
import { leavable, type EventsOptions } from "./reading/leavable-events.js";
import { modelClassOf } from "./model-class.js";

/**
 * A model with others to ask where it fails: LangChain's `RunnableWithFallbacks`, by which leaving a stream ends the
 * call. LangChain's own lets go of the model's stream without ending it.
 */
export class ModelWithFallbacks<Input, Output> extends RunnableWithFallbacks<Input, Output> {
  /** @ignore LangChain knows its own class. */
  override get lc_id(): string[] {
    return [...this.lc_namespace, RunnableWithFallbacks.lc_name()];
  }

  /** @ignore LangChain's inner iterator, on which `stream()`, chains and events rest. */
  override _streamIterator(
    input: Input,
    options?: Partial<RunnableConfig>,
  ): AsyncGenerator<Output, void, undefined> {
    return leavable(options, (linked) => super._streamIterator(input, linked));
  }

  /** LangChain's log of a call, as patches. Leaving the loop closes the request. */
  override streamLog(
    input: Input,
    options?: Partial<RunnableConfig>,
    streamOptions?: EventsOptions,
  ): AsyncGenerator<RunLogPatch> {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- as long as LangChain has it
    return leavable(options, (linked) => super.streamLog(input, linked, streamOptions));
  }

  /** @ignore LangChain's inner log, on which `streamLog` and the events of version 1 rest. */
  protected override _streamLog(
    input: Input,
    handler: LogStreamCallbackHandler,
    config: Partial<RunnableConfig>,
  ): AsyncGenerator<RunLogPatch> {
    return callLog(this, (runnable) => super._streamLog.call(runnable, input, handler, config));
  }
}

/** Other runnables, as `withFallbacks` takes them. */
type Fallbacks<Input, Output> =
  { fallbacks: Runnable<Input, Output>[] } | Runnable<Input, Output>[];

/**
 * Makes the runnable of `withFallbacks`.
 *
 * @param model whose call options are its own, for which no type of LangChain's runnables has a place.
 * @throws HookError where these are no runnables.
 */
export function modelWithFallbacks<Input, Output>(
  model: object,
  given: Fallbacks<Input, Output>,
): ModelWithFallbacks<Input, Output> {
  const fallbacks = Array.isArray(given)
    ? given
    : (given as Partial<typeof given> | null)?.fallbacks;
  if (!Array.isArray(fallbacks) || !fallbacks.every((one) => Runnable.isRunnable(one))) {
    throw new HookError(
      "withFallbacks",
      `${modelClassOf(model)}: withFallbacks takes a list of runnables: withFallbacks([model]).`,
    );
  }
  return new ModelWithFallbacks({ runnable: model as Runnable<Input, Output>, fallbacks });
}
