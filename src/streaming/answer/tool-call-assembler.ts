import { TruncatedStreamError } from "../../errors.js";
import type { ToolCallDelta } from "../delta/stream-delta.js";
import type { ToolCallPiece } from "../delta/delta.js";
import { shown } from "../text/shown.js";
import { CumulativeCalls } from "./cumulative-calls.js";
import { isCutShort } from "./finish-reasons.js";
import { ToolCallArguments, type ArgumentsState } from "./tool-call-arguments.js";
import { readToolCall, tooDeep, type ToolCallFields } from "./tool-call-fields.js";

/** The end of an answer. */
export interface AnswerEnd {
  /** The provider said that it was complete: a finish reason, or `done: true`. */
  readonly isFinished: boolean;
  /** The provider's word for why. */
  readonly finishReason: string | undefined;
  /** The number of records. */
  readonly records: number;
  /** The hook that read them, for errors. */
  readonly hook: string;
}

/** From the pieces of tool calls that a hook returns to those that the reader gets: a {@link ToolCallAssembler}. */
export type ToolCallRules = Pick<ToolCallAssembler, "hasBegun" | "add" | "cumulative" | "end">;

type Piece = { -readonly [Key in keyof ToolCallPiece]: ToolCallPiece[Key] };

/** The place of a piece: its record, and its list of pieces there, which a hook has read. */
interface PieceOrigin {
  readonly record: number;
  readonly hook: string;
}

class OpenCall {
  readonly args = new ToolCallArguments();
  providerIndex: number | undefined;
  id: string | undefined;
  /** The id, unless another call has it: the result of a call has to be told from another's. */
  ownId: string | undefined;
  name: string | undefined;
  /** Why it is none, where the hook says so. */
  error: string | undefined;
  /** The call whose arguments these may be: it had none when they came, under another number and without a name. */
  strayFrom: OpenCall | undefined;
  hasLeft = false;
  nameHasLeft = false;

  /**
   * @param index its place among the calls.
   * @param source where it began.
   */
  constructor(
    readonly index: number,
    readonly source: PieceOrigin,
  ) {}
}

/**
 * Puts the pieces of tool calls together. Providers number calls, or give them ids, or both, or neither;
 * some repeat id and name on every piece, and some number every call 0. A piece belongs to the call of its
 * number; of its id, where that is the same number's or there is no number; and to the last call where it
 * has neither. It begins another one
 *
 * - where there is no such call, or its id is new and it has a name;
 * - where it has another name, once the call has arguments; until then names are pieces of one name;
 * - where it has a name, and neither number nor id, and the call is whole or of the same record.
 *
 * A call leaves when its arguments begin, since only then its name is complete, and after all earlier ones;
 * one that never has any leaves before a later one, or at the end.
 */
export class ToolCallAssembler {
  readonly #calls: OpenCall[] = [];
  readonly #byIndex = new Map<number, OpenCall>();
  readonly #byId = new Map<string, OpenCall>();
  /** The call of the piece before. */
  #last: OpenCall | undefined;
  /** The number of calls that have left, with a piece at least. */
  #left = 0;
  #pieces = new Map<number, Piece>();

  /** A call has begun. */
  get hasBegun(): boolean {
    return this.#calls.length > 0;
  }

  /**
   * Takes the pieces that came in a record. Gives what is certain of them, those of one call as one;
   * `undefined` for nothing.
   *
   * @param hook that read the record, for errors.
   * @throws HookError for what cannot be a piece of a call.
   */
  add(
    deltas: readonly ToolCallDelta[],
    record: number,
    hook: string,
  ): readonly ToolCallPiece[] | undefined {
    const source: PieceOrigin = { record, hook };
    for (let at = 0; at < deltas.length; at++) {
      this.#add(readToolCall(deltas[at], at, hook), source);
    }
    return this.#takePieces();
  }

