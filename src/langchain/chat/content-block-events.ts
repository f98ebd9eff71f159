import type {
  AIMessageChunk,
  ContentBlock,
  ToolCallChunk,
  UsageMetadata,
} from "@langchain/core/messages";
import type { ChatModelStreamEvent } from "@langchain/core/language_models/event";
import type { Delta } from "../../streaming/delta/delta.js";
import { toolCallDelta } from "../core-members.js";
import { standardFinishReason } from "../../streaming/answer/finish-reasons.js";
import { notedKind } from "./message-content.js";
import { completeToolCall, invalidToolCall, type CallChunk } from "./message-tool-calls.js";

type BlockKind = "text" | "reasoning" | "refusal";

interface OpenBlock {
  readonly index: number;
  readonly kind: BlockKind;
  content: string;
  /** What was said of it: citations of a text, the signature of a thought. Nothing is added to its content then. */
  notes?: Record<string, unknown>;
}

interface OpenToolCall {
  readonly index: number;
  readonly id: string | undefined;
  name: string | undefined;
  args: string;
  error: unknown;
}

/**
 * Tells an answer as LangChain's content-block events. Every block has a place of its own, is started
 * once and finished once, and nothing follows `message-finish`: a run of text or reasoning is finished
 * when another block starts, tool calls, whose pieces may interleave, when the answer ends.
 */
export class ContentBlockEvents {
  #blocks = 0;
  #open: OpenBlock | undefined;
  readonly #toolCalls = new Map<number, OpenToolCall>();
  #started = false;

  /** The events of a delta and of the message chunk that was made of it. */
  *take(delta: Delta, message: AIMessageChunk): Generator<ChatModelStreamEvent> {
    if (!this.#started) {
      this.#started = true;
      yield { event: "message-start", ...(message.id !== undefined && { id: message.id }) };
    }
    if (delta.reasoning !== undefined) yield* this.#piece("reasoning", delta.reasoning);
    if (delta.text !== "") yield* this.#piece("text", delta.text);
    if (delta.refusal !== undefined) yield* this.#piece("refusal", delta.refusal);
    for (const block of delta.blocks ?? []) {
      const noted = this.#noted(block);
      if (noted === undefined) yield* this.#whole(block as ContentBlock);
      else yield noted;
    }
    for (const chunk of message.tool_call_chunks ?? []) yield* this.#toolCall(chunk);
  }

  /** The last events, with what the whole message says of the answer. */
  *end({ response_metadata, usage_metadata }: AIMessageChunk): Generator<ChatModelStreamEvent> {
    yield* this.#finishOpen();
    for (const call of this.#toolCalls.values()) {
      yield { event: "content-block-finish", index: call.index, content: finishedCall(call) };
    }
    const { output_version, ...responseMetadata } = response_metadata;
    const reason = standardFinishReason(responseMetadata.finish_reason);
    // LangChain types it by a message structure that it cannot infer here.
    const usage = usage_metadata as UsageMetadata | undefined;
    yield {
      event: "message-finish",
      ...(reason !== undefined && { reason }),
      ...(usage !== undefined && { usage }),
      responseMetadata,
    };
  }

  *#piece(kind: BlockKind, piece: string): Generator<ChatModelStreamEvent> {
    if (this.#open?.kind !== kind || this.#open.notes !== undefined) {
      yield* this.#finishOpen();
      this.#open = { index: this.#blocks++, kind, content: "" };
      yield { event: "content-block-start", index: this.#open.index, content: blockOf(this.#open) };
    }
    this.#open.content += piece;
    const { index } = this.#open;
    if (kind === "text") {
      yield { event: "content-block-delta", index, delta: { type: "text-delta", text: piece } };
    } else if (kind === "reasoning") {
      const delta = { type: "reasoning-delta" as const, reasoning: piece };
      yield { event: "content-block-delta", index, delta };
    } else {
      const fields = { type: kind, refusal: this.#open.content };
      yield { event: "content-block-delta", index, delta: { type: "block-delta", fields } };
    }
  }

  /** The event of a block that belongs to the text or thought before it. A text may have several, a thought has one. */
  #noted(block: Readonly<Record<string, unknown>>): ChatModelStreamEvent | undefined {
    const kind = notedKind(block);
    const open = this.#open;
    if (kind === undefined || open?.kind !== kind) return undefined;
    if (kind === "reasoning" && open.notes !== undefined) return undefined;
    const { type, [kind]: _, index, ...notes } = block;
    open.notes = joinedNotes(open.notes ?? {}, notes);
    const fields = { type: kind, ...open.notes };
    const delta = { type: "block-delta" as const, fields };
    return { event: "content-block-delta", index: open.index, delta };
  }

  *#whole(content: ContentBlock): Generator<ChatModelStreamEvent> {
    yield* this.#finishOpen();
    const index = this.#blocks++;
    yield { event: "content-block-start", index, content };
    yield { event: "content-block-finish", index, content };
  }

  *#toolCall({
    index: callIndex = 0,
    id,
    name,
    args = "",
    error,
  }: ToolCallChunk & Pick<CallChunk, "error">): Generator<ChatModelStreamEvent> {
    let call = this.#toolCalls.get(callIndex);
    if (call === undefined) {
      yield* this.#finishOpen();
      call = { index: this.#blocks++, id, name, args: "", error };
      this.#toolCalls.set(callIndex, call);
      const known = { ...(id !== undefined && { id }), ...(name !== undefined && { name }) };
      const content = { type: "tool_call_chunk", ...known, args: "", index: call.index };
      yield { event: "content-block-start", index: call.index, content };
    }
    call.name ??= name;
    call.error ??= error;
    if (args === "") return;
    call.args += args;
    const delta = toolCallDelta(args, call.args);
    yield { event: "content-block-delta", index: call.index, delta };
  }

  *#finishOpen(): Generator<ChatModelStreamEvent> {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    yield { event: "content-block-finish", index: open.index, content: blockOf(open) };
  }
}

function blockOf({ kind, content, notes }: OpenBlock): ContentBlock {
  return { type: kind, [kind]: content, ...notes };
}

/** Notes of a text together: lists are joined, as LangChain does in a message. */
function joinedNotes(
  earlier: Readonly<Record<string, unknown>>,
  later: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const joined: Record<string, unknown> = { ...earlier };
  for (const [name, value] of Object.entries(later)) {
    const known = joined[name];
    joined[name] = Array.isArray(known) && Array.isArray(value) ? known.concat(value) : value;
  }
  return joined;
}

function finishedCall({ index, ...call }: OpenToolCall): ContentBlock {
  return completeToolCall(call) ?? invalidToolCall(call);
}
