import type { BaseLanguageModelInput } from "@langchain/core/language_models/base";
import type { ChatModelStream } from "@langchain/core/language_models/stream";
import type { AIMessageChunk } from "@langchain/core/messages";
import {
  RunnableBinding,
  type Runnable,
  type RunnableConfig,
  type RunnableWithFallbacks,
} from "@langchain/core/runnables";
import type { LogStreamCallbackHandler, RunLogPatch } from "@langchain/core/tracers/log_stream";
import type { StreamEvent } from "@langchain/core/types/stream";
import type { IterableReadableStream } from "@langchain/core/utils/stream";
import { modelWithFallbacks } from "./model-fallbacks.js";
import { conceal } from "./privacy/concealed-options.js";
import { callLog } from "./reading/call-log.js";
import { LeavableChatStream } from "./reading/leavable-chat-stream.js";
import {
  isVersioned,
  leavable,
  leavableEvents,
  type EventsOptions,
} from "./reading/leavable-events.js";

type BindingFields<Output, CallOptions extends RunnableConfig> = ConstructorParameters<
  typeof RunnableBinding<BaseLanguageModelInput, Output, CallOptions>
>[0];

/** The parts of a binding of options to a model. */
export function bindingOf<Output, CallOptions extends RunnableConfig>(
  bound: Runnable<BaseLanguageModelInput, Output, CallOptions>,
  options: Partial<CallOptions>,
): BindingFields<Output, CallOptions> {
  const fields = { bound, config: conceal(options), kwargs: {} };
  return fields as BindingFields<Output, CallOptions>;
}

/**
 * A model with call options bound to it, by `withConfig` or `bindTools`: LangChain's `RunnableBinding`, by
 * which leaving a stream of events or of the log ends the call, as it does on the model.
 */
export class ModelBinding<Output, CallOptions extends RunnableConfig> extends RunnableBinding<
  BaseLanguageModelInput,
  Output,
  CallOptions
> {
  /** @ignore LangChain knows its own class. */
  override get lc_id(): string[] {
    return [...this.lc_namespace, RunnableBinding.lc_name()];
  }

  /** @ignore The binding is serialised with its options: what may hold credentials stays out of that. */
  override withConfig(config: Partial<CallOptions>): this {
    // LangChain makes another of the same class.
    return super.withConfig(conceal(config)) as this;
  }

  /** This model, and others that are asked where it fails before its first chunk. */
  override withFallbacks(
    fallbacks:
      | { fallbacks: Runnable<BaseLanguageModelInput, Output>[] }
      | Runnable<BaseLanguageModelInput, Output>[],
  ): RunnableWithFallbacks<BaseLanguageModelInput, Output> {
    return modelWithFallbacks(this, fallbacks);
  }

  /** LangChain's log of a call, as patches. Leaving the loop closes the request. */
  override streamLog(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions>,
    streamOptions?: EventsOptions,
  ): AsyncGenerator<RunLogPatch> {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- as long as LangChain has it
    return leavable(options, (linked) => super.streamLog(input, linked, streamOptions));
  }

  /** @ignore LangChain's inner log, on which `streamLog` and the events of version 1 rest. */
  protected override _streamLog(
    input: BaseLanguageModelInput,
    handler: LogStreamCallbackHandler,
    config: Partial<CallOptions>,
  ): AsyncGenerator<RunLogPatch> {
    return callLog(this, (runnable) => super._streamLog.call(runnable, input, handler, config));
  }

  /** LangChain's events of all runs of a call. Leaving the loop closes the request. */
  override streamEvents(
    input: BaseLanguageModelInput,
    options: Partial<CallOptions> & { version: "v1" | "v2"; encoding: "text/event-stream" },
    streamOptions?: EventsOptions,
  ): IterableReadableStream<Uint8Array>;
  override streamEvents(
    input: BaseLanguageModelInput,
    options: Partial<CallOptions> & { version: "v1" | "v2" },
    streamOptions?: EventsOptions,
  ): IterableReadableStream<StreamEvent>;
  override streamEvents(
    input: BaseLanguageModelInput,
    options: Partial<CallOptions> & { version: "v1" | "v2" },
    streamOptions?: EventsOptions,
  ): IterableReadableStream<StreamEvent | Uint8Array> {
    return leavableEvents(options, (linked) => super.streamEvents(input, linked, streamOptions));
  }
}

/** A chat model's binding: without a version, `streamEvents` gives content-block events, as on the model. */
export class ChatModelBinding<CallOptions extends RunnableConfig> extends ModelBinding<
  AIMessageChunk,
  CallOptions
> {
  /**
   * With `version`: LangChain's events of all runs of a call. Without: a stream of content-block events of the
   * answer. The request is closed when its last reader leaves.
   */
  override streamEvents(
    input: BaseLanguageModelInput,
    options: Partial<CallOptions> & { version: "v1" | "v2"; encoding: "text/event-stream" },
    streamOptions?: EventsOptions,
  ): IterableReadableStream<Uint8Array>;
  override streamEvents(
    input: BaseLanguageModelInput,
    options: Partial<CallOptions> & { version: "v1" | "v2" },
    streamOptions?: EventsOptions,
  ): IterableReadableStream<StreamEvent>;
  override streamEvents(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions>,
  ): ChatModelStream;
  override streamEvents(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions> & { version?: "v1" | "v2" },
    streamOptions?: EventsOptions,
  ): IterableReadableStream<StreamEvent | Uint8Array> | ChatModelStream {
    if (isVersioned(options)) return super.streamEvents(input, options, streamOptions);
    const model = this.bound as unknown as Pick<ChatModelBinding<CallOptions>, "streamEvents">;
    const blockEvents = async () => {
      const merged = await this._mergeConfig(options, this.kwargs);
      return model.streamEvents(input, merged)[Symbol.asyncIterator]();
    };
    return new LeavableChatStream(blockEvents());
  }
}
