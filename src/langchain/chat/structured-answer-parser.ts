import { BaseLLMOutputParser, OutputParserException } from "@langchain/core/output_parsers";
import {
  createContentParser,
  createFunctionCallingParser,
} from "@langchain/core/language_models/structured_output";
import { BaseMessage, type AIMessageChunk } from "@langchain/core/messages";
import { ChatGenerationChunk, type ChatGeneration, type Generation } from "@langchain/core/outputs";
import type { RunnableConfig } from "@langchain/core/runnables";
import { deepCompareStrict } from "@langchain/core/utils/json_schema";
import { tryJsonObject } from "../../formats/json/try-json.js";
import { standardFinishReason } from "../../streaming/answer/finish-reasons.js";
import { refusalError } from "../core-members.js";
import { jsonSchemaFault } from "./schema-fault.js";
import { MessageJoiner } from "./message-joiner.js";
import type { AnyObject, StructuredSchema } from "./schema.js";
import {
  FENCE,
  PartialContent,
  PartialToolCall,
  type PartialObject,
} from "./structured-partial-answer.js";

/** The place of the object in an answer: LangChain's parsers, and what they let pass. */
interface AnswerReader<Output> {
  /** Reads and validates the object of a complete answer. */
  readonly whole: BaseLLMOutputParser<Output>;
  /** Begins to read an answer that streams. */
  partial(): PartialObject;
  /** Why an answer of which LangChain's parser made a value, or nothing, is none; `undefined` if it is one. */
  rejectionReason(message: AIMessageChunk, value: unknown): string | undefined;
}

/**
 * Gives the object that is in a model's answer, and while the answer streams, as much of it as there is.
 * LangChain's own parsers read and validate it; but they take a call whose arguments were cut off for a
 * complete one, an answer without the call for `undefined`, refuse content blocks (v1) when streaming, and
 * do not validate at the end of a stream. All of these end in LangChain's own errors here.
 */
export class StructuredAnswerParser<Output extends AnyObject> extends BaseLLMOutputParser<Output> {
  override lc_namespace = ["http_streaming_llm", "structured_output"];
  readonly #reader: AnswerReader<Output>;

  private constructor(reader: AnswerReader<Output>) {
    super();
    this.#reader = reader;
  }

  static override lc_name(): string {
    return "StructuredAnswerParser";
  }

  /** The object is the arguments of a tool call. */
  static ofToolCall<Output extends AnyObject>(
    schema: StructuredSchema<Output>,
    toolName: string,
  ): StructuredAnswerParser<Output> {
    return new StructuredAnswerParser<Output>({
      whole: createFunctionCallingParser<Output>(schema, toolName),
      partial: () => new PartialToolCall(toolName),
      rejectionReason: (message, value) =>
        toolCallRejection(message, toolName, value !== undefined) ?? jsonSchemaFault(schema, value),
    });
  }

  /** The object is the JSON text of the answer. */
  static ofContent<Output extends AnyObject>(
    schema: StructuredSchema<Output>,
  ): StructuredAnswerParser<Output> {
    return new StructuredAnswerParser<Output>({
      whole: createContentParser<Output>(schema),
      partial: () => new PartialContent(),
      rejectionReason: (_, value) =>
        value === undefined ? "The answer holds no JSON." : jsonSchemaFault(schema, value),
    });
  }

  /** The object of a complete answer. */
  override async parseResult(generations: Generation[]): Promise<Output> {
    const [generation] = generations as [ChatGeneration];
    const value = await this.#whole(generation);
    const message = generation.message as AIMessageChunk;
    const reason = this.#reader.rejectionReason(message, value);
    if (value === undefined || reason !== undefined) {
      throw parserException(reason ?? "The answer holds no object.", generation);
    }
    return value;
  }

