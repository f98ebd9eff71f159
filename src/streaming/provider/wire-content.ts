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
    const said = this.#saidIn(value, PLACES);
    if (said === undefined || isCalled(value, name, isOffAnswerName)) return;
    this.found = said.replace(/^\./, "");
  }

  /** What is said in an object or a list, behind the place where it stands there. */
  #saidIn(value: object, places: Places): string | undefined {
    const isList = Array.isArray(value);
    for (const name in value) {
      const inner = isList ? places : places[name];
      // What any object inherits is no place, but a function.
      if (typeof inner !== "object") continue;
      const part = (value as Fields)[name];
      if (isList && Array.isArray(part)) continue;
      // A record of bare texts, as one that is a text, has no field that somebody could have missed.
      if (isList && places === PLACES && !isObject(part)) continue;
      const said = isObject(part) ? this.#saidIn(part, inner) : this.#saidBy(part, name);
      if (said === undefined) continue;
      return isByOthers(value as Fields)
        ? undefined
        : `${isList ? `[${name}]` : `.${name}`}${said}`;
    }
    return undefined;
  }

  #saidBy(text: unknown, name: string): string | undefined {
    const isSaid = typeof text === "string" && !STATUS.includes(name) && this.#isSaid(text);
    return isSaid ? `: ${excerpt(text)}` : undefined;
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
