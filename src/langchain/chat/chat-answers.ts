import type { AIMessageChunk, BaseMessage, MessageOutputVersion } from "@langchain/core/messages";
import type { ChatGenerationChunk, ChatResult } from "@langchain/core/outputs";
import { ChatPromptValue } from "@langchain/core/prompt_values";
import { v7 } from "@langchain/core/utils/uuid";
import { HookError } from "../../errors.js";
import { ToolCallAssembler } from "../../streaming/answer/tool-call-assembler.js";
import type { AnswerAccumulator, AnswerKind } from "../answer-kind.js";
import type { AnyCallOptions } from "../bind-call.js";
import { reveal } from "../privacy/concealed-options.js";
import { CONVERSATION, conversationDigest } from "../privacy/conversation-key.js";
import { replayChatGeneration } from "./cached-message.js";
import { checkBlocks } from "./check-blocks.js";
import { isNote } from "./note.js";
import { MessageAccumulator } from "./message-accumulator.js";
import { adaptChatChunk } from "./message-to-delta.js";
import { refuseStringified } from "./stringified.js";
import { tokenUsage } from "./token-usage.js";
import { toToolDefinitions, type BoundTool } from "./tool-definitions.js";

/** Says the form of messages. */
interface Versioned {
  readonly outputVersion?: MessageOutputVersion | undefined;
}

/** Call options that decide about the form of a chat answer. */
interface ChatOptions extends AnyCallOptions, Versioned {
  readonly tools?: BoundTool[] | undefined;
  readonly strict?: boolean | undefined;
}

/**
 * The answers of chat models: messages, in `ChatGenerationChunk`s.
 *
 * @param model says the form of messages where the call options do not.
 * @param fields those of its constructor: LangChain leaves out a version there that it does not know.
 */
export function chatAnswers(
  model: Versioned,
  fields: Versioned = {},
): AnswerKind<BaseMessage[], ChatGenerationChunk, AIMessageChunk> {
  return {
    operation: "chat",
    adapt: adaptChatChunk,
    check: checkBlocks,
    isNote,
    toolCalls: () => new ToolCallAssembler(),
    inputOf: (prompt) => prompt.toChatMessages(),
    hookOptions: (options: ChatOptions) => {
      for (const { outputVersion } of [options, fields, model]) checkVersion(outputVersion);
      return withToolDefinitions(options);
    },
    checkBody: refuseStringified,
    runId: (given) => given ?? v7(),
    accumulate: (options: ChatOptions, runId, history) =>
      new MessageAccumulator(options.outputVersion ?? model.outputVersion ?? "v0", runId, history),
    output: (chunk) => chunk.message as AIMessageChunk,
    replay: replayChatGeneration,
    cacheKey: (keyed, messages, options) => [
      new ChatPromptValue(messages).toString(),
      keyed._getSerializedCacheKeyParametersForCall({
        ...options,
        [CONVERSATION]: conversationDigest(messages),
      }),
    ],
    start: (manager, args) => manager.handleChatModelStart(...args),
  };
}

/** @throws HookError for a version that there is not: the content would have the other form. */
function checkVersion(version: unknown): void {
  if (version === undefined || version === null || version === "v0" || version === "v1") return;
  throw new HookError(
    "outputVersion",
    `outputVersion is ${JSON.stringify(version)}. It has to be "v0", for content as a string, or "v1", for content blocks.`,
  );
}

/** Tools may come by `bindTools` or by call options: `buildPayload` sees the same. Servers refuse an empty list. */
function withToolDefinitions(concealed: ChatOptions): ChatOptions {
  const options = reveal(concealed);
  const tools = options.tools && toToolDefinitions(options.tools, options.strict);
  return { ...options, tools: tools?.length === 0 ? undefined : tools };
}

/** A whole answer as LangChain's `_generate` gives it. */
export function chatResult(
  answer: AnswerAccumulator<ChatGenerationChunk, AIMessageChunk>,
): ChatResult {
  const message = answer.message();
  const { generationInfo } = answer.generation() ?? {};
  return {
    generations: [{ text: answer.text, message, ...(generationInfo && { generationInfo }) }],
    llmOutput: uncopied(tokenUsage(message)),
  };
}

/**
 * LangChain copies the enumerable fields of `llmOutput` into the message's metadata, where the message
 * of a stream has none: callbacks can read and write down these, the copy passes them by.
 */
function uncopied(fields: Record<string, unknown>): Record<string, unknown> {
  const hidden = { ...fields, toJSON: () => fields };
  const entries = Object.entries(hidden).map(([name, value]) => [name, { value }] as const);
  return Object.defineProperties({}, Object.fromEntries(entries));
}
