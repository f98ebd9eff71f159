import type { BaseMessage } from "@langchain/core/messages";
import { HttpStreamingChatModel, sse, type StreamDelta } from "http-streaming-llm";
import { toOpenAIMessages, toOpenAIToolChoice } from "http-streaming-llm/openai";
import {
  chatModelExpectations,
  type ExpectationFields,
  type SentRequest,
  type WantedAnswer,
} from "../../helpers/chat-expectations.js";
import { answer, DeltaChat } from "../../helpers/chat-fixtures.js";

interface OpenAIBody {
  messages: { role: string }[];
  tools?: { function: { name: string; parameters: unknown } }[];
  stop?: string[];
}

function sent(body: Record<string, unknown>): SentRequest {
  const { messages, tools, stop } = body as unknown as OpenAIBody;
  return {
    roles: messages.map(({ role }) => role),
    tools: tools?.map(({ function: { name, parameters } }) => ({ name, parameters })),
    stop,
  };
}

const roles = ["system", "user", "assistant", "tool"] as const;

function deltasOf({ text = [], toolCalls = [], usage, stalls }: WantedAnswer): StreamDelta[] {
  return [
    ...text.map((piece) => ({ text: piece })),
    ...toolCalls.map(({ args, ...call }, index) => ({ toolCalls: [{ index, ...call, args }] })),
    ...(stalls ? [] : [{ usage, model: "qwen3", done: true }]),
  ];
}

chatModelExpectations("DeltaChat", {
  model: (url, fields) => new DeltaChat({ url, ...fields }),
  script: (wanted) => answer(deltasOf(wanted), wanted.stalls ? { end: "stall" } : {}),
  sent,
  roles,
});

interface Chunk {
  id: string;
  model: string;
  choices: {
    delta: {
      content?: string;
      tool_calls?: {
        index: number;
        id?: string;
        function: { name?: string; arguments: string };
      }[];
    };
    finish_reason: string | null;
  }[];
  usage?: { prompt_tokens: number; completion_tokens: number };
}

class ChatCompletions extends HttpStreamingChatModel<Chunk> {
  _llmType() {
    return "chat-completions";
  }
  override format = sse<Chunk>();
  readonly endpoint: string;
  constructor({ url, ...fields }: ExpectationFields & { url: string }) {
    super(fields);
    this.endpoint = url;
  }
  buildPayload(messages: BaseMessage[], options: this["ParsedCallOptions"]) {
    return {
      messages: toOpenAIMessages(messages),
      tools: options.tools,
      tool_choice: toOpenAIToolChoice(options.tool_choice),
      stop: options.stop,
      stream: true,
    };
  }
  parseChunk({ id, model, choices: [choice], usage }: Chunk): StreamDelta {
    return {
      id,
      model,
      text: choice?.delta.content,
      toolCalls: choice?.delta.tool_calls?.map(
        ({ index, id, function: { name, arguments: args } }) => ({
          index,
          id,
          name,
          args,
        }),
      ),
      finishReason: choice?.finish_reason,
      usage: usage && { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens },
    };
  }
}

/** Chunks as vLLM sends them: arguments in pieces, usage after the finish reason. */
function chunksOf({ text = [], toolCalls = [], usage, stalls }: WantedAnswer): string[] {
  const common = { id: "cmpl-1", model: "qwen3" };
  const say = (delta: object, finish_reason: string | null = null) => ({
    ...common,
    choices: [{ delta, finish_reason }],
  });
  const chunks: object[] = text.map((content) => say({ content }));
  toolCalls.forEach(({ id, name, args }, index) => {
    const call = (fields: object) => say({ tool_calls: [{ index, ...fields }] });
    chunks.push(call({ id, type: "function", function: { name, arguments: "" } }));
    for (const piece of JSON.stringify(args).match(/.{1,6}/g) ?? []) {
      chunks.push(call({ function: { arguments: piece } }));
    }
  });
  if (!stalls) {
    chunks.push(say({}, toolCalls.length > 0 ? "tool_calls" : "stop"));
    const { inputTokens, outputTokens } = usage ?? { inputTokens: 1, outputTokens: 1 };
    const counts = { prompt_tokens: inputTokens, completion_tokens: outputTokens };
    chunks.push({ ...common, choices: [], usage: counts });
  }
  const data = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
  return stalls ? data : [...data, "data: [DONE]\n\n"];
}

chatModelExpectations("ChatCompletions", {
  model: (url, fields) => new ChatCompletions({ url, ...fields }),
  script: (wanted) => ({
    headers: { "content-type": "text/event-stream" },
    steps: chunksOf(wanted).map((text) => ({ text })),
    end: wanted.stalls ? "stall" : "clean",
  }),
  sent,
  roles,
});
