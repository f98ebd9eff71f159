import { WholeCharacters } from "../whole-characters.js";

/** An escape of which the end may be missing, and one that is whole. */
const ESCAPE = /^\\(?:["\\/bfnrt]|u[\da-fA-F]{0,4})$/;
const WHOLE_ESCAPE = /^\\(?:[^u]|u.{4})$/;

/** The characters that end a run of plain ones in a string. */
const SPECIAL = /["\\]/g;

/**
 * Reads a string of JSON from behind its first quote, of which the end may not have come. An escape of which the rest is
 * missing, and half a character, are no part of its text yet.
 */
export class PartialString {
  #text = "";
  readonly #characters = new WholeCharacters();
  /** The beginning of an escape: `\`, `\u`, `\u00`. */
  #escape = "";
  #state: "open" | "closed" | "failed" = "open";

  get state(): "open" | "closed" | "failed" {
    return this.#state;
  }

  /** All whole characters that have come; it only grows. */
  get text(): string {
    return this.#text;
  }

  /** Takes some of a text, from a place on. Gives the place behind what was taken. */
  read(text: string, at: number): number {
    if (this.#escape !== "") {
      this.#readEscape(text.charAt(at));
      return at + 1;
    }
    SPECIAL.lastIndex = at;
    const end = SPECIAL.exec(text)?.index ?? text.length;
    if (end > at) this.#text += this.#characters.push(text.slice(at, end));
    if (end === text.length) return end;
    if (text.charAt(end) === "\\") this.#escape = "\\";
    else this.#close();
    return end + 1;
  }

  #readEscape(character: string): void {
    this.#escape += character;
    if (!ESCAPE.test(this.#escape)) {
      this.#state = "failed";
    } else if (WHOLE_ESCAPE.test(this.#escape)) {
      this.#text += this.#characters.push(JSON.parse(`"${this.#escape}"`) as string);
      this.#escape = "";
    }
  }

  /** JSON may have half a character alone. */
  #close(): void {
    this.#text += this.#characters.flush();
    this.#state = "closed";
  }
}