  /** What finds the pieces in calls that each delta holds all of, so far. */
  cumulative(): CumulativeCalls {
    return new CumulativeCalls();
  }

  /**
   * Says that no more pieces come. Gives what was held back, and says which calls are none.
   *
   * @throws TruncatedStreamError where the answer broke off in a call.
   */
  end(answer: AnswerEnd): readonly ToolCallPiece[] | undefined {
    const { isFinished, finishReason } = answer;
    const wasCutShort = isCutShort(finishReason);
    const hasStrays = this.#blameStrays();
    for (const call of this.#calls) {
      const ended = call.args.end();
      // Arguments may have been about to come: only of the last call, for calls are written one by one.
      const state = wasCutShort && ended === "none" && call === this.#last ? "cut" : ended;
      this.#beginAnother(call);
      if (hasStrays && state === "none") call.error ??= STRAY;
      const error = call.error ?? faultOf(call, state);
      if (!isFinished && call.error === undefined && (state === "cut" || state === "none"))
        throw truncated(call, state, answer);
      this.#leave(call, call.args.releaseAll());
      if (error !== undefined) this.#pieceOf(call).error = error;
    }
    return this.#takePieces();
  }

  #add(fields: ToolCallFields, source: PieceOrigin): void {
    const { index, id, name, args, error } = fields;
    const known = this.#find(fields);
    if (known === undefined && id === undefined && name === undefined && args === "") return;
    const isKnown = known !== undefined && continues(known, fields, source);
    const call = isKnown ? known : this.#begin(source);
    if (!isKnown && name === undefined && args.trim() !== "") call.strayFrom = this.#bareLast();
    this.#last = call;
    this.#identify(call, index, id);
    if (name !== undefined) call.name = joinedName(call.name, name);
    call.error ??= error;
    try {
      call.args.add(args, name !== undefined && id === undefined);
    } catch (error) {
      throw error instanceof RangeError ? tooDeep(call.name, error, source.hook) : error;
    }
    if (call.hasLeft || call.args.begun) this.#leave(call, call.args.release());
    this.#beginAnother(call);
  }

  /** The call that a piece belongs to by its number, its id, or its place. */
  #find({ index, id, name }: ToolCallFields): OpenCall | undefined {
    const named = id === undefined ? undefined : this.#byId.get(id);
    if (index === undefined) return id === undefined ? this.#last : named;
    const numbered = this.#byIndex.get(index);
    if (numbered !== undefined && (id === undefined || numbered.id === id)) return numbered;
    if (named !== undefined && (named.providerIndex ?? index) === index) return named;
    if (numbered !== undefined) {
      // An id on a nameless piece of a numbered call is noise: a call begins with its name.
      return numbered.id === undefined || name === undefined ? numbered : undefined;
    }
    const isRest = id === undefined && name === undefined;
    return isRest && this.#last?.providerIndex === undefined ? this.#last : undefined;
  }

  #bareLast(): OpenCall | undefined {
    return this.#last?.name === undefined || this.#last.args.begun ? undefined : this.#last;
  }

  /** Makes none of the calls whose arguments may have come as those of none; `true` where any have. */
  #blameStrays(): boolean {
    const strays = this.#calls.filter(({ name, strayFrom }) => name === undefined && strayFrom);
    for (const { strayFrom } of strays) (strayFrom as OpenCall).error ??= STRAY;
    return strays.length > 0;
  }

  #begin(source: PieceOrigin): OpenCall {
    const call = new OpenCall(this.#calls.length, source);
    this.#calls.push(call);
    return call;
  }

  #identify(call: OpenCall, index: number | undefined, id: string | undefined): void {
    call.providerIndex ??= index;
    if (call.providerIndex !== undefined) this.#byIndex.set(call.providerIndex, call);
    if (id === undefined || call.id !== undefined) return;
    call.id = id;
    if (!this.#byId.has(id)) call.ownId = id;
    this.#byId.set(id, call);
  }

  /** Begins a call with what came after the whole arguments of one, under its name and number. */
  #beginAnother({ args, name, providerIndex: index, source }: OpenCall): void {
    const another = args.takeAnother();
    if (another === undefined) return;
    const call = this.#begin(source);
    this.#identify(call, index, undefined);
    this.#last = call;
    call.name = name;
    call.args.add(another, false);
    this.#leave(call, call.args.release());
  }

  #leave(call: OpenCall, args: string): void {
    while (this.#left <= call.index) this.#announce(this.#calls[this.#left++] as OpenCall);
    if (!call.nameHasLeft && call.name !== undefined) this.#announce(call);
    if (args !== "") this.#pieceOf(call).args += args;
  }

  #announce(call: OpenCall): void {
    const piece = this.#pieceOf(call);
    if (!call.hasLeft && call.ownId !== undefined) piece.id = call.ownId;
    if (call.name !== undefined) piece.name = call.name;
    call.hasLeft = true;
    call.nameHasLeft = call.name !== undefined;
  }

  #pieceOf({ index }: OpenCall): Piece {
    let piece = this.#pieces.get(index);
    if (piece === undefined) {
      piece = { index, args: "" };
      this.#pieces.set(index, piece);
    }
    return piece;
  }

  #takePieces(): readonly ToolCallPiece[] | undefined {
    if (this.#pieces.size === 0) return undefined;
    const pieces = [...this.#pieces.values()];
    this.#pieces = new Map();
    return pieces;
  }
}

