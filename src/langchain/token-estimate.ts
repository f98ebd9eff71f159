import type {
  AIMessage,
  BaseMessage,
  ContentBlock,
  MessageContent,
} from "@langchain/core/messages";
import { HookError } from "../errors.js";
import { shown } from "../streaming/text/shown.js";
import type { OptionalHooks } from "./hooks.js";

/** A model that may know how to count the tokens of a text; where it does not, they are estimated. */
export type TokenCounter = Pick<OptionalHooks<never, unknown, never, never>, "countTokens">;

/**
 * The pieces that tokenizers do not join with their neighbours, and the tokens of one of each kind; spaces between words
 * are free. Fitted to OpenAI's vocabularies of 100 000 and 200 000 tokens.
 */
const KINDS: readonly (readonly [pattern: string, tokensOf: (piece: string) => number])[] = [
  ["\\p{Script=Han}+", (han) => han.length * 0.95],
  ["[\\p{Script=Hiragana}\\p{Script=Katakana}\u30fc]+", (kana) => kana.length * 0.85],
  ["\\p{Script=Hangul}+", (hangul) => hangul.length * 0.85],
  [
    "\\p{Script=Latin}[\\p{Script=Latin}\\p{M}]*",
    (word) => (isAscii(word) ? asciiWord(word) : Math.max(1, word.length / 2.7)),
  ],
  [
    "[\\p{Script=Cyrillic}\\p{Script=Greek}][\\p{Script=Cyrillic}\\p{Script=Greek}\\p{M}]*",
    (word) => Math.max(1, word.length / 3),
  ],
  ["\\p{N}+", (digits) => Math.ceil(digits.length / 3)],
  ["[\\r\\n]\\s*|[^\\S\\r\\n]{2,}", () => 1],
  ["[!-/:-@[-`{-~]+", (signs) => signs.length * 0.6],
  // Letters of other scripts.
  ["[\\p{L}\\p{M}]", () => 0.45],
  // Signs beyond ASCII; an emoji's length is 2.
  ["\\S", (sign) => sign.length],
];

const made: { pieces?: RegExp } = {};

/**
 * Each kind of piece as a group. Made at the first use: V8 looks up all characters of a script as soon as it reads
 * such an expression in a file, which is a tenth of what importing the file takes.
 */
function pieces(): RegExp {
  return (made.pieces ??= new RegExp(KINDS.map(([pattern]) => `(${pattern})`).join("|"), "gu"));
}

/** A word up to this length is one token, mostly; what is longer goes on in pieces of it. */
const WORD_LENGTH = 6;

function asciiWord(word: string): number {
  // A name like `maxTokens` is made of words.
  const words = 1 + (word.match(/[a-z](?=[A-Z])/g)?.length ?? 0);
  return Math.max(words, word.length / WORD_LENGTH);
}

function isAscii(word: string): boolean {
  return /^[A-Za-z]+$/.test(word);
}

/**
 * The number of tokens of a text, estimated from its scripts, words and signs: every model has a vocabulary of
 * its own, and none is asked for. Mostly 5 to 20 % off, for Latin scripts as for Chinese, Japanese and Korean.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const [piece, ...groups] of text.matchAll(pieces())) {
    const kind = KINDS[groups.findIndex((group) => group !== undefined)];
    tokens += kind?.[1](piece) ?? 0;
  }
  return Math.ceil(tokens);
}

/** An image costs from 85 tokens to some 1 600, depending on its size, the detail wanted, and the model. */
const MEDIA_TOKENS = 1000;

/** The tokens of a message's content: its texts by a counter, 1 000 for each image, file or the like. */
export async function contentTokens(
  content: MessageContent,
  counter: TokenCounter,
): Promise<number> {
  const count = (text: string) => countTokens(text, counter);
  if (typeof content === "string") return count(content);
  const counts = await Promise.all(content.map((block) => blockTokens(block, count)));
  return sum(counts);
}

async function countTokens(text: string, counter: TokenCounter): Promise<number> {
  if (!counter.countTokens) return estimateTokens(text);
  const count: unknown = await counter.countTokens(text);
  if (Number.isFinite(count) && (count as number) >= 0) return count as number;
  throw new HookError(
    "countTokens",
    `countTokens returned ${shown(count)}, which is no count of tokens. Return a number of at least 0.`,
  );
}

/** The keys under which a block holds what the model reads; calls are counted with the message's `tool_calls`. */
const TEXT_FIELDS = ["text", "reasoning", "thinking", "refusal"];
const CALL_TYPES = /^((invalid_)?tool_call|tool_call_chunk|tool_use|input_json_delta)$/;

async function blockTokens(
  block: ContentBlock,
  count: (text: string) => number | PromiseLike<number>,
): Promise<number> {
  if (CALL_TYPES.test(block.type)) return 0;
  const text = TEXT_FIELDS.map((field) => block[field]).find((value) => typeof value === "string");
  return text === undefined ? MEDIA_TOKENS : count(text);
}

/** The tokens that a chat template puts around a message, and before the answer. */
const TEMPLATE_TOKENS = 4;

/** Token counts of messages, as LangChain's models give them. */
export interface MessageTokens {
  totalCount: number;
  countPerMessage: number[];
}

/** The tokens of a conversation: contents, names and tool calls, and what a chat template puts around them. */
export async function messageTokens(
  messages: readonly BaseMessage[],
  countContent: (content: MessageContent) => Promise<number>,
): Promise<MessageTokens> {
  const countPerMessage = await Promise.all(
    messages.map(async (message) => {
      const aside = besideContent(message);
      const counts = [await countContent(message.content), aside && (await countContent(aside))];
      return TEMPLATE_TOKENS + sum(counts.map(Number));
    }),
  );
  return { totalCount: sum(countPerMessage), countPerMessage };
}

function besideContent(message: BaseMessage): string {
  const { tool_calls = [], invalid_tool_calls = [] } = message as Partial<AIMessage>;
  const calls = [...tool_calls, ...(invalid_tool_calls ?? [])].map(
    ({ name, args }) => `${name ?? ""} ${typeof args === "string" ? args : JSON.stringify(args)}`,
  );
  return [message.name ?? "", ...calls].join("\n").trim();
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