  /** The objects of an answer that streams: each holds more than the one before, the last is validated. */
  override async *transform(
    generator: AsyncGenerator<string | BaseMessage>,
    options: Partial<RunnableConfig>,
  ): AsyncGenerator<Output> {
    const answer = generator as AsyncGenerator<AIMessageChunk>;
    const config = { ...options, runType: "parser" };
    yield* this._transformStreamWithConfig(answer, (chunks) => this.#objects(chunks), config);
  }

  async *#objects(chunks: AsyncGenerator<AIMessageChunk>): AsyncGenerator<Output> {
    const answer = new MessageJoiner();
    const partial = this.#reader.partial();
    let last: unknown;
    for await (const chunk of chunks) {
      answer.add(chunk);
      const value = partial.next(chunk);
      if (value === undefined) continue;
      last = value;
      yield value as Output;
    }
    const message = answer.message();
    if (message === undefined) return;
    const whole = await this.parseResult([toGeneration(message)]);
    if (!deepCompareStrict(whole, last)) yield whole;
  }

  async #whole(generation: ChatGeneration): Promise<Output | undefined> {
    const message = generation.message as AIMessageChunk;
    const refusal = message.contentBlocks.find(({ type }) => (type as string) === "refusal");
    if (refusal !== undefined) throw refusalError(refusal, message);
    try {
      return await this.#reader.whole.parseResult([withoutFences(generation)]);
    } catch (error) {
      const said = error instanceof OutputParserException ? error.message : String(error);
      throw parserException(said, generation, error);
    }
  }

  /** For traces LangChain joins what a stream was given, and what it gave: of the objects, the last holds all. */
  override _concatOutputChunks<Chunk>(first: Chunk, second: Chunk): Chunk {
    return BaseMessage.isInstance(first) ? super._concatOutputChunks(first, second) : second;
  }

  protected override _baseMessageToString(message: BaseMessage): string {
    return message.text;
  }
}

/** LangChain's error for an answer that is not the object, and why it may not be. */
function parserException(
  rejectionReason: string,
  { text, message }: ChatGeneration,
  error?: unknown,
): OutputParserException {
  const { finish_reason: reason } = message.response_metadata;
  if (standardFinishReason(reason) === "length") {
    const words = `The answer ended at the limit of tokens (finish reason "${String(reason)}"), before the object was complete: raise the limit. ${rejectionReason}`;
    return new OutputParserException(words, text);
  }
  if (error instanceof OutputParserException) return error;
  const words =
    error === undefined ? rejectionReason : `Failed to parse. Text: "${text}". ${rejectionReason}`;
  return new OutputParserException(words, text);
}

function toGeneration(message: AIMessageChunk): ChatGeneration {
  return new ChatGenerationChunk({ message, text: message.text });
}

/** A model whose hooks leave tools out looks like one that does not want to call any. */
const NO_CALLS =
  " Check that buildPayload sends options.tools and options.tool_choice, and that parseChunk returns toolCalls.";

/**
 * LangChain takes the first fence in a text for one, also in a string of the JSON. There a backtick may be written as
 * an escape, which is the same string.
 */
function withoutFences(generation: ChatGeneration): ChatGeneration {
  if (!generation.text.includes(FENCE)) return generation;
  const content = new PartialContent();
  content.next(generation);
  return { ...generation, text: content.json.replaceAll("`", "\\u0060") };
}

/** LangChain completes arguments that were cut off, which is right while they stream and wrong at the end. */
function toolCallRejection(
  { tool_call_chunks = [], invalid_tool_calls = [], text }: AIMessageChunk,
  toolName: string,
  found: boolean,
): string | undefined {
  const call = [...tool_call_chunks, ...(invalid_tool_calls ?? [])].find(
    ({ name }) => name === toolName,
  );
  if (call !== undefined && !tryJsonObject(call.args?.trim() || "{}")) {
    return `The arguments of the call of "${toolName}" are not a complete JSON object: ${call.args ?? ""}`;
  }
  if (found) return undefined;
  const calledNone = tool_call_chunks.length + (invalid_tool_calls ?? []).length === 0;
  return `The model was to call the tool "${toolName}" and did not.${calledNone ? NO_CALLS : ""} It answered: ${text || "(no text)"}`;
}
