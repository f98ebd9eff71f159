import type { BaseCache } from "@langchain/core/caches";
import type { BaseLanguageModelInput } from "@langchain/core/language_models/base";
import type { Serialized } from "@langchain/core/load/serializable";
import type { RunnableConfig } from "@langchain/core/runnables";
import { AnswerCall } from "./answer-call.js";
import type { AnswerKind, CacheKeyModel } from "./answer-kind.js";
import type { AnyCallOptions, ModelDefaults } from "./bind-call.js";
import { langSmithMetadata, promptOf, separateOptions, tracedParams } from "./core-members.js";
import type { ModelHooks } from "./hooks.js";
import { requirePrompt } from "./prompt-check.js";
import { openObserved, openUnobserved } from "./reading/chunk-stream.js";
import { withTimeoutAsTotal } from "./runs/abort-error.js";
import { AnswersOnlyCache } from "./runs/call-facts.js";
import { CallbackQueue } from "./runs/callback-queue.js";
import { answerCache, type AnswerCache } from "./runs/response-cache.js";
import { managerFor, startRun, type Listened, type Run, type RunManager } from "./runs/run.js";
import {
  showsTokens,
  tokenCallback,
  wantsTokens,
  type AnswerChunk,
} from "./runs/token-callback.js";
import { tracedStream, tracedStreamSync, type TracedCall } from "./runs/traced-stream.js";
import { modelClassOf } from "./model-class.js";

/** A model as its runner knows it: the author's hooks, and what LangChain's base classes hold. */
interface RunnableModel<StreamRecord, Input>
  extends ModelHooks<StreamRecord, Input, AnyCallOptions>, Listened, CacheKeyModel {
  cache?: BaseCache | undefined;
  /** LangChain's word for answers in one piece. */
  disableStreaming?: boolean;
  toJSON(): Serialized;
}

/** A call with a run of its own, ready to be made. */
export interface PreparedCall<Call, Chunk, Output> {
  readonly call: Call;
  readonly traced: TracedCall;
  readonly cache: AnswerCache<Chunk, Output> | undefined;
}

/**
 * Runs the calls of one model: all that both base classes do behind their entrances. Asynchronous or blocking,
 * streamed or whole, with a run of its own or inside one that LangChain has started, every call is an
 * `AnswerCall`, and the differences between text and chat are those of its `AnswerKind`.
 */
export class ModelRunner<StreamRecord, Input, Chunk extends AnswerChunk, Output> {
  readonly #model: RunnableModel<StreamRecord, Input>;
  readonly #defaults: ModelDefaults;
  readonly #kind: AnswerKind<Input, Chunk, Output>;

  /** @param defaults the constructor's fields. */
  constructor(
    model: RunnableModel<StreamRecord, Input>,
    defaults: ModelDefaults,
    kind: AnswerKind<Input, Chunk, Output>,
  ) {
    this.#model = model;
    this.#defaults = defaults;
    this.#kind = kind;
    if (model.cache) model.cache = new AnswersOnlyCache(model.cache);
  }

