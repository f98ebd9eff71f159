import { isDeepEqual } from "../../formats/deep-equal.js";
import { hasFields, isPlain, ownValue, plainCopy, setOwn } from "../../formats/fields.js";

type Fields = Readonly<Record<string, unknown>>;

/** Joins two lists under one name; may change the first one, and give that. */
export type JoinLists = (known: unknown[], part: readonly unknown[]) => unknown[];

/** What is nested deeper counts as said once what holds it has been. */
const DEEPEST = 100;

/**
 * The facts of an answer, which it tells in parts: entries of an object, items of a list. A new part is added to what
 * is known; to copy that each time would take the square of their number.
 */
export class JoinedFacts {
  readonly #facts: Record<string, unknown> = {};
  readonly #joinLists: JoinLists;

  constructor(joinLists: JoinLists = appended) {
    this.#joinLists = joinLists;
  }

  /**
   * The part of a fact that is new to what was said under its name; `undefined` for none. It is what LangChain's
   * merging may add: of anything else it would make a sum, a longer text or an error.
   */
  newPart(name: string, fact: unknown): unknown {
    return newPart(ownValue(this.#facts, name), fact, 0);
  }

  /** Takes in parts that are new. */
  add(parts: Fields): void {
    for (const [name, part] of Object.entries(parts)) {
      const known = ownValue(this.#facts, name);
      setOwn(this.#facts, name, withPart(known, part, this.#joinLists));
    }
  }

  /** All so far, in objects and lists that nobody else has. */
  all(): Record<string, unknown> {
    return plainCopy(this.#facts, DEEPEST + 1) as Record<string, unknown>;
  }
}

/** Adds items to a list, and gives it: a copy of all would take longer with each of them. */
export function appended<Item>(known: Item[], part: readonly Item[]): Item[] {
  for (const item of part) known.push(item);
  return known;
}

function newPart(known: unknown, fact: unknown, depth: number): unknown {
  if (known === undefined || known === null) return fact;
  if (Array.isArray(known) && Array.isArray(fact)) {
    const { length } = known;
    const isLonger = fact.length >= length && isDeepEqual(fact.slice(0, length), known);
    const rest: unknown[] = isLonger ? fact.slice(length) : fact;
    return rest.length > 0 ? rest : undefined;
  }
  if (!hasFields(known) || !hasFields(fact) || depth === DEEPEST) return undefined;
  const parts = Object.entries(fact)
    .map(([name, value]) => [name, newPart(ownValue(known, name), value, depth + 1)] as const)
    .filter(([, part]) => part !== undefined);
  return parts.length > 0 ? Object.fromEntries(parts) : undefined;
}

/** The fact under a name, with a new part. */
function withPart(known: unknown, part: unknown, joinLists: JoinLists): unknown {
  if (Array.isArray(known)) return joinLists(known as unknown[], part as unknown[]);
  if (!hasFields(known)) return plainCopy(part, DEEPEST);
  const all: Record<string, unknown> = isPlain(known) ? known : { ...known };
  for (const [name, value] of Object.entries(part as object)) {
    setOwn(all, name, withPart(ownValue(all, name), value, joinLists));
  }
  return all;
}
