/**
 * Failures that call for an answer of their own, whatever status they come with: a prompt that the
 * model's context cannot hold, and a server that is still loading its model. No standard names them, so
 * they are known by the words that providers and model servers use.
 */

/** The facts of an error that tell its kind. */
export interface ErrorFacts {
  readonly message: string;
  readonly status?: number;
  readonly providerCode?: string | undefined;
  readonly providerType?: string | undefined;
}

/** Statuses that never mean an overflow, though limits of tokens per minute use its words. */
const NO_OVERFLOW: ReadonlySet<number | undefined> = new Set([401, 403, 404, 429]);

const OVERFLOW_CODE =
  /context[-_ ]?(length|window|size|overflow)|^(prompt[-_ ]?too[-_ ]?long|tokens[-_ ]?limit[-_ ]?reached)$/i;

/**
 * OpenAI, Anthropic, Google, watsonx, xAI, Moonshot, Zhipu, DashScope, Cohere, TGI; llama.cpp, vLLM, SGLang and others speak of
 * the context.
 */
const OVERFLOW_WORDS: readonly RegExp[] = [
  /reduce the length of the (messages|prompt|input)/i,
  /\b(prompt|input|inputs|token length) (is|are) too long\b/i,
  /input tokens? (count|\d+)\b.{0,40} exceed/i,
  /maximum (prompt|input) length/i,
  /exceeded model token limit/i,
  /prompt exceeds max(imum)? length/i,
  /range of input length should be/i,
  /too many tokens: (size|total)/i,
  /inputs`? (must have less than|tokens \+)/i,
  /ContextWindowExceeded/i,
  /\binput \(\d+ tokens\) is too large\b/i,
];
/** A limit of what is put in, as model servers call it: `max_seq_len`, "maximum model length". */
const INPUT_LIMIT =
  /\bmax(imum)?[ _](model|input|prompt|seq|sequence|session|position)[ _](len|length)\b|\bmax_num_tokens\b|\bmodel max_length\b|\bKV cache capacity\b/i;
const INPUT = /\b(prompts?|inputs?|tokens?|sequence|request)\b/i;
const CONTEXT = /context[ _-]?(length|window|size|limit)\b/i;
const TOO_MUCH = /exceed|maximum|(long|larg|great)er than|too (long|large|many)|overflow/i;
/** A limit that is told to be passed, and is not only told. */
const PASSED = /exceed(s|ed)?\b|(long|larg|great)er than|>/i;

const LOADING = /\b(load(ing|s)|warm(ing|s) up|starting up|not (yet )?(been )?(loaded|ready))\b/i;

/** The advice on an overflow, for the end of a message. */
export const OVERFLOW_HINT =
  "The prompt does not fit the model's context: shorten it, or the history that is sent with it.";

/** Says that a provider's code or type means a prompt that was too long for the model's context. */
export function isOverflowCode(code: string): boolean {
  return OVERFLOW_CODE.test(code);
}

/** Tells whether the prompt was too long for the model's context. */
export function isContextOverflow(error: ErrorFacts): boolean {
  const { message, status, providerCode = "", providerType = "" } = error;
  if (NO_OVERFLOW.has(status)) return false;
  return (
    isOverflowCode(providerCode) ||
    isOverflowCode(providerType) ||
    OVERFLOW_WORDS.some((words) => words.test(message)) ||
    (CONTEXT.test(message) && TOO_MUCH.test(message)) ||
    (INPUT_LIMIT.test(message) && INPUT.test(message) && PASSED.test(message))
  );
}

/** Tells whether the server is there but its model is not, yet. */
export function isModelLoading({ message, status }: ErrorFacts): boolean {
  return status === 503 && LOADING.test(message);
}
