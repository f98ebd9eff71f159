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
import { CallbackQueue } from "./runs/callback-queue.js";
import { answerCache, type AnswerCache } from "./runs/response-cache.js";
import { managerFor, startRun, type Listened, type Run, type RunManager } from "./runs/run.js";
import {
  showsTokens,
  tokenCallback,
  wantsTokens,
  type AnswerChunk,
} from "./runs/token-callback.js";
import { checkedSignal, eitherSignal } from "./runs/abort-signal.js";
import { withTimeoutAsTotal } from "./runs/timeout-option.js";
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
 * Where a model keeps its {@link Runners}. Unlike a private field, it is there behind a proxy, and in a copy that has
 * hooks and fields of its own: so each call says which object it is made on.
 */
export const RUNNERS = /* @__PURE__ */ Symbol("runners");

/** Makes the runners of a model and of its copies. All are equal to those who compare models: nothing of it is open. */
export class Runners<Runner> {
  readonly #make: (model: object) => Runner;

  constructor(make: (model: object) => Runner) {
    this.#make = make;
  }

  /** A runner for one call on this object. */
  of(model: object): Runner {
    return this.#make(model);
  }
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

  /** Several whole answers, asked for at the same time; the first failure ends the others. */
  async readAll(inputs: readonly Input[], options: AnyCallOptions, manager: RunManager) {
    const siblings = new AbortController();
    const given = checkedSignal(options.signal, modelClassOf(this.#model));
    const either = { ...options, signal: eitherSignal(given, siblings.signal) };
    const linked = inputs.length > 1 ? either : options;
    try {
      return await Promise.all(
        inputs.map((input, index) => this.read(input, linked, manager, index)),
      );
    } catch (error) {
      siblings.abort();
      throw error;
    }
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

  /** Reads the input and the options, begins the call, and describes its run and its place in the cache. */
  prepare(
    given: BaseLanguageModelInput,
    options: object | undefined,
  ): PreparedCall<AnswerCall<StreamRecord, Input, Chunk, Output>, Chunk, Output> {
    const model = this.#model;
    const kind = this.#kind;
    const input = kind.inputOf(requirePrompt(promptOf(given), modelClassOf(model)));
    const [runConfig, callOptions] = separateOptions<AnyCallOptions>(model, options);
    const runId = kind.runId(runConfig.runId);
    const config = runId === undefined ? runConfig : { ...runConfig, runId };
    const call = this.begin(input, callOptions, runId);
    const traced = this.#tracedCall(call, config, () => this.#startRun(input, config, callOptions));
    const cache =
      model.cache &&
      answerCache(
        model.cache,
        kind.cacheKey(model, input, callOptions),
        () => call.answer.generation(),
        kind,
      );
    return { call, traced, cache };
  }

  #tracedCall(
    call: AnswerCall<StreamRecord, Input, Chunk, Output>,
    config: RunnableConfig,
    start: () => Promise<Run>,
  ): TracedCall {
    const model = this.#model;
    return {
      signal: call.signal,
      wantsTokens: () => wantsTokens(managerFor(model, config)),
      showsTokens: () => showsTokens(managerFor(model, config)),
      start,
      result: () => call.answer.result(),
      abortError: (signal) => call.abortError(signal),
      readerLeftError: () => call.readerLeftError(),
    };
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
    return startRun(
      model,
      { ...config, metadata },
      traced.metadata,
      (manager, { runId, runName }) =>
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
