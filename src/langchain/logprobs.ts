import { hasFields, isObject, ownValue } from "../formats/fields.js";

/** Log probabilities as providers write them: a list, or lists by name, of which some may be absent. */
type Logprobs = unknown;
type ListsByName = Record<string, Logprobs>;

/**
 * Joins a piece to the log probabilities before it, list by list. Linear: it appends to `joined`, which belongs to
 * whoever joins, begins with `undefined`, and changes no piece.
 */
export function joinLogprobs(joined: Logprobs, piece: Logprobs): Logprobs {
  if (Array.isArray(piece)) {
    const list: unknown[] = Array.isArray(joined) ? joined : [];
    for (const item of piece as unknown[]) list.push(item);
    return list;
  }
  if (!isObject(piece)) return joined ?? piece;
  const lists: ListsByName = hasFields(joined) ? joined : {};
  for (const [name, list] of Object.entries(piece)) {
    // The names come from the wire: what this one would set is a prototype.
    if (name !== "__proto__") lists[name] = joinLogprobs(ownValue(lists, name), list);
  }
  return lists;
}
