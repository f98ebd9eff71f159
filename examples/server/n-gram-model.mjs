// @ts-check
/**
 * A language model small enough to train at every start: it counts which token follows which three,
 * two, one and none before it, and draws the next token from those counts, longest context first
 * (back-off). The same prompt and seed give the same answer.
 */

/** How many tokens of context are looked at. */
const CONTEXT = 3;
/**
 * A context with one known continuation would recite the text it was trained on: this often, the
 * model looks at a shorter one instead.
 */
const WANDER = 0.35;
/** An answer of two words would show no streaming: before this many tokens the model goes on. */
const SHORTEST_ANSWER = 16;

/** Stand around every paragraph. Not to be found in a text. */
const BEGIN = "\u0002";
const END = "\u0003";

/** A word with its space, an apostrophe or hyphen inside it included; or one other character. */
const TOKEN = /\s*[\p{L}\p{N}]+(?:[’'-][\p{L}\p{N}]+)*|\s*[^\s\p{L}\p{N}]/gu;

/** @param {string} text */
export function tokenize(text) {
  return text.match(TOKEN) ?? [];
}

export class NGramModel {
  /** From a context to how often each token followed it. @type {Map<string, Map<string, number>>} */
  #counts = new Map();

  /** @param {string} text Paragraphs with blank lines between them. */
  constructor(text) {
    for (const paragraph of text.split(/\n\s*\n/)) this.#learn(tokenize(paragraph.trim()));
  }

  /**
   * The tokens that continue a prompt; after a whole sentence a new paragraph begins. Ends where a
   * paragraph of the text could end.
   * @param {string} prompt
   * @param {number} [seed]
   * @returns {Generator<string, void, undefined>}
   */
  *generate(prompt, seed = hash(prompt)) {
    const random = mulberry32(seed);
    const isWhole = /(^|[.!?…][’”"')]*)\s*$/u.test(prompt);
    const context = isWhole ? [BEGIN] : tokenize(prompt).slice(-CONTEXT);
    let isFirst = /(^|\s)$/.test(prompt) || isWhole;
    for (let count = 0; ; count++) {
      const token = this.#next(context, random, count < SHORTEST_ANSWER);
      if (token === END) return;
      yield isFirst ? token.trimStart() : token;
      isFirst = false;
      context.push(token);
      if (context.length > CONTEXT) context.shift();
    }
  }

  /** @param {string[]} tokens */
  #learn(tokens) {
    const sequence = [BEGIN, ...tokens, END];
    for (let at = 1; at < sequence.length; at++) {
      for (let length = 0; length <= Math.min(CONTEXT, at); length++) {
        const key = keyOf(sequence.slice(at - length, at));
        const next = /** @type {string} */ (sequence[at]);
        const counts = this.#counts.get(key) ?? new Map();
        this.#counts.set(key, counts.set(next, (counts.get(next) ?? 0) + 1));
      }
    }
  }

  /**
   * @param {string[]} context
   * @param {() => number} random
   * @param {boolean} goOn
   */
  #next(context, random, goOn) {
    for (let length = Math.min(CONTEXT, context.length); length >= 0; length--) {
      const counts = this.#counts.get(keyOf(context.slice(context.length - length)));
      const tokens = [...(counts ?? [])].filter(([token]) => !(goOn && token === END));
      if (tokens.length === 0) continue;
      if (tokens.length === 1 && length > 1 && random() < WANDER) continue;
      return draw(tokens, random);
    }
    return END;
  }
}

/** Contexts are compared without spaces and capitals, so that more prompts are understood. */
const keyOf = (/** @type {string[]} */ context) =>
  context.map((token) => token.trim().toLowerCase()).join(" ");

/**
 * @param {[string, number][]} tokens
 * @param {() => number} random
 */
function draw(tokens, random) {
  let left = random() * tokens.reduce((sum, [, count]) => sum + count, 0);
  for (const [token, count] of tokens) {
    left -= count;
    if (left < 0) return token;
  }
  return END;
}

/** FNV-1a. @param {string} text */
function hash(text) {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

/** Random numbers from 0 to 1 that a seed decides. @param {number} seed */
function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
