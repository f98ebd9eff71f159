// @ts-check
/**
 * A conversation with the n-gram model, which continues texts and can decide nothing. So that there is
 * something to see of tools and JSON, these rules decide, the first that applies; the reasoning, where it
 * is asked for, says which one did.
 *
 * 1. A tool that has to be called is called.
 * 2. A tool that the user's last message names is called: by a word of its name, or, if no tool's name is
 *    there, of its description. A tool with one parameter is called for every value that the message has
 *    for it, and several tools are called at once. What stands behind a "then" waits for the results of
 *    what stands before it.
 * 3. The results of tools since that message are quoted.
 * 4. If JSON is wanted, it is filled from that message: by its schema, or by an example of it that
 *    stands in the conversation.
 * 5. All else is answered with a text of the model's, or the rest of one, if it has to begin with what stands
 *    last in the conversation.
 *
 * Where arguments and fields come from is in extract.mjs.
 *
 * @typedef {import("./wires/chat-wire.js").ChatQuestion} ChatQuestion
 * @typedef {import("./wires/chat-wire.js").Part} Part
 * @typedef {import("./wires/chat-wire.js").Tool} Tool
 * @typedef {import("./wires/chat-wire.js").Turn} Turn
 */
import { generate, InvalidQuestion, limit, UNLIMITED } from "./answer.mjs";
import { fill, fillOften, schemaOf } from "./extract.mjs";
import { tokenize } from "./n-gram-model.mjs";

/** Words that name no tool, as {@link wordsOf} gives them. */
const COMMON = new Set(
  "a about all an and are at be by do doe for from get give ha how i in into is it me my not of on one or set show tell that the thi to use what which with you your".split(
    " ",
  ),
);

/**
 * @param {import("./n-gram-model.mjs").NGramModel} model
 * @param {ChatQuestion} question
 * @returns {import("./wires/chat-wire.js").ChatAnswer}
 */
export function answerChat(model, question) {
  checkResults(question.turns);
  const decision = decide(model, question);
  const reasoning = question.thinks ? tokenize(decision.reason) : [];
  const { tokens, ...end } = limit(decision.text ?? [], question, decision.limit);
  /** @type {Part[]} */
  const parts = [
    { type: "reasoning", pieces: reasoning },
    { type: "text", pieces: tokens },
    ...(decision.calls ?? []),
  ];
  const said = parts.filter(({ type, pieces }) => type === "call" || pieces.length > 0);
  const called = decision.calls?.flatMap(({ pieces }) => pieces) ?? [];
  return {
    parts: said,
    summary: {
      promptTokens: question.turns.flatMap(({ text }) => tokenize(text)).length,
      outputTokens: reasoning.length + end.outputTokens + called.length,
      reasoningTokens: reasoning.length,
      finishReason: decision.calls ? "calls" : end.finishReason,
      stopSequence: end.stopSequence,
    },
  };
}

/**
 * @typedef {object} Decision
 * @property {string} reason
 * @property {(Part & { type: "call" })[]} [calls]
 * @property {Iterable<string>} [text]
 * @property {number} [limit] How many tokens the text may have, if nobody says.
 */

/**
 * @param {import("./n-gram-model.mjs").NGramModel} model
 * @param {ChatQuestion} question
 * @returns {Decision}
 */
function decide(model, question) {
  const { turns, tools = [], toolChoice = "auto", json } = question;
  const asked = turns.findLastIndex(({ role }) => role === "user");
  const message = turns[asked]?.text ?? "";
  const since = turns.slice(asked + 1);
  const results = since.filter(({ role }) => role === "tool");
  const texts = results.map(({ text }) => text);

  const forced = forcedTools(tools, toolChoice, message);
  if (forced.length > 0) {
    return { reason: `${namesOf(forced)} must be called.`, calls: calls(forced, message, texts) };
  }
  const steps = message.split(/\bthen\b/i).filter((step) => namedTools(tools, step).length > 0);
  const step = steps[since.filter((turn) => turn.calls?.length).length];
  if (step !== undefined && toolChoice !== "none") {
    const named = namedTools(tools, step);
    return { reason: `The user names ${namesOf(named)}.`, calls: calls(named, step, texts) };
  }
  if (results.length > 0) {
    const quotes = results.map((result) => `${toolOf(result, turns)} says “${result.text}”`);
    const text = tokenize(`${quotes.join(", ")}.`);
    return { reason: "The tools have answered.", text, limit: UNLIMITED };
  }
  if (json !== undefined) {
    const text = tokenize(JSON.stringify(jsonAnswer(json, message, turns)));
    return { reason: "The user wants JSON.", text, limit: UNLIMITED };
  }
  // A whole sentence, so that the model begins one of its own.
  const prompt = /[\p{L}\p{N}]$/u.test(message) ? `${message}.` : message;
  const text = generate(model, prompt, question.seed);
  const begun = question.continues ? (turns.at(-1)?.text ?? "") : "";
  return { reason: "The user wants a text.", text: begun ? rest(model, text, begun) : text };
}

