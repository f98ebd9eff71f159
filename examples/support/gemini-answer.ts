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

/** What signs the thoughts, by the place of the call that brought it; under `text` the last of all others. */
export interface Signatures {
  [call: number]: string;
  text?: string;
}

/** What is told when the answer ends. */
interface State {
  calls?: number;
  signatures?: Signatures;
  grounding?: Grounding;
}

export function toDelta(part: Part, context: ChunkContext): StreamDelta {
  const state = context.state as State;
  const { text, thought, functionCall: call, inlineData: media, thoughtSignature } = part;
  const index = (state.calls ??= 0);
  if (thoughtSignature !== undefined) {
    (state.signatures ??= {})[call ? index : "text"] = thoughtSignature;
  }
  if (call !== undefined) {
    state.calls++;
    return { toolCalls: [{ index, id: call.id, name: call.name, args: call.args ?? {} }] };
  }
  if (text !== undefined) return thought ? { reasoning: text } : { text };
  // An image, or what the server's own tools did, which goes back as it came.
  const isImage = media?.mimeType.startsWith("image/");
  return {
    blocks: [isImage ? { type: "image", ...media } : { type: "non_standard", value: part }],
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
  const { grounding, signatures } = state;
  const annotations = toCitations(grounding ?? {});
  const blocks = annotations.length > 0 ? [{ type: "text", text: "", annotations }] : [];
  const metadata = { groundingMetadata: grounding, thoughtSignatures: signatures };
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
