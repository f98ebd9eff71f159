/**
 * Amazon Bedrock's `/model/{id}/converse-stream`, with tools: every request signed, the answer in Amazon's binary
 * event stream. Offline by default; for the real thing set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY (with
 * temporary keys AWS_SESSION_TOKEN), AWS_REGION and BEDROCK_MODEL.
 */
import type { BaseMessage } from "@langchain/core/messages";
import { awsEventStream, HttpStreamingChatModel } from "http-streaming-llm";
import type { AwsEvent, ChunkContext, RequestContext } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { OpenBlock } from "./support/anthropic-answer.js";
import { awsUrl, credentials, signed } from "./support/aws.js";
import { toBlock, toConversation, toPiece, toTools, toUsage } from "./support/bedrock.js";
import type { ConverseEvent } from "./support/bedrock.js";
import { isMain, showChat, type ChatFields, type ChatOptions } from "./support/show-chat.js";

export class BedrockChat extends HttpStreamingChatModel<AwsEvent<ConverseEvent>, ChatOptions> {
  endpoint: URL;
  override format = awsEventStream<ConverseEvent>();
  readonly #keys = credentials();
  constructor(private readonly fields: ChatFields) {
    super({ endOfStream: "required", ...fields });
    const path = `/model/${encodeURIComponent(fields.model)}/converse-stream`;
    this.endpoint = new URL(path, fields.baseUrl);
  }
  _llmType() {
    return "bedrock-converse";
  }
  override headers(_: unknown, context: RequestContext) {
    return signed(context, "bedrock", this.#keys);
  }
  buildPayload(history: BaseMessage[], options: this["ParsedCallOptions"]) {
    const { thinking, temperature, maxTokens } = { ...this.fields, ...options };
    const inferenceConfig = { maxTokens, temperature, stopSequences: options.stop };
    const thoughts = thinking && { thinking: { type: "enabled", budget_tokens: 1024 } };
    const more = { additionalModelRequestFields: thoughts };
    return { ...toConversation(history), ...toTools(options), inferenceConfig, ...more };
  }
  parseChunk({ payload }: AwsEvent<ConverseEvent>, { event, state }: ChunkContext) {
    if (payload instanceof Uint8Array) return null;
    const { contentBlockIndex: index = 0, stopReason, usage, trace } = payload;
    switch (event) {
      case "messageStart":
        return { model: this.fields.model, metadata: { provider: "bedrock" } };
      case "contentBlockStart":
        return OpenBlock.at(index, state, toBlock(payload)).begin();
      case "contentBlockDelta":
        return toPiece(payload, state);
      case "contentBlockStop":
        return OpenBlock.at(index, state).end();
      case "messageStop":
        return { finishReason: stopReason };
      default:
        return { usage: usage && toUsage(usage), metadata: trace && { trace } };
    }
  }
}

if (isMain(import.meta)) {
  const model = process.env.BEDROCK_MODEL ?? "amazon.nova-lite-v1:0";
  const baseUrl = awsUrl("bedrock-runtime") ?? (await startModelServer()).origin;
  await showChat(new BedrockChat({ baseUrl, model }));
}
