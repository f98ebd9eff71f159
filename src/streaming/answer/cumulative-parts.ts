import { ChunkParseError } from "../../errors.js";
import type { StreamDelta } from "../delta/stream-delta.js";
import type { CumulativeCalls } from "./cumulative-calls.js";
import { ChangedText, GrowingText } from "./growing-text.js";

/** Finds what is new in deltas that each hold all of the answer so far, as some providers send them. */
export class CumulativeParts {
  readonly #text = new GrowingText("text");
  readonly #reasoning = new GrowingText("reasoning");
  readonly #refusal = new GrowingText("refusal");
  readonly #calls: CumulativeCalls | undefined;

  /** @param calls its tool calls; a text model has none. */
  constructor(calls?: CumulativeCalls) {
    this.#calls = calls;
  }

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
        toolCalls: delta.toolCalls && this.#calls?.newsOf(delta.toolCalls),
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
}