/**
 * The fault of a call without arguments where some came under the number of none. Servers that number the names by the
 * tools and the arguments by the calls do so (SGLang): it would be carried out without its arguments, or with another's.
 */
const STRAY = "Arguments came under the number of no call: they may be those of this one.";

function truncated({ name }: OpenCall, state: "cut" | "none", { hook, records }: AnswerEnd): Error {
  const what = name === undefined ? "a tool call" : `the call of the tool ${shown(name)}`;
  const why =
    state === "cut"
      ? `in the middle of the arguments of ${what}, without a finish reason. Half a call is not carried out.`
      : `after ${what} had begun, before its arguments and without a finish reason. If a call without arguments is meant, ${hook} has to give args: {}, or say the end of the answer as finishReason or done: true.`;
  return new TruncatedStreamError(`the response ended ${why}`, { records });
}

/** Tells whether a piece goes on with the call that it belongs to by its number, id or place, or begins another. */
function continues(call: OpenCall, fields: ToolCallFields, source: PieceOrigin): boolean {
  const { index, id, name, args, isWhole } = fields;
  if (name === undefined) return true;
  // A call begins with its id and its name: what came before under its number is of another.
  if (call.name === undefined)
    return !(call.strayFrom && call.id === undefined && id !== undefined);
  const isAnonymous = index === undefined && id === undefined;
  // Nobody cuts a call into pieces of one record, each with its name.
  const isBeside = isAnonymous && call.source.record === source.record;
  if (!call.args.begun) {
    if (isBeside) return false;
    if (call.hasLeft) return name === call.name;
    // Whole arguments come with a whole name.
    return !isWhole || name.startsWith(call.name);
  }
  if (name !== call.name) return false;
  if (!call.args.closed) return true;
  if (id !== undefined && call.id === undefined) return false;
  if (args.trim() === "") return !isBeside;
  return !isAnonymous && (id !== undefined || call.source !== source);
}

/** Names come whole, again and again, growing, or in pieces. */
function joinedName(known: string | undefined, name: string): string {
  if (known === undefined || name.startsWith(known)) return name;
  return known + name;
}

function faultOf(call: OpenCall, state: ArgumentsState): string | undefined {
  if (call.name === undefined) return "The call has no name.";
  if (state === "cut") return "The answer ended before the arguments of the call were complete.";
  if (state === "malformed") return "The arguments of the call are not a JSON object.";
  return undefined;
}
