/**
 * Models and clients, ours and others', behind one call: `read(url, onToken)` asks the server at `url` and
 * calls `onToken` with each piece of text, of a tool call's arguments or of reasoning. Each is loaded only in the process that measures it.
 *
 * The hand-written ones are what a competent author writes: every rule of LangChain's own guide is kept.
 */
import { loadPackage } from "../package-under-test.mjs";

const PROMPT = "Why is the sky blue?";
const OPENAI_PATH = "/chat/completions";
const OLLAMA_PATH = "/api/chat";
const MESSAGES_PATH = "/v1/messages";

// Ours.

const READ_RECORD = {
  openai: ({ choices: [choice] }) => ({
    text: choice?.delta.content,
    finishReason: choice?.finish_reason,
  }),
  ollama: ({ message, done, done_reason }) => ({
    text: message.content,
    done,
    finishReason: done_reason,
  }),
  calls: ({ choices: [choice] }) => ({
    toolCalls: choice?.delta.tool_calls?.map(
      ({ index, id, function: { name, arguments: args } }) => {
        return { index, id, name, args };
      },
    ),
    finishReason: choice?.finish_reason,
  }),
  reasoning: ({ choices: [choice] }) => ({
    reasoning: choice?.delta.reasoning_content,
    finishReason: choice?.finish_reason,
  }),
  messages: (event) => readMessageEvent(event),
  messageCalls: (event) => readMessageEvent(event),
  messageThoughts: (event) => readMessageEvent(event),
};

function readMessageEvent({ type, index, message, content_block: block, delta, usage }) {
  switch (type) {
    case "message_start":
      return { id: message.id, model: message.model, usage: usageOf(message.usage) };
    case "content_block_start":
      return block.type !== "tool_use"
        ? undefined
        : { toolCalls: [{ index, id: block.id, name: block.name, args: "" }] };
    case "content_block_delta":
      if (delta.type === "text_delta") return { text: delta.text };
      if (delta.type === "thinking_delta") return { reasoning: delta.thinking };
      return { toolCalls: [{ index, args: delta.partial_json }] };
    case "message_delta":
      return { finishReason: delta.stop_reason, usage: usageOf(usage) };
    case "message_stop":
      return { done: true };
    default:
      return undefined;
  }
}

const usageOf = ({ input_tokens: inputTokens, output_tokens: outputTokens }) => ({
  inputTokens,
  outputTokens,
});

async function oursModel(kind, variant, Base, fields) {
  const library = await loadPackage(variant);
  const format = kind === "ollama" ? library.jsonLines() : library.sse();
  const toBody = {
    HttpStreamingLLM: (prompt) => ({ model: "m", messages: [{ role: "user", content: prompt }] }),
    HttpStreamingChatModel: (messages) => ({
      model: "m",
      messages: messages.map(({ content }) => ({ role: "user", content })),
    }),
  }[Base];
  return class extends library[Base] {
    _llmType() {
      return "benchmark";
    }
    format = format;
    buildPayload(input) {
      return { ...toBody(input), stream: true };
    }
    parseChunk = READ_RECORD[kind];
    constructor(url) {
      super({ maxRetries: 0, ...fields });
      this.endpoint = url;
    }
  };
}

function ours(Base, read, fields) {
  return async (kind, variant) => {
    const Model = await oursModel(kind, variant, Base, fields);
    return modelReader((url) => new Model(url), read ?? readerOf(kind));
  };
}

const READ = {
  async stream(model, onToken) {
    for await (const token of await model.stream(PROMPT)) onToken(token);
  },
  async astream(model, onToken) {
    for await (const chunk of model._astream(PROMPT)) onToken(chunk.text);
  },
  async invoke(model, onToken) {
    onToken(await model.invoke(PROMPT));
  },
  streamSync(model, onToken) {
    for (const token of model.streamSync(PROMPT)) onToken(token);
  },
  async streamChat(model, onToken) {
    for await (const chunk of await model.stream(PROMPT)) onToken(chunk.content);
  },
  async invokeChat(model, onToken) {
    onToken((await model.invoke(PROMPT)).content);
  },
  async streamCalls(model, onToken) {
    for await (const chunk of await model.stream(PROMPT)) {
      onToken(chunk.tool_call_chunks?.[0]?.args ?? "");
    }
  },
  async streamReasoning(model, onToken) {
    for await (const chunk of await model.stream(PROMPT)) {
      onToken(chunk.additional_kwargs.reasoning_content ?? "");
    }
  },
  /** Content as blocks, of which a piece is one. */
  async streamBlocks(model, onToken) {
    for await (const { content } of await model.stream(PROMPT)) {
      const [block] = content;
      onToken(block?.text ?? block?.reasoning ?? block?.args ?? "");
    }
  },
  /** As ChatAnthropic has reasoning. */
  async streamThinking(model, onToken) {
    for await (const { content } of await model.stream(PROMPT)) onToken(content[0]?.thinking ?? "");
  },
};