/**
 * What follows the beginning of a text: what the model had said, if that is how it began, else what it says to it.
 * @param {import("./n-gram-model.mjs").NGramModel} model
 * @param {Iterable<string>} text
 * @param {string} begun
 */
function rest(model, text, begun) {
  const tokens = [...text];
  if (!tokens.join("").startsWith(begun)) return generate(model, begun, undefined);
  let skipped = begun.length;
  return tokens.flatMap((token) => {
    const piece = token.slice(skipped);
    skipped -= token.length - piece.length;
    return piece === "" ? [] : [piece];
  });
}

/**
 * The tools that have to be called, whatever the user says.
 * @param {readonly Tool[]} tools
 * @param {NonNullable<ChatQuestion["toolChoice"]>} choice
 * @param {string} message
 */
function forcedTools(tools, choice, message) {
  if (choice === "auto" || choice === "none") return [];
  if (choice === "required") {
    const named = namedTools(tools, message);
    return named.length > 0 ? named : tools.slice(0, 1);
  }
  const tool = tools.find(({ name }) => name === choice.name);
  if (tool === undefined) throw new InvalidQuestion(`there is no tool ${choice.name} to choose`);
  return [tool];
}

/**
 * @param {readonly Tool[]} tools
 * @param {string} text
 */
function namedTools(tools, text) {
  const said = new Set(wordsOf(text));
  const named = (/** @type {(tool: Tool) => string} */ what) =>
    tools.filter((tool) => wordsOf(what(tool)).some((word) => said.has(word) && !COMMON.has(word)));
  const byName = named(({ name }) => name);
  return byName.length > 0 ? byName : named(({ description = "" }) => description);
}

/**
 * @param {readonly Tool[]} tools
 * @param {string} message
 * @param {readonly string[]} results
 */
function calls(tools, message, results) {
  const noNames = tools.flatMap(({ name }) => wordsOf(name));
  return tools.flatMap(({ name, parameters = {} }) => {
    const isSingle = Object.keys(parameters.properties ?? {}).length === 1;
    const several = isSingle ? fillOften(parameters, message, noNames) : [];
    const all = several.length > 0 ? several : [fill(parameters, [message, ...results], noNames)];
    return all.map((args) => {
      return {
        type: /** @type {const} */ ("call"),
        name,
        args,
        pieces: tokenize(JSON.stringify(args)),
      };
    });
  });
}

/**
 * @param {NonNullable<ChatQuestion["json"]>} json
 * @param {string} message
 * @param {readonly Turn[]} turns
 */
function jsonAnswer(json, message, turns) {
  if (json !== true) return fill(json, [message]);
  const example = turns.map(({ text }) => exampleIn(text)).find((found) => found !== undefined);
  if (example === undefined) return { answer: message };
  return fill(schemaOf(JSON.parse(example)), [message.replace(example, "")]);
}

/** The JSON object in a text. @param {string} text */
function exampleIn(text) {
  const [found] = /\{.*\}/s.exec(text) ?? [];
  try {
    JSON.parse(found ?? "");
    return found;
  } catch {
    return undefined;
  }
}

/** The name of the tool that a result is of. @param {Turn} result @param {readonly Turn[]} turns */
function toolOf({ callId, name }, turns) {
  const made = turns.flatMap((turn) => turn.calls ?? []);
  return name ?? made.find(({ id }) => id === callId)?.name ?? "the tool";
}

/** A result that answers no call is a fault in how the conversation was put together. @param {readonly Turn[]} turns */
function checkResults(turns) {
  const made = turns.flatMap(({ calls = [] }) => calls);
  for (const { callId, name } of turns) {
    const isOfOne = callId
      ? made.some(({ id }) => id === callId)
      : made.some((call) => call.name === name);
    if (isOfOne || (callId ?? name) === undefined) continue;
    throw new InvalidQuestion(`there is no call for the tool result ${callId ?? name ?? ""}`);
  }
}

/** Words in small letters, those of `camelCase` and `snake_case` apart, without a plural's s. @param {string} text */
function wordsOf(text) {
  const words = text
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return (words ?? []).map((word) => word.replace(/s$/, ""));
}

/** @param {readonly Tool[]} tools */
const namesOf = (tools) => tools.map(({ name }) => name).join(" and ");
