/**
 * The seam between the two base classes and all that they share. A text model and a chat model differ in the
 * input, in the chunks and outputs that LangChain defines for them, and in the names of a few callbacks;
 * {@link AnswerKind} says these, {@link AnswerAccumulator} puts one answer together, and `ModelRunner` does the
 * rest once for both.
 */
import type { CallbackManager, CallbackManagerForLLMRun } from "@langchain/core/callbacks/manager";
import type { Serialized } from "@langchain/core/load/serializable";
import type { AIMessageChunk } from "@langchain/core/messages";
import type { Generation, LLMResult } from "@langchain/core/outputs";
import type { BasePromptValueInterface } from "@langchain/core/prompt_values";
import type { DeltaRules } from "../streaming/answer/delta-rules.js";
import type { Delta } from "../streaming/delta/delta.js";
import type { AnyCallOptions } from "./bind-call.js";

/** Puts the deltas of one answer together, and makes of each what is asked for, no more. */
export interface AnswerAccumulator<Chunk, Output> {
  /** The text so far. */
  readonly text: string;
  /** Takes a delta and gives its chunk. */
  add(delta: Delta): Chunk;
  /** Takes a delta and gives what a reader of outputs gets, `undefined` for nothing. */
  addOutput(delta: Delta): Output | undefined;
  /** Takes a delta of which nothing is wanted. */
  collect(delta: Delta): void;
  /** Forgets the answer so far: it begins anew. */
  restart(): void;
  /** The answer so far as a message, for an error that carries it. */
  message(): AIMessageChunk;
  /** The answer so far as one chunk; `undefined` when nothing came. */
  generation(): Chunk | undefined;
  /** The whole answer as LangChain hands it to callbacks. */
  result(): LLMResult;
  /** The whole answer as `invoke` gives it. */
  output(): Output;
}

/** The arguments of LangChain's start callbacks. */
export type StartArguments<Input> = [
  serialized: Serialized,
  inputs: Input[],
  runId: string | undefined,
  parentRunId: undefined,
  extra: Record<string, unknown>,
  tags: undefined,
  metadata: undefined,
  runName: string | undefined,
];

/** A model as far as the key of its cached answers needs it. */
export interface CacheKeyModel {
  _getSerializedCacheKeyParametersForCall(options: object): string;
}

/** The kind of answer that a model gives: all in which a text model and a chat model differ. */
export interface AnswerKind<Input, Chunk, Output> extends DeltaRules {
  /** The kind of request, in OpenTelemetry's word. */
  readonly operation: "chat" | "text_completion";
  /** The input of the hooks. */
  inputOf(prompt: BasePromptValueInterface): Input;
  /** The call options as the hooks get them. */
  hookOptions(options: AnyCallOptions): AnyCallOptions;
  /**
   * Checks the body of a request, a text, for what a hook cannot have meant.
   *
   * @throws HookError
   */
  checkBody?(body: string, input: Input, options: AnyCallOptions): void;
  /** The id of a run: one that was given, or a new one where the answer's message is named by it. */
  runId(given: string | undefined): string | undefined;
  /** Begins an answer. `runId` names its message unless the provider does, by an id that no message of the input has. */
  accumulate(
    options: AnyCallOptions,
    runId: string | undefined,
    input: Input,
  ): AnswerAccumulator<Chunk, Output>;
  /** The output of a chunk, `undefined` for nothing. */
  output(chunk: Chunk): Output | undefined;
  /** A cached answer as one chunk, which cost nothing this time. */
  replay(generation: Generation): Chunk;
  /** The key of an answer in LangChain's cache: the prompt, and the parameters of model and call. */
  cacheKey(
    model: CacheKeyModel,
    input: Input,
    options: AnyCallOptions,
  ): readonly [prompt: string, parameters: string];
  /** Tells the handlers that a run starts. */
  start(manager: CallbackManager, args: StartArguments<Input>): Promise<CallbackManagerForLLMRun[]>;
}
