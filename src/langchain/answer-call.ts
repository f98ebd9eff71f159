import type { ModelCall } from "../streaming/model-call.js";
import type { AnswerAccumulator, AnswerKind } from "./answer-kind.js";
import { bindCall, type AnyCallOptions, type ModelDefaults } from "./bind-call.js";
import type { ModelHooks } from "./hooks.js";
import {
  collectAnswer,
  streamChunks,
  streamChunksSync,
  type Cancellation,
} from "./reading/chunk-stream.js";
import { abortError, readerLeftError } from "./runs/abort-error.js";
import { isSignal } from "./runs/abort-signal.js";
import type { RunManager } from "./runs/run.js";
import { showsTokens, tokenCallback, type AnswerChunk } from "./runs/token-callback.js";
import { modelClassOf } from "./model-class.js";

/** One call of a model: its input and options, and the answer that grows from the deltas. */
export class AnswerCall<
  StreamRecord,
  Input,
  Chunk extends AnswerChunk,
  Output,
> implements Cancellation {
  /** The answer so far. */
  readonly answer: AnswerAccumulator<Chunk, Output>;
  readonly #model: ModelHooks<StreamRecord, Input, AnyCallOptions>;
  readonly #defaults: ModelDefaults;
  readonly #kind: AnswerKind<Input, Chunk, Output>;
  readonly #input: Input;
  readonly #options: AnyCallOptions;

  /** @param runId names the answer's message unless the provider does. */
  constructor(
    model: ModelHooks<StreamRecord, Input, AnyCallOptions>,
    defaults: ModelDefaults,
    kind: AnswerKind<Input, Chunk, Output>,
    input: Input,
    options: AnyCallOptions,
    runId: string | undefined,
  ) {
    this.#model = model;
    this.#defaults = defaults;
    this.#kind = kind;
    this.#input = input;
    this.#options = options;
    this.answer = kind.accumulate(options, runId, input);
  }

  get signal(): AbortSignal | undefined {
    const { signal } = this.#options;
    // What is none is refused where the call is bound.
    return isSignal(signal) ? signal : undefined;
  }

  abortError(signal: AbortSignal): Error {
    return abortError(modelClassOf(this.#model), signal, this.answer.message());
  }

  /** The error that a trace gets when the reader left. */
  readerLeftError(): Error {
    return readerLeftError(modelClassOf(this.#model), this.answer.message());
  }

  /**
   * Binds the model's hooks to this call.
   *
   * @param isShown whether somebody sees the answer while it grows: it cannot begin anew then.
   */
  bind(isShown = true): ModelCall<StreamRecord> {
    const { answer } = this;
    const kind = this.#kind;
    const options = kind.hookOptions(this.#options);
    return bindCall(this.#model, this.#defaults, this.#input, options, {
      kind,
      partial: () => answer.text,
      ...(!isShown && {
        restart: () => {
          answer.restart();
        },
      }),
    });
  }

  /** The chunks of the answer, asynchronously. */
  chunks(manager: RunManager): AsyncGenerator<Chunk, void, undefined> {
    return streamChunks(() => this.bind(), this.answer, tokenCallback(manager), this);
  }

  /** The chunks of the answer, synchronously. */
  chunksSync(isShown = true): Generator<Chunk, void, undefined> {
    return streamChunksSync(this.bind(isShown), this.answer, this);
  }

  /** Reads the whole answer. */
  async read(manager: RunManager, promptIndex = 0): Promise<AnswerAccumulator<Chunk, Output>> {
    const bind = () => this.bind(showsTokens(manager));
    const callback = tokenCallback(manager, promptIndex);
    if (callback === undefined) await collectAnswer(bind(), this.answer, this);
    else for await (const _ of streamChunks(bind, this.answer, callback, this));
    return this.answer;
  }
}