/** How the pieces of a chat model's stream are read, by what the wire holds. */
const READER = {
  calls: READ.streamCalls,
  reasoning: READ.streamReasoning,
  messageCalls: READ.streamCalls,
  messageThoughts: READ.streamReasoning,
};
const readerOf = (kind) => READER[kind] ?? READ.streamChat;

// What a competent author writes.

const request = (body) => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ ...body, stream: true }),
});

/** Records by fetch: an eventsource-parser for SSE, split lines for Ollama. */
async function* recordsByFetch(kind, url, body, signal) {
  const response = await fetch(url, { ...request(body), ...(signal && { signal }) });
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  yield* kind === "ollama" ? linesOf(response.body) : eventsOf(response.body);
}

/** The same by undici's own request, which reads faster. */
async function* recordsByUndici(kind, url, body, signal) {
  const undici = await import("undici");
  const response = await undici.request(url, { ...request(body), ...(signal && { signal }) });
  if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}`);
  yield* kind === "ollama" ? linesOf(response.body) : eventsOf(response.body);
}

async function* eventsOf(stream) {
  const { createParser } = await import("eventsource-parser");
  const events = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    for (const { data } of events) {
      if (data === "[DONE]") return;
      yield JSON.parse(data);
    }
    events.length = 0;
  }
}

async function* linesOf(stream) {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line !== "") yield JSON.parse(line);
  }
  if (rest !== "") yield JSON.parse(rest);
}

const textOf = {
  openai: (record) => record.choices[0]?.delta.content ?? "",
  ollama: (record) => record.message.content,
  calls: (record) => record.choices[0]?.delta.tool_calls?.[0].function.arguments ?? "",
  reasoning: (record) => record.choices[0]?.delta.reasoning_content ?? "",
  messages: ({ delta }) => delta?.text ?? "",
  messageCalls: ({ delta }) => delta?.partial_json ?? "",
  messageThoughts: ({ delta }) => delta?.thinking ?? "",
};

/** The chunk's fields in a hand-written chat model; `undefined` for a record that holds no piece. */
const CHUNK_FIELDS = {
  calls({ choices: [choice] }) {
    const calls = choice?.delta.tool_calls;
    if (calls === undefined) return undefined;
    const tool_call_chunks = calls.map(({ index, id, function: { name, arguments: args } }) => {
      return { type: "tool_call_chunk", index, id, name, args };
    });
    return { content: "", tool_call_chunks };
  },
  reasoning: (record) => reasoningFields(textOf.reasoning(record)),
  messageCalls({ index, content_block: block, delta }) {
    const type = "tool_call_chunk";
    if (block?.type === "tool_use") {
      const { id, name } = block;
      return { content: "", tool_call_chunks: [{ type, index, id, name, args: "" }] };
    }
    const args = delta?.partial_json;
    if (args === undefined) return undefined;
    return { content: "", tool_call_chunks: [{ type, index, args }] };
  },
  messageThoughts: (record) => reasoningFields(textOf.messageThoughts(record)),
};

function reasoningFields(reasoning_content) {
  if (reasoning_content === "") return undefined;
  return { content: "", additional_kwargs: { reasoning_content } };
}

function chunkFields(kind, record) {
  if (kind in CHUNK_FIELDS) return CHUNK_FIELDS[kind](record);
  const content = textOf[kind](record);
  return content === "" ? undefined : { content };
}

function handWrittenLLM(recordsOf) {
  return async (kind) => {
    const { LLM } = await import("@langchain/core/language_models/llms");
    const { GenerationChunk } = await import("@langchain/core/outputs");
    class HandWritten extends LLM {
      constructor(url) {
        super({ maxRetries: 0 });
        this.url = url;
      }
      _llmType() {
        return "hand-written";
      }
      async _call(prompt, options) {
        let text = "";
        for await (const chunk of this._streamResponseChunks(prompt, options)) text += chunk.text;
        return text;
      }
      async *_streamResponseChunks(prompt, options, runManager) {
        const body = { model: "m", messages: [{ role: "user", content: prompt }] };
        for await (const record of recordsOf(kind, this.url, body, options.signal)) {
          const text = textOf[kind](record);
          if (text === "") continue;
          const chunk = new GenerationChunk({ text });
          await runManager?.handleLLMNewToken(text, undefined, undefined, undefined, undefined, {
            chunk,
          });
          yield chunk;
        }
      }
    }
    return modelReader((url) => new HandWritten(url), READ.stream);
  };
}

function handWrittenChat(recordsOf) {
  return async (kind) => {
    const { BaseChatModel } = await import("@langchain/core/language_models/chat_models");
    const { AIMessage, AIMessageChunk } = await import("@langchain/core/messages");
    const { ChatGenerationChunk } = await import("@langchain/core/outputs");
    class HandWrittenChat extends BaseChatModel {
      constructor(url) {
        super({ maxRetries: 0 });
        this.url = url;
      }
      _llmType() {
        return "hand-written";
      }
      async _generate(messages, options) {
        let text = "";
        for await (const chunk of this._streamResponseChunks(messages, options)) text += chunk.text;
        return { generations: [{ text, message: new AIMessage(text) }] };
      }
      async *_streamResponseChunks(messages, options, runManager) {
        const body = {
          model: "m",
          messages: messages.map(({ content }) => ({ role: "user", content })),
        };
        for await (const record of recordsOf(kind, this.url, body, options.signal)) {
          const fields = chunkFields(kind, record);
          if (fields === undefined) continue;
          const text = fields.content;
          const message = new AIMessageChunk(fields);
          const chunk = new ChatGenerationChunk({ text, message });
          await runManager?.handleLLMNewToken(text, undefined, undefined, undefined, undefined, {
            chunk,
          });
          yield chunk;
        }
      }
    }
    return modelReader((url) => new HandWrittenChat(url), readerOf(kind));
  };
}

/** One model for each endpoint, as in an application. */
function modelReader(create, read) {
  const models = new Map();
  return (url, onToken) => {
    if (!models.has(url)) models.set(url, create(url));
    return read(models.get(url), onToken);
  };
}

/** The limit: undici and `JSON.parse`, and no model around it. */
async function rawLoop(kind) {
  const { request: send } = await import("undici");
  const { StringDecoder } = await import("node:string_decoder");
  return async (url, onToken) => {
    const response = await send(url, request({ model: "m", messages: [] }));
    const decoder = new StringDecoder("utf8");
    let rest = "";
    for await (const bytes of response.body) {
      const lines = (rest + decoder.write(bytes)).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        if (line === "" || line === "data: [DONE]") continue;
        onToken(textOf[kind](JSON.parse(kind === "ollama" ? line : line.slice("data: ".length))));
      }
    }
  };
}

/** The same without streams, where every read is one record: what no model can do without. */
async function dispatchLoop(kind) {
  const { Agent } = await import("undici");
  const agent = new Agent();
  const { method, headers, body } = request({ model: "m", messages: [] });
  return (url, onToken) =>
    new Promise((resolve, reject) => {
      const { origin, pathname: path } = new URL(url);
      const onResponseData = (_, bytes) => {
        const [line] = bytes.toString("utf8").split("\n");
        const json = kind === "ollama" ? line : line.slice("data: ".length);
        if (json !== "" && json !== "[DONE]") onToken(textOf[kind](JSON.parse(json)));
      };
      const handler = {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData,
        onResponseEnd: resolve,
        onResponseError: (_, error) => reject(error),
      };
      agent.dispatch({ origin, path, method, headers, body }, handler);
    });
}

const without = (path) => (url) => url.slice(0, -path.length);
const openaiBase = without(OPENAI_PATH);
const ollamaBase = without(OLLAMA_PATH);
const messagesBase = without(MESSAGES_PATH);

/** What clients of a provider append to its address is part of ours. */
export const PATHS = {
  openai: OPENAI_PATH,
  ollama: OLLAMA_PATH,
  calls: OPENAI_PATH,
  reasoning: OPENAI_PATH,
  messages: MESSAGES_PATH,
  messageCalls: MESSAGES_PATH,
  messageThoughts: MESSAGES_PATH,
};

export const models = {
  "http-streaming-llm: LLM stream()": ours("HttpStreamingLLM", READ.stream),
  "http-streaming-llm: LLM _astream": ours("HttpStreamingLLM", READ.astream),
  "http-streaming-llm: LLM invoke()": ours("HttpStreamingLLM", READ.invoke),
  "http-streaming-llm: LLM streamSync()": ours("HttpStreamingLLM", READ.streamSync),
  "http-streaming-llm: chat stream()": ours("HttpStreamingChatModel"),
  "http-streaming-llm: chat stream(), v1": ours("HttpStreamingChatModel", READ.streamBlocks, {
    outputVersion: "v1",
  }),
  "http-streaming-llm: chat invoke()": ours("HttpStreamingChatModel", READ.invokeChat),
  "hand-written LLM, fetch": handWrittenLLM(recordsByFetch),
  "hand-written LLM, undici": handWrittenLLM(recordsByUndici),
  "hand-written chat model, fetch": handWrittenChat(recordsByFetch),
  "hand-written chat model, undici": handWrittenChat(recordsByUndici),
  "@langchain/openai: ChatOpenAI": async (kind) => {
    const { ChatOpenAI } = await import("@langchain/openai");
    const fields = { model: "m", apiKey: "none", maxRetries: 0 };
    return modelReader(
      (url) => new ChatOpenAI({ ...fields, configuration: { baseURL: openaiBase(url) } }),
      readerOf(kind),
    );
  },
  "@langchain/anthropic: ChatAnthropic": async (kind) => {
    const { ChatAnthropic } = await import("@langchain/anthropic");
    const fields = { model: "m", apiKey: "none", maxRetries: 0, maxTokens: 1024 };
    return modelReader(
      (url) => new ChatAnthropic({ ...fields, anthropicApiUrl: messagesBase(url) }),
      kind === "messageThoughts" ? READ.streamThinking : readerOf(kind),
    );
  },
  "@langchain/ollama: ChatOllama": async () => {
    const { ChatOllama } = await import("@langchain/ollama");
    return modelReader(
      (url) => new ChatOllama({ model: "m", baseUrl: ollamaBase(url), maxRetries: 0 }),
      READ.streamChat,
    );
  },
  openai: async (kind) => {
    const { default: OpenAI } = await import("openai");
    return async (url, onToken) => {
      const client = new OpenAI({ apiKey: "none", baseURL: openaiBase(url), maxRetries: 0 });
      const messages = [{ role: "user", content: PROMPT }];
      const answer = await client.chat.completions.create({ model: "m", messages, stream: true });
      for await (const record of answer) onToken(textOf[kind](record));
    };
  },
  "@anthropic-ai/sdk": async (kind) => {
    const { default: Anthropic } = await import("@anthropic-ai/sdk");
    return async (url, onToken) => {
      const client = new Anthropic({ apiKey: "none", baseURL: messagesBase(url), maxRetries: 0 });
      const messages = [{ role: "user", content: PROMPT }];
      const asked = { model: "m", max_tokens: 1024, messages, stream: true };
      for await (const event of await client.messages.create(asked)) onToken(textOf[kind](event));
    };
  },
  ollama: async () => {
    const { Ollama } = await import("ollama");
    return async (url, onToken) => {
      const client = new Ollama({ host: ollamaBase(url) });
      const messages = [{ role: "user", content: PROMPT }];
      const answer = await client.chat({ model: "m", messages, stream: true });
      for await (const { message } of answer) onToken(message.content);
    };
  },
  ai: async (kind) => {
    const { streamText, jsonSchema } = await import("ai");
    const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
    return async (url, onToken) => {
      const provider = createOpenAICompatible({ name: "local", baseURL: openaiBase(url) });
      const answer = streamText({
        model: provider("m"),
        prompt: PROMPT,
        maxRetries: 0,
        ...(kind === "calls" && {
          tools: { write_file: { inputSchema: jsonSchema({ type: "object" }) } },
        }),
        onError: ({ error }) => {
          throw error;
        },
      });
      if (kind !== "calls" && kind !== "reasoning") {
        for await (const text of answer.textStream) onToken(text);
        return;
      }
      for await (const part of answer.fullStream) {
        if (part.type === "tool-input-delta") onToken(part.delta);
        else if (part.type === "reasoning-delta") onToken(part.text);
      }
    };
  },
  "undici and JSON.parse": rawLoop,
  "undici's dispatch and JSON.parse": dispatchLoop,
};
