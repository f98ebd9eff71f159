/**
 * Finds in a record what the model says, wherever wires have it: for an answer of which no hook found anything. What
 * stands there was then looked for in another place.
 */
import { isObject } from "../../formats/fields.js";
import { excerpt } from "../../formats/json/record.js";
import { saysSuccess } from "./failure-words.js";
import { isLastName, isOffAnswerName, isOthersName } from "./record-names.js";
import { isCalled } from "./wire-record.js";

type Fields = Readonly<Record<string, unknown>>;

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

/** The fields beside a text that tell whose it is. */
const SPEAKERS = ["role", "type", "phase", "channel", "message_type", "sender", "author"];

/** The beginning of thoughts that a model writes into its text, and the end of such: hooks take them out. */
const THOUGHT = /^\s*(<$|[<[]\W*\w*(think|thought|reason|channel))/i;
const THOUGHT_END = /[<[]\/\w*[>\]]?([^]*)/;

/**
 * Looks for a field in which the model says something. What the caller has said, thoughts between tags, and special
 * tokens are none of that.
 */
export class WireContent {
  /** The first that was found, with what it says, as an error shows it. */
  found: string | undefined;
  readonly #given: () => readonly string[];
  #givenTexts: readonly string[] | undefined;
  #isThought = false;

  /** @param given the texts of the prompt, which servers repeat. */
  constructor(given: () => readonly string[]) {
    this.#given = given;
  }

  /**
   * Takes a record of which nothing came.
   *
   * @param value the record, or the JSON in it.
   * @param name that of its event.
   */
  take(value: unknown, name: unknown): void {
    if (this.found !== undefined || !isObject(value)) return;
    // A list of bare texts, as a record that is a text, has no field that somebody could have missed.
    const records = Array.isArray(value) ? value.filter(isObject) : value;
    const said = this.#saidBy(records, PLACES, "");
    if (said === undefined || isCalled(value, name, isOffAnswerName)) return;
    this.found = said.replace(/^\./, "");
  }

  /** What is said in an object, behind the place where it stands there. */
  #saidIn(fields: Fields, places: Places): string | undefined {
    for (const name in fields) {
      if (!Object.hasOwn(places, name)) continue;
      const said = this.#saidBy(fields[name], places[name] as Places, name);
      if (said !== undefined) return isByOthers(fields) ? undefined : `.${name}${said}`;
    }
    return undefined;
  }

  #saidInList(items: readonly unknown[], places: Places, name: string): string | undefined {
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      const said = Array.isArray(item) ? undefined : this.#saidBy(item, places, name);
      if (said !== undefined) return `[${index}]${said}`;
    }
    return undefined;
  }

  #saidBy(part: unknown, places: Places, name: string): string | undefined {
    if (Array.isArray(part)) return this.#saidInList(part, places, name);
    if (isObject(part)) return this.#saidIn(part as Fields, places);
    const isSaid = typeof part === "string" && !STATUS.includes(name) && this.#isSaid(part);
    return isSaid ? `: ${excerpt(part)}` : undefined;
  }

  #isSaid(text: string): boolean {
    let words = text;
    this.#isThought ||= THOUGHT.test(text);
    if (this.#isThought) {
      const rest = THOUGHT_END.exec(text)?.[1];
      this.#isThought = rest === undefined;
      words = rest ?? "";
    }
    if (!/\S/.test(words) || saysSuccess(words) || isLastName(words)) return false;
    this.#givenTexts ??= this.#given();
    return !this.#givenTexts.includes(words);
  }
}

function isByOthers(fields: Fields): boolean {
  const isAside = fields.thought === true || fields.special === true;
  return isAside || SPEAKERS.some((name) => isOthersName(fields[name]));
}
