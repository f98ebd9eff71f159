import type {
  AIMessageChunkFields,
  BaseMessage,
  MessageOutputVersion,
} from "@langchain/core/messages";
import { ChatGenerationChunk } from "@langchain/core/outputs";
import { type Delta, TextDelta, type ToolCallPiece } from "../../streaming/delta/delta.js";
import { CallIds } from "./call-ids.js";
import { argumentsPiece, isReasoningOnly } from "./delta-pieces.js";
import { JoinedFacts } from "./joined-facts.js";
import {
  BlockContent,
  StringContent,
  toolCallChunk,
  type ContentFactory,
} from "./message-content.js";
import { digestOf } from "../privacy/digest.js";
import { noteFactsOnly } from "../runs/call-facts.js";
import { MessageTemplate } from "./fast/message-template.js";
import { PROVIDER } from "./message-json.js";
import { StreamedMessageChunk } from "./streamed-message-chunk.js";
import { usageMetadata } from "./token-usage.js";

/** Makes the chunks of one answer: they concatenate to the message that `invoke` returns. */
export class MessageChunkFactory {
  readonly #content: ContentFactory;
  readonly #runId: string;
  readonly #knownCalls = new Set<number>();
  readonly #callIds: CallIds;
  readonly #knownFacts = new JoinedFacts();
  /** Facts of the author's metadata under names of our own, which count where nothing else is said until the end. */
  #stopgaps: Record<string, unknown> = {};
  #id: string | undefined;
  #started = false;
  /** For pieces of text, reasoning and arguments, once the id is settled and while pieces come alone. */
  #template: MessageTemplate | undefined;

  /**
   * @param outputVersion `"v0"`: string content; `"v1"`: content blocks.
   * @param runId names the message unless the provider does.
   * @param history the messages that are answered. Some servers draw their ids from few: LangGraph would put the
   * answer in the place of the message that has its id, and take the result of an earlier call for that of this one.
   */
  constructor(
    outputVersion: MessageOutputVersion,
    runId: string | undefined,
    private readonly history: readonly BaseMessage[] = [],
  ) {
    this.#content = outputVersion === "v1" ? new BlockContent() : new StringContent();
    this.#callIds = new CallIds(history);
    this.#runId = runId ?? crypto.randomUUID();
    if (runId !== undefined) this.#id = `run-${runId}`;
  }

  /** The chunk of a delta. */
  create(delta: Delta): ChatGenerationChunk {
    const piece = this.pieceMessage(delta);
    if (piece !== undefined) {
      return new ChatGenerationChunk({ text: delta.text, message: piece, generationInfo: {} });
    }
    // Readers tell messages apart by their id: the one on the first chunk stays.
    const { id } = delta;
    if (id !== undefined && (!this.#started || this.#id === undefined) && !this.#isTaken(id)) {
      this.#id = id;
      this.#template = undefined;
    }
    this.#started = true;
    const named = delta.toolCalls?.map((piece) => this.#withId(piece));
    const facts = this.#newFacts(delta);
    const fields = this.#content.fieldsOf(
      named === undefined ? delta : { ...delta, toolCalls: named },
    );
    const { logprobs } = delta;
    fields.response_metadata = {
      ...facts,
      ...(logprobs !== undefined && { logprobs }),
      ...fields.response_metadata,
    };
    if (named !== undefined) fields.tool_call_chunks = named.map(toolCallChunk);
    if (delta.usage !== undefined) fields.usage_metadata = usageMetadata(delta.usage);
    if (this.#id !== undefined) fields.id = this.#id;
    const message = new StreamedMessageChunk(fields as AIMessageChunkFields);
    if (!this.#content.takesPieces) this.#template = undefined;
    else this.#template ??= new MessageTemplate(this.#id, this.#content);
    const chunk = new ChatGenerationChunk({ text: delta.text, message, generationInfo: facts });
    return Object.keys(this.#stopgaps).length > 0 ? chunk : noteFactsOnly(delta, chunk);
  }

  #isTaken(id: string): boolean {
    return this.history.some((message) => message.id === id);
  }

  /** Takes note of a delta of which no chunk is wanted: text, reasoning or arguments alone. */
  skip(delta: Delta): void {
    this.#content.skip?.(delta);
  }

  /**
   * The message of a chunk that is one piece and nothing else: of text, of reasoning, or of the arguments of a
   * call that has begun. The piece counts as given, so it is asked for once.
   */
  pieceMessage(delta: Delta): StreamedMessageChunk | undefined {
    const template = this.#template;
    if (template === undefined) return undefined;
    if (delta instanceof TextDelta) return template.withText(delta.text);
    const { reasoning } = delta;
    if (reasoning !== undefined && isReasoningOnly(delta)) return template.withReasoning(reasoning);
    const piece = argumentsPiece(delta);
    if (piece === undefined || !this.#knownCalls.has(piece.index)) return undefined;
    return template.withArguments(piece.index, piece.args);
  }

  /**
   * The facts of a delta about the answer as a whole, under the names LangChain's models use. LangChain adds up
   * the numbers and texts that chunks have under one name: the first counts. Lists and objects grow.
   */
  #newFacts({ finishReason, model, metadata, call }: Delta): Record<string, unknown> {
    const told: Record<string, unknown> = {
      ...(metadata && this.#withoutOwnNames(metadata)),
      // LangChain's models call it by either name, and so do those who look for it.
      ...(model !== undefined && { model, model_name: model }),
      ...(finishReason !== undefined && { finish_reason: finishReason }),
      ...call,
    };
    if (call !== undefined) told.model_provider ??= PROVIDER;
    if (call !== undefined) addMissing(told, this.#stopgaps);
    const facts: Record<string, unknown> = {};
    for (const [name, fact] of Object.entries(told)) {
      const part = this.#knownFacts.newPart(name, fact);
      if (part !== undefined) facts[name] = part;
    }
    this.#knownFacts.add(facts);
    return facts;
  }

  /** What a chunk has said cannot be taken back, and the true finish reason comes last. */
  #withoutOwnNames(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const { finish_reason, model, model_name, output_version, ...others } = metadata;
    for (const [name, fact] of Object.entries({ finish_reason, model, model_name })) {
      if (fact !== undefined) this.#stopgaps[name] = fact;
    }
    return others;
  }

  /**
   * A tool's result refers to its call by id, so a call that the provider left without gets one. Another provider may
   * read it later, and OpenAI takes no more than 40 characters.
   */
  #withId(piece: ToolCallPiece): ToolCallPiece {
    const isFirst = !this.#knownCalls.has(piece.index);
    this.#knownCalls.add(piece.index);
    if (!isFirst) return piece;
    return { ...piece, id: this.#callIds.take(piece.id ?? this.#madeId(piece.index)) };
  }

  #madeId(index: number): string {
    return `call-${digestOf(`${this.#id ?? this.#runId} ${index}`).slice(0, 32)}`;
  }
}

/** Adds to facts those that are missing. */
function addMissing(
  facts: Record<string, unknown>,
  others: Readonly<Record<string, unknown>>,
): void {
  for (const [name, fact] of Object.entries(others)) facts[name] ??= fact;
}
