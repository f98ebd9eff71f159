/** What a piece of Gemini's answers says. */
import type { ChunkContext, StreamDelta, TokenUsage } from "http-streaming-llm";

export interface Piece {
  readonly responseId?: string;
  readonly modelVersion?: string;
  readonly candidates?: readonly Candidate[];
  readonly promptFeedback?: { readonly blockReason?: string; readonly blockReasonMessage?: string };
  readonly usageMetadata?: { readonly [count in Count]?: number };
}

interface Candidate {
  readonly content?: { readonly parts?: readonly Part[] };
  readonly finishReason?: string;
  readonly groundingMetadata?: Grounding;
}

interface Part {
  readonly text?: string;
  /** The text is one of the model's thoughts. */
  readonly thought?: boolean;
  readonly functionCall?: { readonly id?: string; readonly name: string; readonly args?: object };
  readonly inlineData?: { readonly mimeType: string; readonly data: string };
  readonly thoughtSignature?: string;
}

interface Grounding {
  readonly groundingChunks?: readonly Record<string, { uri?: string; title?: string }>[];
  readonly groundingSupports?: readonly { segment?: object; groundingChunkIndices?: number[] }[];
}

type Count =
  `${"prompt" | "toolUsePrompt" | "cachedContent" | "candidates" | "thoughts"}TokenCount`;

/** What is told when the answer ends. */
interface State {
  /** What signs the thoughts before a call, by the call's id. */
  signatures?: Record<string, string>;
  grounding?: Grounding;
}

/** An id as the base class gives it to a call that has none, too. The provider does not know it. */
const madeId = () => `call-${crypto.randomUUID().replaceAll("-", "")}`;

export const isMade = (id: string) => /^call-[0-9a-f]{32}$/.test(id);

export function toDelta(part: Part, context: ChunkContext): StreamDelta {
  const state = context.state as State;
  const { text, thought, functionCall: call, inlineData: media, thoughtSignature } = part;
  if (call !== undefined) {
    const { id = madeId(), name, args = {} } = call;
    if (thoughtSignature !== undefined) (state.signatures ??= {})[id] = thoughtSignature;
    return { toolCalls: [{ id, name, args }] };
  }
  if (text !== undefined) {
    // A part of its own, for it must not be joined with the texts before it.
    const signed = { type: "non_standard", value: { text: "", thoughtSignature } };
    const blocks = thoughtSignature === undefined ? [] : [signed];
    return { ...(thought ? { reasoning: text } : { text }), blocks };
  }
  // An image, or what the server's own tools did, which goes back as it came.
  const image = media?.mimeType.startsWith("image/") && { type: "image", ...media };
  return {
    blocks: [image ? { ...image, thoughtSignature } : { type: "non_standard", value: part }],
  };
}

/** Why the answer ended, the sources of what it says, and what has to go back with it. */
export function toEnd(
  { finishReason, groundingMetadata }: Candidate,
  context: ChunkContext,
): StreamDelta {
  const state = context.state as State;
  // It comes again and again, and grows.
  if (groundingMetadata) state.grounding = { ...state.grounding, ...groundingMetadata };
  if (!finishReason) return {};
  const { grounding, signatures: thoughtSignatures } = state;
  const annotations = toCitations(grounding ?? {});
  const blocks = annotations.length > 0 ? [{ type: "text", text: "", annotations }] : [];
  const metadata = { groundingMetadata: grounding, thoughtSignatures };
  return { finishReason, blocks, metadata };
}

function toCitations({ groundingChunks = [], groundingSupports = [] }: Grounding) {
  return groundingSupports.flatMap(({ segment, groundingChunkIndices = [] }) =>
    groundingChunkIndices.map((at) => {
      const [source] = Object.values(groundingChunks[at] ?? {});
      return { type: "citation", url: source?.uri, title: source?.title, extras: { segment } };
    }),
  );
}

/** Thoughts count apart from the rest of the output, what tools read apart from the prompt. */
export function toUsage(used: NonNullable<Piece["usageMetadata"]>): TokenUsage {
  const { cachedContentTokenCount: cacheReadTokens, thoughtsTokenCount: reasoningTokens } = used;
  return {
    inputTokens: (used.promptTokenCount ?? 0) + (used.toolUsePromptTokenCount ?? 0),
    outputTokens: (used.candidatesTokenCount ?? 0) + (reasoningTokens ?? 0),
    details: { cacheReadTokens, reasoningTokens },
  };
}
