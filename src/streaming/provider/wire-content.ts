/**
 * Finds in a record what the model says, wherever wires have it: for an answer of which no hook found anything. What
 * stands there was then looked for in another place.
 */
import { isObject, ownValue } from "../../formats/fields.js";
import { excerpt } from "../../formats/json/record.js";
import { saysSuccess } from "./failure-words.js";
import { isOffAnswerName, isOthersName } from "./record-names.js";
import { isCalled } from "./wire-record.js";

/** The fields in which something is said: texts, and names of tools that are called. A list counts as each of its items. */
interface Places {
  readonly [name: string]: Places;
}

const SAID: Places = {};
const PARTS: Places = { text: SAID };
const MESSAGE: Places = { content: PARTS, tool_calls: { function: { name: SAID } } };
const CHOICES: Places = { text: SAID, delta: MESSAGE, message: MESSAGE };
const OUTPUT: Places = { text: SAID, content: PARTS, message: MESSAGE, choices: CHOICES };

const PLACES: Places = {
  answer: SAID,
  candidates: { content: { parts: { text: SAID, functionCall: { name: SAID } } } },
  choices: CHOICES,
  completion: SAID,
  content: PARTS,
  contentBlockDelta: { delta: PARTS },
  data: { text: SAID, content: SAID, answer: SAID },
  delta: OUTPUT,
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

/**
 * The field in which the model says something, with what it says, as an error shows it; `undefined` for none.
 *
 * @param value the record, or the JSON in it.
 * @param name that of its event.
 */
export function contentOf(value: unknown, name: unknown): string | undefined {
  if (!isObject(value) || isCalled(value, name, isOffAnswerName)) return undefined;
  return saidIn(value, PLACES)?.replace(/^\./, "");
}

/** What is said in an object or a list, behind the place where it stands there. */
function saidIn(value: object, places: Places): string | undefined {
  const isList = Array.isArray(value);
  for (const [name, part] of Object.entries(value) as [string, unknown][]) {
    const inner = isList ? places : (ownValue(places, name) as Places | undefined);
    if (inner === undefined || (isList && Array.isArray(part))) continue;
    const said = isObject(part) ? saidIn(part, inner) : saidBy(part, name);
    if (said === undefined) continue;
    return isByOthers(value) ? undefined : `${isList ? `[${name}]` : `.${name}`}${said}`;
  }
  return undefined;
}

function saidBy(text: unknown, name: string): string | undefined {
  const isSaid = typeof text === "string" && text.trim() !== "" && !saysSuccess(text);
  return isSaid && !STATUS.includes(name) ? `: ${excerpt(text)}` : undefined;
}

function isByOthers(value: object): boolean {
  const { role, type, thought } = value as Readonly<Record<string, unknown>>;
  return isOthersName(role) || isOthersName(type) || thought === true;
}
