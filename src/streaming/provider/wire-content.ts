/**
 * Finds in a record what the model says, wherever wires have it: for an answer of which no hook found anything. What
 * stands there was then looked for in another place.
 */
import { hasFields } from "../../formats/fields.js";
import { saysSuccess } from "./failure-words.js";
import { isAsideName, isPartType } from "./record-names.js";
import { isCalled } from "./wire-record.js";

/** The places of a text, or of the name of a tool that is called; lists on the way are not written. */
const PLACES = /* @__PURE__ */ [
  ...["choices.text", "choices.delta.content", "choices.message.content", "message.content"],
  ...["choices.delta.content.text", "choices.message.content.text", "message.content.text"],
  ...["text", "content", "content.text", "delta", "delta.text", "delta.content", "token"],
  ...["token.text", "response", "answer", "completion", "generation", "generated_text", "result"],
  ...["candidates.content.parts.text", "delta.message.content.text", "output.message.content.text"],
  ...["contentBlockDelta.delta.text", "output", "output.text", "output.content.text", "outputText"],
  ...["output.choices.message.content", "outputs.text", "results.generated_text"],
  ...["results.outputText", "response.output.content.text", "result.response", "data.text"],
  ...["data.content", "data.answer", "payload.choices.text.content"],
  ...["choices.delta.tool_calls.function.name", "choices.message.tool_calls.function.name"],
  ...["message.tool_calls.function.name", "candidates.content.parts.functionCall.name"],
].map((place) => place.split("."));

/** Who else speaks in a record, or what else is told than the answer. */
const OTHERS = /^(human|user|system|developer|tool)$|think|thought|reason|audio|transcript/i;

/** The longest part of a text that is shown, in characters. */
const LONGEST_SHOWN = 40;

/**
 * The field in which the model says something, with what it says, as an error shows it; `undefined` for none.
 *
 * @param value the record, or the JSON in it.
 * @param name that of its event.
 */
export function contentOf(value: unknown, name: unknown): string | undefined {
  if (isCalled(value, name, isBeside)) return undefined;
  for (const place of PLACES) {
    for (const record of [value].flat()) {
      const found = find(record, place, "");
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function isBeside(name: unknown): boolean {
  return isAsideName(name) || isPartType(name) || isOther(name);
}

function isOther(word: unknown): boolean {
  return typeof word === "string" && OTHERS.test(word);
}

function find(part: unknown, place: readonly string[], path: string): string | undefined {
  const [name, ...rest] = place;
  if (name === undefined) return isSaid(part) ? `${path}: ${shown(part)}` : undefined;
  if (!hasFields(part) || part.thought === true || isOther(part.role) || isOther(part.type)) {
    return undefined;
  }
  const next = part[name];
  const own = path === "" ? name : `${path}.${name}`;
  if (!Array.isArray(next)) return find(next, rest, own);
  for (const [index, item] of next.entries()) {
    const found = find(item, rest, `${own}[${index}]`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isSaid(part: unknown): part is string {
  return typeof part === "string" && part.trim() !== "" && !saysSuccess(part);
}

function shown(text: string): string {
  return JSON.stringify(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);
}
