import { WholeCharacters } from "../../formats/whole-characters.js";
import type { DeltaParts, ToolCallPiece } from "../delta/delta.js";
import { textOf } from "../delta/delta-fields.js";
import type { StreamDelta } from "../delta/stream-delta.js";
import { ownedText } from "../../formats/owned-text.js";
import { Rope } from "../text/rope.js";
import type { CumulativeCalls } from "./cumulative-calls.js";
import type { AnswerEnd, ToolCallRules } from "./tool-call-assembler.js";

/** The content of an answer besides its text: reasoning, a refusal, blocks and tool calls. */
export class OtherContent {
  readonly #toolCalls: ToolCallRules | undefined;
  readonly #reasoning: Rope | undefined;
  /** Reasoning leaves in whole characters, as text does; no stop sequence counts in it. */
  readonly #thoughts = new WholeCharacters();
  #hasRefusalOrBlocks = false;

  /**
   * @param toolCalls the rules of its tool calls; absent: it has none.
   * @param keepsReasoning its reasoning has to be known later.
   */
  constructor(toolCalls: ToolCallRules | undefined, keepsReasoning: boolean) {
    this.#toolCalls = toolCalls;
    this.#reasoning = keepsReasoning ? new Rope() : undefined;
  }

  /** All reasoning so far, where it is kept. */
  get reasoning(): string {
    return this.#reasoning?.toString() ?? "";
  }

  /** Nothing has come of it, but for reasoning. */
  get isReasoningOnly(): boolean {
    return !this.#hasRefusalOrBlocks && this.#toolCalls?.hasBegun !== true;
  }

  /** The answer may have tool calls. */
  get takesCalls(): boolean {
    return this.#toolCalls !== undefined;
  }

  /** Half a character of its reasoning is held back. */
  get holdsReasoning(): boolean {
    return this.#thoughts.held !== "";
  }

  /**
   * The parts of a delta that are new; `undefined` for none.
   *
   * @param facts those that are no content, to which these are added.
   * @param record the number of the record, from 1.
   */
  newIn(
    delta: StreamDelta,
    facts: DeltaParts | undefined,
    record: number,
    hook: string,
  ): DeltaParts | undefined {
    let news = facts;
    const thought = textOf(delta.reasoning);
    this.#reasoning?.add(thought);
    let reasoning = this.#thoughts.push(thought);
    if (textOf(delta.text) !== "" || hasContentBehindText(delta)) {
      reasoning += this.#thoughts.flush();
    }
    const refusal = textOf(delta.refusal);
    if (reasoning !== "") (news ??= {}).reasoning = ownedText(reasoning);
    if (refusal !== "") (news ??= {}).refusal = ownedText(refusal);
    if (delta.blocks && delta.blocks.length > 0) (news ??= {}).blocks = delta.blocks.map(copyOf);
    if (news?.refusal !== undefined || news?.blocks !== undefined) this.#hasRefusalOrBlocks = true;
    if (delta.toolCalls) {
      const toolCalls = this.#toolCalls?.add(delta.toolCalls, record, hook);
      if (toolCalls !== undefined) (news ??= {}).toolCalls = toolCalls;
    }
    return news;
  }

  /** The reasoning that was held back, half a character at most: no more of it follows, or other content comes first. */
  takeHeldReasoning(): string {
    return this.#thoughts.flush();
  }

  /** Finds the new in tool calls of which each record holds all; a text model has none. */
  cumulativeCalls(): CumulativeCalls | undefined {
    return this.#toolCalls?.cumulative();
  }

  /**
   * The answer ends: gives what was held back of its tool calls.
   *
   * @throws TruncatedStreamError where it broke off in a call.
   */
  end(answer: AnswerEnd): readonly ToolCallPiece[] | undefined {
    return this.#toolCalls?.end(answer);
  }
}

/** Reasoning, or what stands behind the text. */
export function hasOtherContent(delta: StreamDelta): boolean {
  return (delta.reasoning ?? "") !== "" || hasContentBehindText(delta);
}

/** A refusal, a call or a block: within a delta they follow the text. */
export function hasContentBehindText({ refusal, toolCalls, blocks }: StreamDelta): boolean {
  return (refusal ?? "") !== "" || (toolCalls?.length ?? 0) > 0 || (blocks?.length ?? 0) > 0;
}

/** A hook may fill one object again and again, and the reader gets it later: several records come in one read. */
function copyOf<T extends object>(original: T): T {
  return { ...original };
}
