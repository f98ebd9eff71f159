import type { DeltaAdapter } from "../delta/each-delta.js";
import type { StreamDelta } from "../delta/stream-delta.js";
import type { ToolCallRules } from "./tool-call-assembler.js";

/** The rules of deltas in which a text model and a chat model differ: neither pays for those of the other. */
export interface DeltaRules {
  /** Recognises a chunk of LangChain's that a hook returned. */
  readonly adapt?: DeltaAdapter;
  /**
   * Checks a delta for what its types do not say.
   *
   * @throws HookError for what the model cannot deliver.
   */
  check?(delta: StreamDelta, hook: string): void;
  /** Says that all of a delta with content belongs to what came before it, and may follow the end. Absent: none does. */
  isNote?(delta: StreamDelta): boolean;
  /** Begins the rules of the tool calls of an answer. Absent: it has none. */
  toolCalls?(): ToolCallRules;
}