  /** Begins a call inside a run of LangChain's. `runId` names the answer's message unless the provider does. */
  begin(
    input: Input,
    options: AnyCallOptions,
    runId: string | undefined,
  ): AnswerCall<StreamRecord, Input, Chunk, Output> {
    return new AnswerCall(this.#model, this.#defaults, this.#kind, input, options, runId);
  }

  /** The chunks of one answer, inside a run of LangChain's. */
  chunks(
    input: Input,
    options: AnyCallOptions,
    manager: RunManager,
  ): AsyncGenerator<Chunk, void, undefined> {
    return this.#beginInside(input, options, manager).chunks(manager);
  }

  /** The same on the synchronous path: handlers are notified when the event loop next runs. */
  *chunksSync(
    input: Input,
    options: AnyCallOptions,
    manager: RunManager,
  ): Generator<Chunk, void, undefined> {
    const queue = new CallbackQueue();
    const callback = tokenCallback(manager);
    const call = this.#beginInside(input, options, manager);
    for (const chunk of call.chunksSync()) {
      if (callback !== undefined) queue.add(() => callback(chunk));
      yield chunk;
    }
  }

  /** One whole answer, inside a run of LangChain's. */
  read(input: Input, options: AnyCallOptions, manager: RunManager, promptIndex = 0) {
    const listening = this.#model.disableStreaming === true ? undefined : manager;
    const call = this.begin(input, options, this.#kind.runId(manager?.runId));
    return call.read(listening, promptIndex);
  }

  /** One whole answer, blocking. */
  invokeSync(input: BaseLanguageModelInput, options: object | undefined): Output {
    const { call, traced } = this.#prepareBlocking(input, options);
    const open = () => call.chunksSync(traced.showsTokens());
    for (const _ of tracedStreamSync(traced, open, this.#kind.output));
    return call.answer.output();
  }

  /** The outputs of one answer, blocking. */
  streamSync(
    input: BaseLanguageModelInput,
    options: object | undefined,
  ): Generator<Output, void, undefined> {
    const { call, traced } = this.#prepareBlocking(input, options);
    return tracedStreamSync(traced, () => call.chunksSync(), this.#kind.output);
  }

  /** The outputs of one answer. Where no handler wants chunks, none are made. */
  streamIterator(
    input: BaseLanguageModelInput,
    options: object | undefined,
  ): AsyncGenerator<Output, void, undefined> {
    const { call, traced, cache } = this.prepare(input, options);
    const { answer } = call;
    const open = (manager: RunManager) => {
      const bound = call.bind();
      const callback = tokenCallback(manager);
      return callback === undefined
        ? openUnobserved(bound, (delta) => answer.addOutput(delta))
        : openObserved(bound, answer, callback, this.#kind.output);
    };
    return tracedStream(traced, open, cache);
  }

  /** Reads the input and the options, and describes the run that traces the call. */
  prepare(
    input: BaseLanguageModelInput,
    options: object | undefined,
  ): PreparedCall<AnswerCall<StreamRecord, Input, Chunk, Output>, Chunk, Output> {
    const model = this.#model;
    const kind = this.#kind;
    const read = kind.inputOf(requirePrompt(promptOf(input), modelClassOf(model)));
    const [given, callOptions] = separateOptions<AnyCallOptions>(model, options);
    const runId = kind.runId(given.runId);
    const config = runId === undefined ? given : { ...given, runId };
    const call = this.begin(read, callOptions, runId);
    const { answer } = call;
    const traced: TracedCall = {
      signal: call.signal,
      wantsTokens: () => wantsTokens(managerFor(model, config)),
      showsTokens: () => showsTokens(managerFor(model, config)),
      start: () => this.#startRun(read, config, callOptions),
      result: () => answer.result(),
      abortError: (signal) => call.abortError(signal),
      readerLeftError: () => call.readerLeftError(),
    };
    const cache =
      model.cache &&
      answerCache(
        model.cache,
        kind.cacheKey(model, read, callOptions),
        () => answer.generation(),
        kind,
      );
    return { call, traced, cache };
  }

  /** Begins a call inside a run whose caller may be none of LangChain's, which makes a signal of `timeout`. */
  #beginInside(input: Input, options: AnyCallOptions, manager: RunManager) {
    const bounded = withTimeoutAsTotal(options, this.#defaults);
    return this.begin(input, bounded, this.#kind.runId(manager?.runId));
  }

  #prepareBlocking(input: BaseLanguageModelInput, options: object | undefined) {
    return this.prepare(input, withTimeoutAsTotal(options, this.#defaults));
  }

  #startRun(input: Input, config: RunnableConfig, callOptions: AnyCallOptions): Promise<Run> {
    const model = this.#model;
    const traced = tracedParams(model, callOptions);
    const extra = { options: traced.options, invocation_params: traced.params, batch_size: 1 };
    const metadata = { ...config.metadata, ...langSmithMetadata(model, callOptions) };
    const told = { ...config, metadata };
    return startRun(model, told, traced.metadata, (manager, { runId, runName }) =>
      this.#kind.start(manager, [
        model.toJSON(),
        [input],
        runId,
        undefined,
        extra,
        undefined,
        undefined,
        runName,
      ]),
    );
  }
}
