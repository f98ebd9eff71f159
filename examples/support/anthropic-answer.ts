/** What the events of Anthropic's API say of an answer: its blocks, and what it took. */
import type { ChunkContext, StreamDelta, TokenUsage } from "http-streaming-llm";

export interface Event {
  readonly type: string;
  readonly message?: { id: string; model: string; usage?: Usage };
  readonly index?: number;
  readonly content_block?: Block;
  readonly delta?: Filling & { stop_reason?: string | null };
  readonly usage?: Usage;
  /** What was cleared from the conversation. */
  readonly context_management?: object | null;
}

type Count = `${"" | "cache_read_" | "cache_creation_"}input_tokens` | "output_tokens";
/** `null` is the same as absent. */
type Usage = { readonly [count in Count]?: number };

/**
 * The counts so far, for they are cumulative. Of the input, `input_tokens` is only what neither came from
 * the cache nor went into it.
 */
export function toUsage(reported: Usage | undefined, state: ChunkContext["state"]): TokenUsage {
  const counts = Object.entries(reported ?? {}).filter(([, count]) => count !== null);
  const used = Object.assign((state.usage ??= {}), Object.fromEntries(counts)) as Usage;
  const { input_tokens: input, output_tokens: outputTokens } = used;
  const { cache_read_input_tokens: read, cache_creation_input_tokens: written } = used;
  const inputTokens = input === undefined ? input : input + (read ?? 0) + (written ?? 0);
  const details = { cacheReadTokens: read, cacheCreationTokens: written };
  return { inputTokens, outputTokens, details };
}

export function toStart(message: Event["message"], state: ChunkContext["state"]): StreamDelta {
  return { id: message?.id, model: message?.model, usage: toUsage(message?.usage, state) };
}

export function toEnd({ delta, context_management: cleared }: Event): StreamDelta {
  const metadata = cleared && { context_management: cleared };
  return { finishReason: delta?.stop_reason, metadata };
}

/** A content block as it starts. What has no field here is not looked into. */
export interface Block extends Filling {
  readonly type: string;
  readonly id?: string;
  readonly name?: string;
  /** Of a call. Mostly empty at first, but it may be whole at once. */
  readonly input?: object;
  /** A list in a text that will be cited. */
  readonly citations?: readonly Citation[] | null;
}

/** What a block is filled with. */
export interface Filling {
  readonly text?: string;
  readonly thinking?: string;
  readonly signature?: string;
  readonly partial_json?: string;
  readonly citation?: Citation;
}

interface Citation {
  readonly cited_text?: string;
  readonly url?: string;
  readonly title?: string;
}

/**
 * A block that is on its way. Text, thoughts and arguments are told as they come; signatures, citations,
 * which come before their text, and blocks of the server's own tools when the block ends.
 */
export class OpenBlock {
  #json = "";
  #signature = "";
  readonly #citations: Citation[] = [];

  /** The block at a place of the answer. */
  static at(index: number, state: ChunkContext["state"], start?: Block): OpenBlock {
    const before = state[index - 1] as OpenBlock | undefined;
    return (state[index] ??= new OpenBlock(index, start, before?.start.type)) as OpenBlock;
  }

  private constructor(
    private readonly index: number,
    private readonly start: Block = { type: "text" },
    private readonly before?: string,
  ) {}

  begin(): StreamDelta[] {
    const { type, id, name, input, citations } = this.start;
    if (type === "tool_use") return [{ toolCalls: [{ index: this.index, id, name, args: input }] }];
    this.#citations.push(...(citations ?? []));
    // The text before it was cited from elsewhere, or from nowhere.
    const isApart = citations && this.before === "text";
    return [isApart ? note({ type: "text", text: "", annotations: [] }) : {}, this.add(this.start)];
  }

  add({ text, thinking, signature, partial_json: args, citation }: Filling = {}): StreamDelta {
    const { type } = this.start;
    if (type === "tool_use") return { toolCalls: [{ index: this.index, args }] };
    this.#json += args ?? "";
    this.#signature += signature ?? "";
    if (citation !== undefined) this.#citations.push(citation);
    return { text, reasoning: thinking };
  }

  end(): StreamDelta | null {
    switch (this.start.type) {
      case "text": {
        const annotations = this.#citations.map(toAnnotation);
        return annotations.length > 0 ? note({ type: "text", text: "", annotations }) : null;
      }
      case "thinking": {
        const signature = this.#signature;
        return signature === "" ? null : note({ type: "reasoning", signature });
      }
      case "tool_use":
        return null;
      default: {
        // A call of the server's own tools, its result, a redacted thought: it goes back as it came.
        const input = this.#json === "" ? {} : { input: JSON.parse(this.#json) as unknown };
        return note({ type: "non_standard", value: { ...this.start, ...input } });
      }
    }
  }
}

/** Of text or reasoning, a block without any belongs to what was said before it. */
const note = (block: Record<string, unknown>): StreamDelta => ({ blocks: [block] });

/** LangChain's words for a citation, and the provider's. */
function toAnnotation(citation: Citation) {
  const { cited_text: citedText, url, title } = citation;
  return { type: "citation", citedText, url, title, extras: citation };
}
