/**
 * The types for going on with an answer that broke off: what the author is told of it, how the rest is
 * asked for, and the seam between the two parts. Nothing is guessed, for an overlap cannot be told from a
 * repetition: after "ha ha " the words "ha ha ha!" read both ways. What was declared to be repeated is
 * compared, piece by piece, and dropped.
 */
import type { HttpStreamingError } from "../../errors.js";
import type { TokenUsage } from "../delta/stream-delta.js";
import type { HeaderSource } from "../hooks/hook-types.js";

/** The part of an answer that had come when it broke off. */
export interface PartialAnswer {
  /** All text that was received, also what is held back because it may become a stop sequence. */
  readonly text: string;
  /** All reasoning that was received. */
  readonly reasoning: string;
  /** The token counts so far, where the provider had told any. */
  readonly usage: TokenUsage | undefined;
  /** The provider's id of the response. */
  readonly id: string | undefined;
  /** The id of the last server-sent event; `""` before the first, and on other formats. */
  readonly lastEventId: string;
}

/** The request for the rest of an answer. */
export interface Continuation {
  /** The URL. Default: that of the first request. */
  readonly url?: string | URL | undefined;
  /** Default `"POST"`; `"GET"` where `payload` is `null`. */
  readonly method?: "GET" | "POST" | "PUT" | undefined;
  /** Extra headers, over those of `headers()`. To another origin, only these are sent. */
  readonly headers?: HeaderSource | null | undefined;
  /** The request body, as `buildPayload` may give one. Absent: the first request's; `null`: none. */
  readonly payload?: unknown;
  /** The server goes on from a cursor, in the middle of whatever it was. Default `false`: with new text. */
  readonly cursor?: boolean | undefined;
  /** The part of the text that the server sends again: nothing (the default), all, or all from an index on. */
  readonly repeats?: "none" | "all" | { readonly from: number } | undefined;
}

/** The context of `continueFrom`, beside the partial answer. */
export interface ContinuationContext {
  /** 0 for the first request of the call: this is how many have been sent. */
  readonly attempt: number;
  /** Why the answer broke off. */
  readonly error: HttpStreamingError;
  /** An object of the hooks' own, for what they have to remember of this answer. */
  readonly state: Record<string, unknown>;
}

/** The continuation is not what was declared: it says something else where it should repeat. */
export class DifferentContinuation extends Error {}

/** Drops from a continuation what it repeats. */
export class RepeatedPart {
  readonly #text: Repetition;
  readonly #reasoning: Repetition;

  /** @throws RangeError for an index outside of the text. */
  constructor(repeats: Continuation["repeats"], { text, reasoning }: PartialAnswer) {
    this.#text = new Repetition(text.slice(startOf(repeats, text)));
    // Thoughts come again with all of an answer, if at all.
    this.#reasoning = new Repetition(repeats === "all" ? reasoning : "");
  }

  /** All text that was to be repeated has been. */
  get isTextOver(): boolean {
    return this.#text.isOver;
  }

  /** Less was repeated than was declared. Thoughts need not come again, but once they begin they have to be whole. */
  get isBroken(): boolean {
    return !this.#text.isOver || (this.#reasoning.hasBegun && !this.#reasoning.isOver);
  }

  /** Nothing more can be repeated. */
  get isOver(): boolean {
    return this.#text.isOver && this.#reasoning.isOver;
  }

  /** The part of a piece of text that is new. */
  newText(piece: string): string {
    return this.#text.drop(piece);
  }

  /** The part of a piece of reasoning that is new. */
  newReasoning(piece: string): string {
    return this.#reasoning.drop(piece);
  }
}

/** The plan for the rest of an answer: the request, and the part that is known already. */
export interface PlannedRest {
  readonly continuation: Continuation;
  readonly repeated: RepeatedPart;
}

class Repetition {
  #at = 0;

  constructor(private readonly expected: string) {}

  get hasBegun(): boolean {
    return this.#at > 0;
  }

  get isOver(): boolean {
    return this.#at === this.expected.length;
  }

  drop(piece: string): string {
    const left = this.expected.length - this.#at;
    const repeated = piece.slice(0, left);
    if (!this.expected.startsWith(repeated, this.#at)) throw new DifferentContinuation();
    this.#at += repeated.length;
    return piece.slice(repeated.length);
  }
}

function startOf(repeats: Continuation["repeats"], text: string): number {
  if (repeats === "all") return 0;
  const given = repeats ?? "none";
  if (given === "none") return text.length;
  const { from } = given as { from: number };
  if (Number.isInteger(from) && from >= 0 && from <= text.length) return from;
  throw new RangeError(
    `repeats must be "none", "all" or { from: an index from 0 to ${text.length} }, the length of the text so far`,
  );
}
