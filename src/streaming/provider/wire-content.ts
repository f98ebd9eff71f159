/**
 * Finds in a record what the model says, wherever wires have it: for an answer of which no hook found anything. What
 * stands there was then looked for in another place.
 */
import { hasFields } from "../../formats/fields.js";
import { saysSuccess } from "./failure-words.js";
import { isAsideName, isLastName, isPartType } from "./record-names.js";
import { isCalled } from "./wire-record.js";

type Fields = Readonly<Record<string, unknown>>;

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
const OTHERS =
  /^(human|user|system|developer|tool(_re\w+)?|analysis|commentary|context|documents?|knowledge|metadata|prompt|query|verbose)$|^data-|user_|think|thought|reason|audio|transcript|refus/i;
/** The fields beside a text that name them. */
const SPEAKERS = ["role", "type", "phase", "channel", "message_type", "sender", "author"];

/** The beginning of thoughts that a model writes into its text, and the end of such. Hooks take them out. */
const THOUGHT = /^\s*(<$|[<[]\W*\w*(think|thought|reason|channel))/i;
const THOUGHT_END = /[<[]\/\w*[>\]]?([^]*)/;

/** The longest part of a text that is shown, in characters. */
const LONGEST_SHOWN = 40;

/**
 * Looks for the fields in which the model says something, with what it says, as an error shows it. What the caller has
 * said, and thoughts between tags, are none of that.
 */
export class WireContent {
  readonly #given: () => readonly string[];
  #givenTexts: readonly string[] | undefined;
  #isThought = false;
  /** The first that was found. */
  found: string | undefined;

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
    if (this.found !== undefined) return;
    for (const record of Array.isArray(value) ? (value as unknown[]) : [value]) {
      const said = this.#saidIn(record, PLACES);
      if (said === undefined) continue;
      if (!isCalled(value, name, isBeside)) this.found = said;
      return;
    }
  }

  #saidIn(fields: unknown, places: Places): string | undefined {
    if (!hasFields(fields)) return undefined;
    for (const name in fields) {
      // What any object inherits is no place, but a function.
      const inner: unknown = places[name];
      if (typeof inner !== "object") continue;
      const value = fields[name];
      if (typeof value === "string" && STATUS.includes(name)) continue;
      const said = this.#saidBy(value, inner as Places);
      if (said !== undefined) return isByOthers(fields) ? undefined : `${name}${said}`;
    }
    return undefined;
  }

  /** What is said by a value, and where in it. */
  #saidBy(value: unknown, places: Places): string | undefined {
    if (!Array.isArray(value)) return this.#saidByOne(value, places);
    for (let index = 0; index < value.length; index++) {
      const said = this.#saidByOne(value[index], places);
      if (said !== undefined) return `[${index}]${said}`;
    }
    return undefined;
  }

  #saidByOne(value: unknown, places: Places): string | undefined {
    if (typeof value === "string") return this.#isSaid(value) ? `: ${shown(value)}` : undefined;
    const said = this.#saidIn(value, places);
    return said === undefined ? undefined : `.${said}`;
  }

  #isSaid(text: string): boolean {
    let words = text;
    this.#isThought ||= THOUGHT.test(text);
    if (this.#isThought) {
      const [, rest] = THOUGHT_END.exec(text) ?? [];
      this.#isThought = rest === undefined;
      words = rest ?? "";
    }
    if (!/\S/.test(words) || saysSuccess(words) || isLastName(words)) return false;
    this.#givenTexts ??= this.#given();
    return !this.#givenTexts.includes(words);
  }
}

function isBeside(name: unknown): boolean {
  return isAsideName(name) || isPartType(name) || isOther(name);
}

function isOther(word: unknown): boolean {
  return typeof word === "string" && OTHERS.test(word);
}

function isByOthers(fields: Fields): boolean {
  return (
    fields.thought === true ||
    fields.special === true ||
    SPEAKERS.some((name) => isOther(fields[name]))
  );
}

function shown(text: string): string {
  return JSON.stringify(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);
}
