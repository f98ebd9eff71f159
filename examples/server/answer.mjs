// @ts-check
import { tokenize } from "./n-gram-model.mjs";

const DEFAULT_MAX_TOKENS = 40;
const LARGEST_MAX_TOKENS = 4096;

/** A request that the model cannot answer; its message is for whoever sent it. */
export class InvalidQuestion extends Error {
  /**
   * @param {string} message
   * @param {number} status
   */
  constructor(message, status = 400) {
    super(message);
    this.status = status;
  }
}

/**
 * The whole answer to a question. Drawing tokens takes no time worth mentioning, so this is done
 * before the first is sent: a stop sequence may then reach over as many tokens as it likes.
 * @param {import("./n-gram-model.mjs").NGramModel} model
 * @param {import("./wires/wire.js").Question} question
 * @returns {{ tokens: string[], summary: import("./wires/wire.js").Summary }}
 */
export function answer(model, question) {
  const { prompt } = question;
  if (typeof prompt !== "string") throw new InvalidQuestion("the prompt must be a string");
  const { tokens, ...end } = limit(generate(model, prompt, question.seed), question);
  return { tokens, summary: { promptTokens: tokenize(prompt).length, ...end } };
}

/**
 * @param {import("./n-gram-model.mjs").NGramModel} model
 * @param {string} prompt
 * @param {unknown} seed
 */
export function generate(model, prompt, seed) {
  return model.generate(prompt, integer("the seed", seed, 0));
}

/**
 * The tokens up to the number that was asked for, or to the first stop sequence.
 * @param {Iterable<string>} tokens
 * @param {import("./wires/wire.js").Limits} limits
 * @param {number} defaultMaxTokens
 */
export function limit(tokens, limits, defaultMaxTokens = DEFAULT_MAX_TOKENS) {
  const maxTokens = integer("the number of tokens", limits.maxTokens, 1) ?? defaultMaxTokens;
  const stops = stopSequences(limits.stop);
  const said = [];
  let text = "";
  /** @type {"stop" | "length"} */
  let finishReason = "stop";
  for (const token of tokens) {
    if (said.length === Math.min(maxTokens, LARGEST_MAX_TOKENS)) {
      finishReason = "length";
      break;
    }
    said.push(token);
    text += token;
    if (stops.some((stop) => text.includes(stop))) break;
  }
  const end = firstStop(text, stops);
  const stopSequence = stops.find((stop) => text.startsWith(stop, end));
  return { tokens: cut(said, end), outputTokens: said.length, finishReason, stopSequence };
}

/** All tokens of a text that is no draft of the model's. */
export const UNLIMITED = LARGEST_MAX_TOKENS;

/** The tokens up to a place in their text. @param {string[]} tokens @param {number} length */
function cut(tokens, length) {
  let left = length;
  return tokens.flatMap((token) => {
    const piece = token.slice(0, left);
    left -= piece.length;
    return piece === "" ? [] : [piece];
  });
}

/** Where the first stop sequence begins, or the text ends. @param {string} text @param {string[]} stops */
function firstStop(text, stops) {
  const starts = stops.map((stop) => text.indexOf(stop)).filter((start) => start !== -1);
  return Math.min(text.length, ...starts);
}

/** One sequence or a list, as the wires allow. @param {unknown} stop */
function stopSequences(stop) {
  const stops = typeof stop === "string" ? [stop] : (stop ?? []);
  if (Array.isArray(stops) && stops.every((item) => typeof item === "string")) {
    return stops.filter((item) => item !== "");
  }
  throw new InvalidQuestion("stop must be a string or a list of strings");
}

/**
 * @param {string} what
 * @param {unknown} value
 * @param {number} smallest
 */
function integer(what, value, smallest) {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= smallest) return value;
  throw new InvalidQuestion(`${what} must be a whole number of at least ${smallest}`);
}
