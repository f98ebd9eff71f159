import { isDeepEqual } from "../../formats/deep-equal.js";
import { tryJsonObject } from "../../formats/json/try-json.js";
import { Rope } from "../text/rope.js";
import { JsonValueScan } from "./json-value-scan.js";

/** The state of a call's arguments when no more of them come. */
export type ArgumentsState = "none" | "whole" | "cut" | "malformed";

/**
 * The arguments of one tool call, as their JSON text arrives. What servers send besides them does not
 * become a part of them:
 *
 * | so far | then | is |
 * | --- | --- | --- |
 * | `{`, `{}` | nothing | held back: it may be a placeholder. `{}` never leaves, for no text says the same |
 * | `{}` | other text | the arguments: `{}` stood in for them |
 * | a whole value | the same value again, or `{}` | a repetition |
 * | a whole value | anything else | malformed; or another call, if it came with a name of its own |
 */
export class ToolCallArguments {
  #value = new JsonValueScan();
  readonly #text = new Rope();
  /** The end of `#text` that has not left yet. */
  readonly #held = new Rope();
  #isMalformed = false;
  #parsed: { readonly value: unknown } | undefined;
  /** The text after a whole value, as long as it may be a repetition. */
  #extra = "";
  #extraValue = new JsonValueScan();
  #extraIsNamed = false;
  #another: string | undefined;

  /** `true` once anything has come but white space. */
  get begun(): boolean {
    return this.#value.begun;
  }

  /** `true` while they may be all there is. */
  get closed(): boolean {
    return this.#value.closed;
  }

  /**
   * Takes the next piece.
   *
   * @param isNamed it came with a name: what follows whole arguments from here on may be of another call.
   * @throws RangeError when they are nested too deep.
   */
  add(piece: string, isNamed: boolean): void {
    if (isNamed && this.closed && this.#extra === "") this.#extraIsNamed = true;
    for (let rest = piece; rest !== "";) {
      rest = this.closed && !this.#isMalformed ? this.#addExtra(rest) : this.#add(rest);
    }
  }

  /** The text since the last time, as far as it is certain. */
  release(): string {
    return this.#value.isBare ? "" : this.#takeHeld();
  }

  /** The text that turned out to be of another call. */
  takeAnother(): string | undefined {
    const another = this.#another;
    this.#another = undefined;
    return another;
  }

  /** Says that no more come: what was held back is certain now. Gives how they stand. */
  end(): ArgumentsState {
    if (this.#extra !== "" && !this.#extraIsNamed) {
      this.#accept(this.#extra);
      return "cut";
    }
    if (this.#extra !== "") this.#another = this.#extra;
    this.#extra = "";
    if (!this.begun) return "none";
    // A number or literal is no object, whether it is whole or not.
    if (!this.closed && !this.#value.isLoose) return "cut";
    return tryJsonObject(this.#text.toString()) ? "whole" : "malformed";
  }

  /** The text since the last time, when no more comes; none for `{}`, which is the same. */
  releaseAll(): string {
    return this.#value.isEmptyObject ? "" : this.#takeHeld();
  }

  #takeHeld(): string {
    const held = this.#held.toString();
    this.#held.clear();
    return held;
  }

  /** Takes the text up to the end of the value; gives what follows it. */
  #add(text: string): string {
    const end = this.#isMalformed ? text.length : this.#value.read(text);
    this.#accept(text.slice(0, end));
    return text.slice(end);
  }

  #accept(text: string): void {
    this.#text.add(text);
    this.#held.add(text);
  }

  #addExtra(text: string): string {
    if (this.#extra !== "") return this.#readExtra(text);
    const rest = text.replace(/^[ \t\r\n]+/, "");
    if (rest === "") return "";
    if (!this.#value.isEmptyObject) return this.#readExtra(rest);
    this.#reset();
    return rest;
  }

  #readExtra(text: string): string {
    const end = this.#extraValue.read(text);
    this.#extra += text.slice(0, end);
    const rest = text.slice(end);
    if (!this.#extraValue.closed && !this.#extraValue.isLoose) return rest;
    const isRepetition = this.#isRepetition();
    const extra = this.#extra;
    const isNamed = this.#extraIsNamed;
    this.#resetExtra();
    if (isRepetition) return rest;
    if (isNamed) {
      this.#another = extra + rest;
      return "";
    }
    this.#isMalformed = true;
    this.#accept(extra);
    return rest;
  }

  #isRepetition(): boolean {
    if (this.#extraValue.isEmptyObject) return true;
    try {
      this.#parsed ??= { value: JSON.parse(this.#text.toString()) };
      return isDeepEqual(JSON.parse(this.#extra), this.#parsed.value);
    } catch {
      return this.#extra === this.#text.toString().trim();
    }
  }

  #reset(): void {
    this.#value = new JsonValueScan();
    this.#text.clear();
    this.#held.clear();
    this.#resetExtra();
  }

  #resetExtra(): void {
    this.#extra = "";
    this.#extraValue = new JsonValueScan();
    this.#extraIsNamed = false;
  }
}
