import type { IncomingHttpHeaders } from "node:http";
import type { Limits } from "./wire.js";

/** A conversation and what is wanted of its next message, whatever the wire. */
export interface ChatQuestion extends Limits {
  readonly turns: readonly Turn[];
  readonly tools?: readonly Tool[] | undefined;
  /** Whether tools may, must or must not be called, or which one must be. */
  readonly toolChoice?: "auto" | "none" | "required" | { readonly name: string } | undefined;
  /** A JSON schema that the answer has to fit, or `true` for any JSON. */
  readonly json?: JsonSchema | true | undefined;
  /** Whether the reasoning is wanted, too. */
  readonly thinks?: boolean | undefined;
  readonly seed?: unknown;
  /** Whether the last message is the beginning of the answer, of which only the rest is wanted. */
  readonly continues?: boolean | undefined;
  /** Whether the answer is wanted in pieces. */
  readonly stream: boolean;
}

/** One message. */
export interface Turn {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly text: string;
  /** Of an assistant: the tools it called. */
  readonly calls?: readonly { readonly id?: string; readonly name: string }[];
  /** Of a tool: the call it answers, by id or by the tool's name. */
  readonly callId?: string | undefined;
  readonly name?: string | undefined;
}

export interface Tool {
  readonly name: string;
  readonly description?: string | undefined;
  readonly parameters?: JsonSchema | undefined;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a client sent
export type JsonSchema = Record<string, any>;

/** One part of an answer, and the pieces in which it is said. */
export type Part =
  | { readonly type: "reasoning" | "text"; readonly pieces: readonly string[] }
  | {
      readonly type: "call";
      /** Where the wire has one. Default: random. */
      readonly id?: string;
      readonly name: string;
      readonly args: Readonly<Record<string, unknown>>;
      /** The arguments' JSON text. */
      readonly pieces: readonly string[];
    };

export interface ChatAnswer {
  readonly parts: readonly Part[];
  readonly summary: {
    readonly promptTokens: number;
    /** Reasoning included. */
    readonly outputTokens: number;
    readonly reasoningTokens: number;
    readonly finishReason: "stop" | "length" | "calls";
    /** The stop sequence that ended the text, if one did. */
    readonly stopSequence?: string | undefined;
  };
}

/** One way to have a conversation over HTTP. */
export interface ChatWire {
  readonly path: RegExp;
  /** Whether a request has the credentials that are wanted. Default: all have. */
  allows?(headers: IncomingHttpHeaders): boolean;
  /** Of errors, where it is not what their status would be elsewhere. */
  readonly errorStatus?: number;
  read(body: any, url: URL): ChatQuestion; // eslint-disable-line @typescript-eslint/no-explicit-any -- what a client sent
  stream(body: any, answer: ChatAnswer, url: URL): ChatStream; // eslint-disable-line @typescript-eslint/no-explicit-any -- the same
  /** The answer in one piece, sent as JSON. */
  whole(body: any, answer: ChatAnswer, url: URL): object; // eslint-disable-line @typescript-eslint/no-explicit-any -- the same
  /** The body of a 4xx. */
  error(message: string, status: number): object;
}

/** A response in pieces; there is a pause before each. */
export interface ChatStream {
  readonly contentType: string;
  readonly frames: Iterable<string | Uint8Array>;
}
