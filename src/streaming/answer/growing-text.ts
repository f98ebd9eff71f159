import { excerpt } from "../../formats/json/record.js";

const REPLACEMENT_CHARACTER = 0xfffd;

/** The number of characters that are shown of the text before a difference. */
const SHOWN_BEFORE = 20;

/** A text says something else than it did before. */
export class ChangedText extends Error {}

/**
 * A text of which each delta holds all so far. It may only grow: what has been given cannot be taken back.
 *
 * One thing may change: half a character at the end, which careless servers send as U+FFFD. It is held back
 * until it is whole, or the answer has ended.
 */
export class GrowingText {
  #given = "";
  #held = "";

  /** @param field its name, for errors. */
  constructor(private readonly field: string) {}

  /** Some of it has come. */
  get hasBegun(): boolean {
    return this.#given !== "" || this.#held !== "";
  }

  /**
   * Gives what is new in the text.
   *
   * @throws ChangedText for one that does not begin with what came before.
   */
  newsOf(value: string | number | null | undefined): string {
    // Records that say something else leave the text empty.
    if (value === undefined || value === null || value === "") return "";
    const whole = String(value);
    const given = this.#given;
    // Many times faster than startsWith() (measured).
    if (whole.slice(0, given.length) !== given) throw this.#changed(whole);
    const end = Math.max(given.length, endOfWholeCharacters(whole));
    this.#given = whole.slice(0, end);
    this.#held = whole.slice(end);
    return whole.slice(given.length, end);
  }

  /** Gives what was held back, where the text ends with half a character. */
  rest(): string {
    return this.#held;
  }

  #changed(whole: string): ChangedText {
    const given = this.#given;
    let same = 0;
    while (same < whole.length && whole[same] === given[same]) same++;
    const shown = (text: string): string => excerpt(text.slice(Math.max(0, same - SHOWN_BEFORE)));
    return new ChangedText(
      `"cumulative" says that ${this.field} holds all of it so far, but from index ${same} on it differs: ${shown(given)}, then ${shown(whole)}. If the server sends pieces, leave "cumulative" out; if it corrects itself, ask it for pieces.`,
    );
  }
}

function endOfWholeCharacters(text: string): number {
  let end = text.length;
  while (text.charCodeAt(end - 1) === REPLACEMENT_CHARACTER) end--;
  return end;
}
