/**
 * Finds what is new in deltas that each hold all of the answer so far, as some providers send them. A part may
 * only grow: what has been given cannot be taken back, so a record that says something else is an error.
 *
 * One thing may change: half a character at the end, which careless servers send as U+FFFD. It is held back
 * until it is whole, or the answer has ended.
 */
import { ChunkParseError } from "../../errors.js";
import { excerpt } from "../../formats/json/record.js";
import type { StreamDelta, ToolCallDelta } from "../delta/stream-delta.js";
import { isNoId } from "./tool-call-fields.js";

const REPLACEMENT_CHARACTER = 0xfffd;

/** The number of characters that are shown of the text before a difference. */
const SHOWN_BEFORE = 20;

type Text = string | number | null | undefined;

/** The parts of one answer that grow. */
export class CumulativeParts {
  readonly #text = new GrowingText("text");
  readonly #reasoning = new GrowingText("reasoning");
  readonly #refusal = new GrowingText("refusal");
  readonly #calls: GrowingCall[] = [];

  /** Any text has come. */
  get hasText(): boolean {
    return this.#text.hasBegun;
  }

  /**
   * A delta with what is new in it.
   *
   * @param index the record's place in the stream, from 0.
   * @throws ChunkParseError for a delta that does not go on from those before it.
   */
  newsOf(delta: StreamDelta, index: number): StreamDelta {
    try {
      return {
        ...delta,
        text: this.#text.newsOf(delta.text),
        reasoning: this.#reasoning.newsOf(delta.reasoning),
        refusal: this.#refusal.newsOf(delta.refusal),
        toolCalls: delta.toolCalls?.map((call, place) => this.#newsOfCall(call, place)),
      };
    } catch (error) {
      if (!(error instanceof ChangedText)) throw error;
      throw new ChunkParseError(`record ${index}: ${error.message}`, { record: delta, index });
    }
  }

  /** The text that was held back, where the answer ends with half a character. */
  rest(): StreamDelta {
    return {
      text: this.#text.rest(),
      reasoning: this.#reasoning.rest(),
      refusal: this.#refusal.rest(),
    };
  }

  #newsOfCall(call: ToolCallDelta, place: number): ToolCallDelta {
    const known = this.#find(call, place) ?? this.#begin();
    const { index = null, id, args } = call;
    if (index !== null) known.index = index;
    if (!isNoId(id)) known.id ??= id;
    return {
      ...call,
      index: known.index,
      name: known.name.newsOf(call.name) || undefined,
      // An object is a whole call.
      args: typeof args === "object" ? args : known.args.newsOf(args),
    };
  }

  /** The call of a number or an id; without them, or where the id comes late, that of the same place. */
  #find({ index = null, id }: ToolCallDelta, place: number): GrowingCall | undefined {
    if (index !== null) return this.#calls.find((call) => call.index === index);
    const atPlace = this.#calls[place];
    if (isNoId(id)) return atPlace;
    const same = this.#calls.find((call) => call.id === id);
    return same ?? (atPlace?.id === undefined ? atPlace : undefined);
  }

  #begin(): GrowingCall {
    const call = new GrowingCall(this.#calls.length);
    this.#calls.push(call);
    return call;
  }
}

class GrowingCall {
  readonly name = new GrowingText("name");
  readonly args = new GrowingText("args");
  id: string | undefined;

  /** @param index its number: the provider's, or its place. */
  constructor(public index: number) {}
}

/** A text says something else than it did before. */
class ChangedText extends Error {}

class GrowingText {
  #given = "";
  #held = "";

  constructor(private readonly field: string) {}

  get hasBegun(): boolean {
    return this.#given !== "" || this.#held !== "";
  }

  newsOf(value: Text): string {
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

  rest(): string {
    return this.#held;
  }

  #changed(whole: string): ChangedText {
    const given = this.#given;
    let same = 0;
    while (same < whole.length && whole[same] === given[same]) same++;
    const shown = (text: string): string => excerpt(text.slice(Math.max(0, same - SHOWN_BEFORE)));
    return new ChangedText(
      `"cumulative" says that ${this.field} holds all of it so far, but it does not begin with what came before: from index ${same} on it differs, ${shown(given)} against ${shown(whole)}. What has been given cannot be taken back. If the server sends pieces, leave "cumulative" out; if it corrects itself, ask it for pieces.`,
    );
  }
}

function endOfWholeCharacters(text: string): number {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === REPLACEMENT_CHARACTER) end--;
  return end;
}
