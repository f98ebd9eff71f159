import { hasFields, ownValue } from "../formats/fields.js";

/** Log probabilities as providers write them: a list, or lists by name, of which some may be absent. */
type Logprobs = unknown;
type ListsByName = Record<string, Logprobs>;

/** Joins the log probabilities of an answer's pieces, list by list. Linear, and changes no piece. */
export class LogprobsAccumulator {
  #joined: Logprobs;

  /** All so far, `undefined` for none. */
  get value(): Logprobs {
    return this.#joined;
  }

  add(piece: Logprobs): void {
    this.#joined = joinInto(this.#joined, piece);
  }
}

/** Joins two pieces into one of its own. */
export function joinLogprobs(earlier: Logprobs, later: Logprobs): Logprobs {
  return joinInto(joinInto(undefined, earlier), later);
}

/** Appends to `joined`, which belongs to whoever joins. */
function joinInto(joined: Logprobs, piece: Logprobs): Logprobs {
  if (Array.isArray(piece)) {
    const list: unknown[] = Array.isArray(joined) ? joined : [];
    for (const item of piece as unknown[]) list.push(item);
    return list;
  }
  if (typeof piece !== "object" || piece === null) return joined ?? piece;
  const lists: ListsByName = hasFields(joined) ? joined : {};
  for (const [name, list] of Object.entries(piece)) {
    // The names come from the wire: what this one would set is a prototype.
    if (name !== "__proto__") lists[name] = joinInto(ownValue(lists, name), list);
  }
  return lists;
}
