// @ts-check
import { InvalidQuestion } from "../answer.mjs";

/** @param {string} what @param {unknown} value @returns {any[]} */
export function listOf(what, value) {
  if (Array.isArray(value) && value.length > 0) return value;
  throw new InvalidQuestion(`${what} must be a list with something in it`);
}

/**
 * The text of a message's content, which may have parts of other kinds: the model does not look at them.
 * @param {unknown} content
 * @param {readonly string[]} others
 * @returns {string}
 */
export function textOf(content, others) {
  if (typeof content === "string") return content;
  const texts = listOf("content", content).map((part) => {
    if (part.type === "text") return part.text;
    if (others.includes(part.type)) return "";
    throw new InvalidQuestion(`there is no content of the type ${String(part.type)}`);
  });
  return texts.join("");
}

/**
 * @param {readonly import("./chat-wire.js").Part[]} parts
 * @param {import("./chat-wire.js").Part["type"]} type
 */
export function piecesOf(parts, type) {
  return parts.flatMap((part) => (part.type === type ? part.pieces : []));
}
