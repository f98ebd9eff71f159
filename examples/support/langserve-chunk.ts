/** What a chunk on a `/stream` route of LangServe says: a piece of text, or of a message. */
import type { ChunkContext, StreamDelta, TokenUsage } from "http-streaming-llm";

export type Chunk = string | Message;

/** As pydantic writes it: `null` where there is nothing. */
interface Message {
  readonly content: string | readonly Block[];
  readonly additional_kwargs?: { readonly reasoning_content?: string } | null;
  /** A piece of a message has pieces of calls. A model that does not stream gives a whole one, with whole calls. */
  readonly type: string;
  readonly tool_call_chunks?: readonly Call[] | null;
  readonly tool_calls?: readonly Call[] | null;
  readonly invalid_tool_calls?: readonly Call[] | null;
  readonly usage_metadata?: Usage | null;
  readonly response_metadata?: Readonly<Record<string, string | null>> | null;
  readonly id?: string | null;
}

interface Block {
  readonly type: string;
  readonly text?: string;
  readonly reasoning?: string;
  readonly thinking?: string;
}

interface Call {
  readonly index?: number | string | null;
  readonly id?: string | null;
  readonly name?: string | null;
  readonly args?: string | object | null;
}

interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  readonly input_token_details?: Readonly<Record<string, number>> | null;
  readonly output_token_details?: Readonly<Record<string, number>> | null;
}

/** Calls stand beside the content. */
const CALLS =
  /^(tool_call|tool_call_chunk|invalid_tool_call|tool_use|input_json_delta|function_call)$/;

/** @throws Error when the server's runnable gives something else: what a chain may give is no answer of a model. */
export function deltaOf(chunk: Chunk, state: ChunkContext["state"]) {
  if (typeof chunk === "string") return { text: chunk } satisfies StreamDelta;
  if (!isMessage(chunk)) {
    throw new Error(
      "the server's chunk is neither a text nor a message. Serve a model, or a chain that ends with one or with a StringOutputParser.",
    );
  }
  const {
    content,
    additional_kwargs: more,
    response_metadata: facts,
    usage_metadata: usage,
  } = chunk;
  const blocks: readonly Block[] =
    typeof content === "string" ? [{ type: "text", text: content }] : content;
  const others = blocks.filter(({ type }) => !/^(text|text_delta|reasoning|thinking)$/.test(type));
  return {
    text: blocks.map(({ text }) => text ?? "").join(""),
    reasoning: [
      more?.reasoning_content,
      ...blocks.map((block) => block.reasoning ?? block.thinking),
    ].join(""),
    blocks: others.filter(({ type }) => !CALLS.test(type)).map((block) => ({ ...block })),
    toolCalls: callsOf(chunk),
    usage: usage && sum(usage, state),
    finishReason: facts?.finish_reason ?? facts?.stop_reason ?? facts?.done_reason ?? undefined,
    model: facts?.model_name ?? facts?.model,
    id: chunk.id,
  } satisfies StreamDelta;
}

function isMessage(chunk: unknown): chunk is Message {
  return typeof chunk === "object" && chunk !== null && "content" in chunk && "type" in chunk;
}

function callsOf(message: Message) {
  const {
    type,
    tool_call_chunks: pieces,
    tool_calls: calls,
    invalid_tool_calls: invalid,
  } = message;
  const all = type.endsWith("Chunk") ? pieces : [...(calls ?? []), ...(invalid ?? [])];
  return all?.map(({ index, id, name, args }) => ({ index: numberOf(index), id, name, args }));
}

/** Some of Python's models number calls in texts. */
function numberOf(index: number | string | null | undefined): number | undefined {
  return typeof index === "number" ? index : undefined;
}

/** LangChain adds the counts of chunks up; here, those of a later record replace the earlier ones. */
function sum(usage: Usage, state: ChunkContext["state"]): TokenUsage {
  const before = state.usage as Usage | undefined;
  const total = {
    input_tokens: usage.input_tokens + (before?.input_tokens ?? 0),
    output_tokens: usage.output_tokens + (before?.output_tokens ?? 0),
    total_tokens: usage.total_tokens + (before?.total_tokens ?? 0),
    input_token_details: added(usage.input_token_details, before?.input_token_details),
    output_token_details: added(usage.output_token_details, before?.output_token_details),
  };
  state.usage = total;
  const { input_token_details: input, output_token_details: output } = total;
  return {
    inputTokens: total.input_tokens,
    outputTokens: total.output_tokens,
    totalTokens: total.total_tokens,
    details: {
      cacheReadTokens: input.cache_read,
      cacheCreationTokens: input.cache_creation,
      inputAudioTokens: input.audio,
      outputAudioTokens: output.audio,
      reasoningTokens: output.reasoning,
    },
  };
}

type Details = Readonly<Record<string, number | null>> | null | undefined;

function added(some: Details, more: Details): Record<string, number> {
  const names = Object.keys({ ...some, ...more });
  return Object.fromEntries(names.map((name) => [name, (some?.[name] ?? 0) + (more?.[name] ?? 0)]));
}
