import type { BaseMessage } from "@langchain/core/messages";
import { HookError } from "../../errors.js";

/** What JavaScript makes of a message of LangChain's, or of a block of its content, in a text. */
const STRINGIFIED = /\[object (Object|\w{0,40}Message\w{0,40})\]/;

/**
 * Refuses a request in which a message, or its list of blocks, was put into a text: `${message.content}`. The model would
 * be asked that. Nothing is refused that was given: who speaks of JavaScript may write such words.
 *
 * @param body the request's.
 * @param given what else the caller said: the options of the call.
 * @throws HookError which says what to take instead.
 */
export function refuseStringified(
  body: string,
  messages: readonly BaseMessage[],
  given: unknown,
): void {
  const [found, kind] = STRINGIFIED.exec(body) ?? [];
  if (found === undefined) return;
  const hasBlocks = messages.some(({ content }) => typeof content !== "string");
  if (kind === "Object" && !hasBlocks) return;
  if (saysSo(messages) || saysSo(given)) return;
  throw new HookError(
    "buildPayload",
    `buildPayload has made the text "${found}" of a message, or of its content, which may be a list of blocks. Take message.text, or toOpenAIMessages(messages).`,
  );
}

/** Says that such words stand in a value; also of one that has no JSON form, for nobody can look there. */
function saysSo(value: unknown): boolean {
  try {
    return JSON.stringify(value).includes("[object ");
  } catch {
    return true;
  }
}
