/** The chat examples, and what tells their wires apart. */
import type { HttpStreamingChatModel } from "http-streaming-llm";
import { AnthropicChat } from "../../examples/anthropic-messages.js";
import { BedrockChat } from "../../examples/bedrock-converse.js";
import { GeminiChat } from "../../examples/gemini.js";
import { HunyuanChat } from "../../examples/hunyuan.js";
import { OllamaChat } from "../../examples/ollama-chat.js";
import { OpenAIChat } from "../../examples/openai-chat.js";
import { anthropicMessages } from "../../examples/server/wires/anthropic-messages.mjs";
import { bedrockConverse } from "../../examples/server/wires/bedrock-converse.mjs";
import type { ChatWire } from "../../examples/server/wires/chat-wire.js";
import { gemini } from "../../examples/server/wires/gemini.mjs";
import { hunyuan } from "../../examples/server/wires/hunyuan.mjs";
import { ollamaChat } from "../../examples/server/wires/ollama-chat.mjs";
import { openaiChat } from "../../examples/server/wires/openai-chat.mjs";
import type { ChatFields } from "../../examples/support/show-chat.js";

export interface ChatExample {
  readonly name: string;
  create(
    origin: string,
    fields?: Partial<ChatFields>,
  ): HttpStreamingChatModel & { endpoint: string | URL };
  /** The wire on the server's side. */
  readonly wire: ChatWire;
  /** How many frames at a response's end say that the answer is complete. */
  readonly endFrames: number;
  /** The word for an answer that is complete, and for one that ends with calls. */
  readonly finishReasons: readonly [text: string, calls: string];
  /** The ids of messages and calls. `run-…` is LangChain's, and {@link MADE_ID} is made: the wire has none. */
  readonly ids: readonly [message: RegExp, call: RegExp];
  /** Whether JSON can be asked for in other ways than by a tool. Default `true`. */
  readonly hasJson?: false;
  /** The header that holds the api key, and the variable it comes from. */
  readonly key?: readonly [header: string, variable: string];
}

const RUN_ID = /^run-/;
/** As OpenAI and Anthropic take it, who may read the conversation later: 40 characters at most, and of these. */
export const MADE_ID: RegExp = /^call-[\w-]{32}$/;
const model = "alice";

export const CHAT_EXAMPLES: readonly ChatExample[] = [
  {
    name: "openai-chat",
    create: (origin, fields) => new OpenAIChat({ baseUrl: `${origin}/v1`, model, ...fields }),
    wire: openaiChat,
    endFrames: 1,
    finishReasons: ["stop", "tool_calls"],
    ids: [/^chatcmpl-/, /^call_/],
    key: ["authorization", "OPENAI_API_KEY"],
  },
  {
    name: "ollama-chat",
    create: (baseUrl, fields) => new OllamaChat({ baseUrl, model, ...fields }),
    wire: ollamaChat,
    endFrames: 1,
    finishReasons: ["stop", "stop"],
    ids: [RUN_ID, MADE_ID],
  },
  {
    name: "anthropic-messages",
    create: (baseUrl, fields) => new AnthropicChat({ baseUrl, model, ...fields }),
    wire: anthropicMessages,
    endFrames: 1,
    finishReasons: ["end_turn", "tool_use"],
    ids: [/^msg_/, /^toolu_/],
    hasJson: false,
    key: ["x-api-key", "ANTHROPIC_API_KEY"],
  },
  {
    name: "bedrock-converse",
    create: (baseUrl, fields) => new BedrockChat({ baseUrl, model, ...fields }),
    wire: bedrockConverse,
    endFrames: 2,
    finishReasons: ["end_turn", "tool_use"],
    ids: [RUN_ID, /^tooluse_/],
    hasJson: false,
  },
  {
    name: "hunyuan",
    create: (baseUrl, fields) => new HunyuanChat({ baseUrl, model, ...fields }),
    wire: hunyuan,
    endFrames: 1,
    finishReasons: ["stop", "tool_calls"],
    ids: [/^hy-/, /^call_/],
    hasJson: false,
  },
  ...(["json", "sse"] as const).map((alt) => ({
    name: `gemini, ${alt}`,
    create: (baseUrl: string, fields?: Partial<ChatFields>) =>
      new GeminiChat({ baseUrl, model, alt, ...fields }),
    wire: gemini,
    endFrames: alt === "json" ? 2 : 1,
    finishReasons: ["STOP", "STOP"] as const,
    ids: [/^[\w-]{16}$/, MADE_ID] as const,
    key: ["x-goog-api-key", "GEMINI_API_KEY"] as const,
  })),
];
