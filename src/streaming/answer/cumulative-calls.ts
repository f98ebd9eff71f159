import type { ToolCallDelta } from "../delta/stream-delta.js";
import { GrowingText } from "./growing-text.js";
import { isNoId } from "./tool-call-fields.js";

/** Tool calls of which each delta holds all so far. */
export class CumulativeCalls {
  readonly #calls: GrowingCall[] = [];

  /**
   * Gives what is new in the calls of a delta.
   *
   * @throws ChangedText for one that does not go on from what came before.
   */
  newsOf(calls: readonly ToolCallDelta[]): ToolCallDelta[] {
    return calls.map((call, place) => this.#newsOfCall(call, place));
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
