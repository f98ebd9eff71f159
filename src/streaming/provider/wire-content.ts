/**
 * Finds in a record what the model says, wherever wires have it: for an answer of which no hook found anything. What
 * stands there was then looked for in another place.
 */
import { hasFields } from "../../formats/fields.js";
import { saysSuccess } from "./failure-words.js";
import { isAsideName, isPartType } from "./record-names.js";
import { isCalled } from "./wire-record.js";

/** The fields in which something is said: texts, and names of tools that are called. Lists of what has fields are read through. */
interface Places {
  readonly [name: string]: Places;
}

const SAID: Places = {};
const PARTS: Places = { text: SAID };
const MESSAGE: Places = { content: PARTS, tool_calls: { function: { name: SAID } } };
const OUTPUT: Places = {
  text: SAID,
  content: PARTS,
  message: MESSAGE,
  choices: { message: MESSAGE },
};
const DELTA: Places = { text: SAID, content: PARTS, message: { content: PARTS } };

const PLACES: Places = {
  answer: SAID,
  candidates: { content: { parts: { text: SAID, functionCall: { name: SAID } } } },
  choices: { text: SAID, delta: MESSAGE, message: MESSAGE },
  completion: SAID,
  content: PARTS,
  contentBlockDelta: { delta: PARTS },
  data: { text: SAID, content: SAID, answer: SAID },
  delta: DELTA,
  generated_text: SAID,
  generation: SAID,
  message: MESSAGE,
  output: OUTPUT,
  outputs: PARTS,
  outputText: SAID,
  response: { output: OUTPUT },
  result: { response: SAID },
  results: { generated_text: SAID, outputText: SAID },
  text: SAID,
  token: PARTS,
};

/** Fields whose own texts tell how it goes. */
const STATUS: readonly string[] = ["data", "message"];

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
  for (const record of [value].flat()) {
    const said = hasFields(record) ? saidIn(record, PLACES) : undefined;
    if (said !== undefined) return isCalled(value, name, isBeside) ? undefined : said;
  }
  return undefined;
}

function isBeside(name: unknown): boolean {
  return isAsideName(name) || isPartType(name) || isOther(name);
}

function isOther(word: unknown): boolean {
  return typeof word === "string" && OTHERS.test(word);
}

function saidIn(fields: Readonly<Record<string, unknown>>, places: Places): string | undefined {
  for (const name in fields) {
    const inner = Object.hasOwn(places, name) ? places[name] : undefined;
    const value = fields[name];
    if (inner === undefined || (typeof value === "string" && STATUS.includes(name))) continue;
    const said = saidBy(value, inner);
    if (said !== undefined) return isByOthers(fields) ? undefined : `${name}${said}`;
  }
  return undefined;
}

/** What is said by a value, and where in it. */
function saidBy(value: unknown, places: Places): string | undefined {
  if (!Array.isArray(value)) return saidByOne(value, places);
  for (const [index, item] of value.entries()) {
    const said = saidByOne(item, places);
    if (said !== undefined) return `[${index}]${said}`;
  }
  return undefined;
}

function saidByOne(value: unknown, places: Places): string | undefined {
  if (typeof value === "string") return isSaid(value) ? `: ${shown(value)}` : undefined;
  const said = hasFields(value) ? saidIn(value, places) : undefined;
  return said === undefined ? undefined : `.${said}`;
}

function isSaid(text: string): boolean {
  return text.trim() !== "" && !saysSuccess(text);
}

function isByOthers({ role, type, thought }: Readonly<Record<string, unknown>>): boolean {
  return isOther(role) || isOther(type) || thought === true;
}

function shown(text: string): string {
  return JSON.stringify(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);
}
