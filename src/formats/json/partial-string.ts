/** An escape of which the end may be missing, and one that is whole. */
const ESCAPE = /^\\(?:["\\/bfnrt]|u[\da-fA-F]{0,4})$/;
const WHOLE_ESCAPE = /^\\(?:[^u]|u.{4})$/;

/** The characters that end a run of plain ones in a string. */
const SPECIAL = /["\\]/g;

/** Reads a string of JSON from behind its first quote, of which the end may not have come. */
export class PartialString {
  #text = "";
  /** The beginning of an escape: `\`, `\u`, `\u00`. */
  #escape = "";
  #state: "open" | "closed" | "failed" = "open";
  #changes = 0;

  get state(): "open" | "closed" | "failed" {
    return this.#state;
  }

  /** All whole characters that have come. */
  get text(): string {
    return this.#text;
  }

  /** Grows whenever {@link textSoFar} becomes another: to compare long texts takes long. */
  get changes(): number {
    return this.#changes;
  }

  /** The same, and the letters of an escape of which the rest is missing, as LangChain has it. */
  get textSoFar(): string {
    return this.#text + this.#escapeSoFar;
  }

  get #escapeSoFar(): string {
    return this.#escape === "\\" ? "\\" : this.#escape.slice(1);
  }

  /** Takes some of a text, from a place on. Gives the place behind what was taken. */
  read(text: string, at: number): number {
    if (this.#escape !== "") {
      this.#readEscape(text.charAt(at));
      return at + 1;
    }
    SPECIAL.lastIndex = at;
    const end = SPECIAL.exec(text)?.index ?? text.length;
    if (end > at) {
      this.#text += text.slice(at, end);
      this.#changes++;
    }
    if (end === text.length) return end;
    if (text.charAt(end) === "\\") {
      this.#escape = "\\";
      this.#changes++;
    } else {
      this.#state = "closed";
    }
    return end + 1;
  }

  #readEscape(character: string): void {
    const before = this.#escapeSoFar;
    this.#escape += character;
    if (!ESCAPE.test(this.#escape)) {
      this.#state = "failed";
      return;
    }
    let now = this.#escapeSoFar;
    if (WHOLE_ESCAPE.test(this.#escape)) {
      now = JSON.parse(`"${this.#escape}"`) as string;
      this.#text += now;
      this.#escape = "";
    }
    if (now !== before) this.#changes++;
  }
}
