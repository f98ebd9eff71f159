import type { ChatAnswer } from "../../examples/server/wires/chat-wire.js";
import type { Script } from "../helpers/scripted-server.js";
import {
  chatModelExpectations,
  type SentRequest,
  type WantedAnswer,
} from "../helpers/chat-expectations.js";
import { CHAT_EXAMPLES, MADE_ID, type ChatExample } from "../helpers/chat-examples.js";

/** What the requests of all wires may hold. */
interface Body {
  messages?: { role: string }[];
  /** Hunyuan's. */
  Messages?: { Role: string }[];
  Tools?: { Function: { Name: string; Parameters: string } }[];
  Stop?: string[];
  toolConfig?: { tools: { toolSpec: { name: string; inputSchema: { json: object } } }[] };
  inferenceConfig?: { stopSequences?: string[] };
  contents?: { role: string }[];
  tools?: {
    name?: string;
    input_schema?: object;
    function?: { name: string; parameters: object };
    functionDeclarations?: { name: string; parametersJsonSchema: object }[];
  }[];
  stop?: string[];
  stop_sequences?: string[];
  options?: { stop?: string[] };
  generationConfig?: { stopSequences?: string[] };
}

function sent(request: Record<string, unknown>): SentRequest {
  const { messages, contents, tools, ...body } = request as Body;
  if (body.Messages !== undefined) {
    return {
      roles: body.Messages.map(({ Role }) => Role),
      tools: body.Tools?.map(({ Function: { Name, Parameters } }) => {
        return { name: Name, parameters: JSON.parse(Parameters) as unknown };
      }),
      stop: body.Stop,
    };
  }
  if (body.inferenceConfig !== undefined) {
    return {
      roles: (messages ?? []).map(({ role }) => role),
      tools: body.toolConfig?.tools.map(({ toolSpec: { name, inputSchema } }) => {
        return { name, parameters: inputSchema.json };
      }),
      stop: body.inferenceConfig.stopSequences,
    };
  }
  return {
    roles: (messages ?? contents ?? []).map(({ role }) => role),
    tools: tools?.flatMap(({ name, input_schema, function: definition, functionDeclarations }) => {
      if (definition !== undefined) return definition;
      return (
        functionDeclarations?.map((declared) => {
          return { name: declared.name, parameters: declared.parametersJsonSchema };
        }) ?? { name, parameters: input_schema }
      );
    }),
    stop:
      body.stop ??
      body.stop_sequences ??
      body.options?.stop ??
      body.generationConfig?.stopSequences,
  };
}

/** The answer as the embedded server would send it. */
function script({ wire, endFrames }: ChatExample, url: URL, wanted: WantedAnswer): Script {
  const { text = [], toolCalls = [], usage, stalls } = wanted;
  const answer: ChatAnswer = {
    parts: [
      ...(text.length > 0 ? [{ type: "text" as const, pieces: text }] : []),
      ...toolCalls.map((call) => {
        const pieces = JSON.stringify(call.args).match(/.{1,6}/g) ?? [];
        return { type: "call" as const, ...call, pieces };
      }),
    ],
    summary: {
      promptTokens: usage?.inputTokens ?? 1,
      outputTokens: usage?.outputTokens ?? 1,
      reasoningTokens: 0,
      finishReason: toolCalls.length > 0 ? "calls" : "stop",
    },
  };
  const body = { stream: true, stream_options: { include_usage: true } };
  const { contentType, frames } = wire.stream(body, answer, url);
  const all = [...frames].map((frame) => ({ base64: Buffer.from(frame).toString("base64") }));
  return {
    headers: { "content-type": contentType },
    steps: stalls ? all.slice(0, -endFrames) : all,
    end: stalls ? "stall" : "clean",
  };
}

const ROLES: Record<string, readonly (string | undefined)[]> = {
  "openai-chat": ["system", "user", "assistant", "tool"],
  "ollama-chat": ["system", "user", "assistant", "tool"],
  hunyuan: ["system", "user", "assistant", "tool"],
  "bedrock-converse": [undefined, "user", "assistant", "user"],
  "anthropic-messages": [undefined, "user", "assistant", "user"],
};

for (const example of CHAT_EXAMPLES) {
  const { name, create, ids } = example;
  const [system, human, ai, tool] = ROLES[name] ?? [undefined, "user", "model", "user"];
  const { endpoint } = create("http://127.0.0.1");
  chatModelExpectations(`The example ${name}`, {
    model: (url, fields) => {
      const model = create("http://127.0.0.1", fields);
      model.endpoint = url;
      return model;
    },
    script: (wanted) => script(example, new URL(endpoint), wanted),
    sent,
    roles: [system, human, ai, tool],
    media: name === "openai-chat" ? ["image", "audio", "file"] : ["image"],
    hasCallIds: ids[1] !== MADE_ID,
  });
}
