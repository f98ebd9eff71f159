import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { Serialized } from "@langchain/core/load/serializable";
import type { AIMessageChunk, BaseMessage } from "@langchain/core/messages";
import type { ChatGeneration, LLMResult } from "@langchain/core/outputs";

/** Writes down what a run tells its handlers. */
export class Recorder extends BaseCallbackHandler {
  name = "recorder";
  override awaitHandlers = true;
  /** The texts of the messages of each start. */
  readonly starts: string[][] = [];
  readonly runIds: string[] = [];
  readonly serialized: Serialized[] = [];
  readonly extras: Record<string, unknown>[] = [];
  readonly metadata: Record<string, unknown>[] = [];
  readonly tokens: string[] = [];
  /** `"end"` or `"error"`, for each terminal callback. */
  readonly endings: string[] = [];
  ended: AIMessageChunk | undefined;
  result: LLMResult | undefined;
  error: unknown;

  override handleChatModelStart(
    llm: Serialized,
    messages: BaseMessage[][],
    runId: string,
    ...[, extra, , metadata]: [
      parentRunId?: string,
      extraParams?: Record<string, unknown>,
      tags?: string[],
      metadata?: Record<string, unknown>,
    ]
  ): void {
    this.starts.push(messages.flat().map(({ text }) => text));
    this.runIds.push(runId);
    this.serialized.push(llm);
    this.extras.push(extra ?? {});
    this.metadata.push(metadata ?? {});
  }

  override handleLLMNewToken(token: string): void {
    this.tokens.push(token);
  }

  override handleLLMEnd(result: LLMResult): void {
    this.endings.push("end");
    this.result = result;
    this.ended = (result.generations[0]?.[0] as ChatGeneration | undefined)
      ?.message as AIMessageChunk;
  }

  override handleLLMError(error: unknown): void {
    this.endings.push("error");
    this.error = error;
  }
}
