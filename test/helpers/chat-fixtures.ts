/** Chat models for tests: the records of the wire are the deltas themselves, one JSON line each. */
import type { BaseMessage } from "@langchain/core/messages";
import {
  HttpStreamingChatModel,
  jsonLines,
  type HttpStreamingChatModelFields,
  type ParsedChatChunk,
  type StreamDelta,
  type StructuredOutputMethod,
} from "http-streaming-llm";
import { toOpenAIMessages, toOpenAIToolChoice } from "http-streaming-llm/openai";
import { withoutCallFacts } from "./call-facts.js";
import type { Script, ScriptedServer, Step } from "./scripted-server.js";

export interface DeltaChatFields extends HttpStreamingChatModelFields {
  url: string;
  model?: string;
  temperature?: number;
  maxTokens?: number;
  apiKey?: string;
}

export class DeltaChat extends HttpStreamingChatModel<StreamDelta> {
  _llmType() {
    return "delta";
  }
  static override lc_name() {
    return "DeltaChat";
  }
  override format = jsonLines<StreamDelta>();
  #url: string;
  constructor({ url, ...fields }: DeltaChatFields) {
    super(fields);
    this.#url = url;
  }
  get endpoint() {
    return this.#url;
  }
  override get structuredOutputMethods(): readonly StructuredOutputMethod[] {
    return ["functionCalling", "jsonSchema", "jsonMode"];
  }
  buildPayload(messages: BaseMessage[], options: this["ParsedCallOptions"]) {
    return {
      messages: toOpenAIMessages(messages),
      stop: options.stop,
      tools: options.tools,
      tool_choice: toOpenAIToolChoice(options.tool_choice),
      response_format: options.response_format,
    };
  }
  parseChunk(delta: StreamDelta): ParsedChatChunk {
    return delta;
  }
  /** A server that does not stream sends all deltas as one array. */
  override parseResponse(body: unknown): ParsedChatChunk {
    return body as StreamDelta[];
  }
}

/** The script of an answer: one record a write. */
export function answer(deltas: readonly StreamDelta[], script: Script = {}): Script {
  return {
    headers: { "content-type": "application/x-ndjson" },
    steps: deltas.map((delta): Step => ({ text: `${JSON.stringify(delta)}\n` })),
    ...script,
  };
}

/** The same answer of a server that does not stream. */
function wholeAnswer(deltas: readonly StreamDelta[]): Script {
  return {
    headers: { "content-type": "application/json" },
    steps: [{ text: JSON.stringify(deltas) }],
  };
}

/** A model that gives an answer, whatever it is asked. */
export function chatAnswering(
  server: ScriptedServer,
  deltas: readonly StreamDelta[],
  fields: HttpStreamingChatModelFields = {},
): DeltaChat {
  const script = fields.streaming === false ? wholeAnswer(deltas) : answer(deltas);
  return new DeltaChat({ url: server.url(script), ...fields });
}

/** Generated ids differ from call to call. */
export function withoutGeneratedIds(text: string): string {
  const runs = text.replaceAll(/run-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "run-id");
  return runs.replaceAll(/call-[\w-]{32}/g, "call-id");
}

/** A message as it would be stored, and its content blocks, without what it says of its call. */
export function shown(message: BaseMessage): unknown {
  const text = JSON.stringify({ dict: message.toDict(), contentBlocks: message.contentBlocks });
  return withoutCallFacts(JSON.parse(withoutGeneratedIds(text)) as unknown);
}
