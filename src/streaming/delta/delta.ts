import type { StreamDelta, TokenUsage } from "./stream-delta.js";

/** A delta as it leaves the pipeline: text that passed the stop filter, each fact once, and nothing empty. */
export interface Delta {
  readonly text: string;
  readonly reasoning?: string;
  readonly toolCalls?: readonly ToolCallPiece[];
  readonly refusal?: string;
  readonly blocks?: readonly Readonly<Record<string, unknown>>[];
  readonly usage?: TokenUsage;
  readonly finishReason?: string;
  readonly id?: string;
  readonly model?: string;
  readonly logprobs?: NonNullable<StreamDelta["logprobs"]>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** On the last one only. */
  readonly call?: CallFacts;
}

/** The parts of a delta besides its text, while they are being found. */
export type DeltaParts = { -readonly [Key in keyof Omit<Delta, "text">]: Delta[Key] };

/** A piece of a tool call as it leaves the pipeline: its call is certain, id and name come once. */
export interface ToolCallPiece {
  /** The number of the call in the answer, from 0, without gaps. */
  readonly index: number;
  /** On the first piece, where the provider gave one that no other call of the answer has. */
  readonly id?: string;
  /** Complete, and on the first piece unless the provider sent the arguments before it. */
  readonly name?: string;
  /** A piece of the arguments' JSON text; the pieces of one call are concatenated. No text at all is `{}`. */
  readonly args: string;
  /** On the last piece of a call that is none: why it must not be carried out. */
  readonly error?: string;
}

/** The facts of a call that stand in its answer. The names are those of the messages' metadata. */
export interface CallFacts {
  /** The provider's id of the request, to quote to its support. */
  readonly request_id?: string;
  /** The number of requests that were sent, redirects not counted. */
  readonly attempts: number;
  /** The number of times that the answer broke off and was gone on with. */
  readonly continued?: number;
  /** From the call's start to the first text, reasoning or tool call, in ms. */
  readonly time_to_first_token?: number;
}

/**
 * A delta that is a piece of text and nothing else, as nearly all are. Of a class, for what literals make
 * V8 puts among the old objects once the first of a stream have lived long.
 */
export class TextDelta implements Delta {
  constructor(readonly text: string) {}
}
