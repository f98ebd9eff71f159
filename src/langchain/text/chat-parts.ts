import { HookError } from "../../errors.js";
import type { StreamDelta } from "../../streaming/delta/stream-delta.js";

/** The parts of an answer that a text has no place for. */
const CHAT_PARTS = ["toolCalls", "refusal", "blocks"] as const;

/** @throws HookError for a delta with what only a chat model can deliver. Nearly none has any of these. */
export function refuseChatParts(delta: StreamDelta, hook: string): void {
  const { toolCalls, refusal, blocks } = delta;
  if (!toolCalls && !refusal && !blocks) return;
  const part = CHAT_PARTS.find((name) => (delta[name]?.length ?? 0) > 0);
  if (part === undefined) return;
  throw new HookError(
    hook,
    `${hook} returned ${part}, which a text-completion model cannot deliver. Extend HttpStreamingChatModel.`,
  );
}
