import type { ToolCallDelta } from "../delta/stream-delta.js";
import { GrowingText } from "./growing-text.js";
import { isNoId } from "./tool-call-fields.js";

/** Tool calls of which each delta holds all so far. */
export class CumulativeCalls {
  readonly #calls: GrowingCall[] = [];
  /** The first of each number, and of each id. */
  readonly #byIndex = new Map<number, GrowingCall>();
  readonly #byId = new Map<string, GrowingCall>();

  /**
   * Gives what is new in the calls of a delta.
   *
   * @throws ChangedText for one that does not go on from what came before.
   */
  newsOf(calls: readonly ToolCallDelta[]): ToolCallDelta[] {
    return calls.map((call, place) => this.#newsOfCall(call, place));
  }

  #newsOfCall(call: ToolCallDelta, place: number): ToolCallDelta {
    const { index = null, id, args } = call;
    const known = this.#find(call, place) ?? this.#begin(index ?? this.#calls.length);
    if (!isNoId(id)) this.#name(known, id);
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
    if (index !== null) return this.#byIndex.get(index);
    const atPlace = this.#calls[place];
    if (isNoId(id)) return atPlace;
    return this.#byId.get(id) ?? (atPlace?.id === undefined ? atPlace : undefined);
  }

  #begin(index: number): GrowingCall {
    const call = new GrowingCall(index);
    this.#calls.push(call);
    if (!this.#byIndex.has(index)) this.#byIndex.set(index, call);
    return call;
  }

  #name(call: GrowingCall, id: string): void {
    call.id ??= id;
    if (call.id === id && !this.#byId.has(id)) this.#byId.set(id, call);
  }
}

class GrowingCall {
  readonly name = new GrowingText("name");
  readonly args = new GrowingText("args");
  id: string | undefined;

  /** @param index its number: the provider's, or its place. */
  constructor(readonly index: number) {}
}
