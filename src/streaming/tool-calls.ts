import { detachedText } from "./detached-text.js";
import type { ToolCallDelta } from "./delta.js";

/** A piece of a tool call as it leaves the pipeline: its call is certain, id and name come once. */
export interface ToolCallPiece {
  /** Which call of the answer, from 0, without gaps. */
  readonly index: number;
  /** On the first piece, where the provider gave one. */
  readonly id?: string;
  /** On the first piece. */
  readonly name?: string;
  /** A piece of the arguments' JSON text; the pieces of one call are concatenated. */
  readonly args: string;
}

interface OpenCall {
  readonly index: number;
  readonly providerIndex: number | undefined;
  readonly id: string | undefined;
  name: string | undefined;
  args: string;
  /** The last character of `args` that is not white space. */
  lastMark: string | undefined;
}

/**
 * Says which tool call each piece belongs to. Providers number calls, or give them ids, or both, or
 * neither; some repeat id and name on every piece, and some number every call 0. The rules, in order:
 * a known id continues its call; a new id begins one; without an id, the provider's index, or else the
 * last call, is continued, unless the piece brings a name and the call already has all it needs.
 */
export class ToolCallSorter {
  readonly #calls: OpenCall[] = [];

  /** The pieces under the indices of their calls; those of one call as one. */
  sort(deltas: readonly ToolCallDelta[]): ToolCallPiece[] {
    const pieces = new Map<number, ToolCallPiece>();
    for (const delta of deltas) {
      const piece = this.#sortOne(delta);
      const earlier = pieces.get(piece.index);
      const args = (earlier?.args ?? "") + piece.args;
      pieces.set(piece.index, { ...earlier, ...piece, args });
    }
    return [...pieces.values()];
  }

  #sortOne(delta: ToolCallDelta): ToolCallPiece {
    const args = detachedText(argsText(delta.args));
    const name = delta.name || undefined;
    const known = this.#find(delta, name);
    const call = known ?? this.#begin(delta, name);
    const news = {
      ...(known === undefined && call.id !== undefined && { id: call.id }),
      ...((known === undefined || call.name === undefined) && name !== undefined && { name }),
    };
    call.name ??= name;
    call.args += args;
    call.lastMark = args.trimEnd().at(-1) ?? call.lastMark;
    return { index: call.index, ...news, args };
  }

  #find(delta: ToolCallDelta, name: string | undefined): OpenCall | undefined {
    const providerIndex = delta.index ?? undefined;
    const candidate =
      providerIndex === undefined
        ? this.#calls.at(-1)
        : this.#calls.findLast((call) => call.providerIndex === providerIndex);
    if (delta.id) {
      const same = this.#calls.findLast((call) => call.id === delta.id);
      if (same !== undefined) return same;
      // An id on a nameless piece of a numbered call is noise: a call begins with its name.
      return name === undefined && providerIndex !== undefined ? candidate : undefined;
    }
    if (candidate === undefined || name === undefined || candidate.name === undefined)
      return candidate;
    return name === candidate.name && !isWhole(candidate) ? candidate : undefined;
  }

  #begin(delta: ToolCallDelta, name: string | undefined): OpenCall {
    const call: OpenCall = {
      index: this.#calls.length,
      providerIndex: delta.index ?? undefined,
      id: delta.id || undefined,
      name,
      args: "",
      lastMark: undefined,
    };
    this.#calls.push(call);
    return call;
  }
}

function argsText(args: ToolCallDelta["args"]): string {
  if (args === undefined || args === null) return "";
  return typeof args === "string" ? args : JSON.stringify(args);
}

/** Whether the call has all its arguments. The cheap test first: a long call comes in many pieces. */
function isWhole(call: OpenCall): boolean {
  return call.lastMark === "}" && isJsonObject(call.args);
}

/** Whether a text is the JSON of an object. */
export function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
