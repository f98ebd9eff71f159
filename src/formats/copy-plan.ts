/**
 * Copies a JSON value with other strings and numbers in some of its places.
 *
 * A plan is made once from a value, the template, and then copies it many times: level by level, each
 * object and array as a whole, and what differs put in afterwards.
 */

/** A JSON value of a record, which its owner may change: no two calls share one. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
interface JsonObject {
  [key: string]: Json;
}

/** What a plan puts into its places. */
type Found = readonly (string | number)[];

/** What makes one member of a copy. */
export interface CopyPlan {
  copy(found: Found): Json;
}

/**
 * How to copy a template in which strings mark the places that differ: `marks[i]` stands where
 * `found[i]` is to be put, and nowhere else. `undefined` where a mark is missing, since its key is
 * given once more.
 */
export function planCopy(template: Json, marks: readonly string[]): CopyPlan | undefined {
  const planner = new Planner(marks);
  const plan = planner.planOf(template);
  return planner.places === marks.length ? plan : undefined;
}

class Planner {
  /** How many marks have been found. */
  places = 0;

  constructor(private readonly marks: readonly string[]) {}

  /** The plan for a value; `undefined` for one that is copied along with what it is in. */
  planOf(value: Json): CopyPlan | undefined {
    if (typeof value === "string") return this.#planOfString(value);
    if (typeof value !== "object" || value === null) return undefined;
    const keys: string[] = [];
    const members: CopyPlan[] = [];
    for (const [key, member] of Object.entries(value)) {
      const plan = this.planOf(member);
      if (plan === undefined) continue;
      keys.push(key);
      members.push(plan);
    }
    return Array.isArray(value)
      ? new ArrayCopy(value, keys.map(Number), members)
      : new ObjectCopy(value, keys, members);
  }

  #planOfString(value: string): CopyPlan | undefined {
    const index = this.marks.indexOf(value);
    if (index === -1) return undefined;
    this.places++;
    return new FoundValue(index);
  }
}

class FoundValue implements CopyPlan {
  constructor(private readonly index: number) {}

  copy(found: Found): Json {
    return found[this.index] as Json;
  }
}

class ArrayCopy implements CopyPlan {
  constructor(
    private readonly template: readonly Json[],
    private readonly indexes: readonly number[],
    private readonly members: readonly CopyPlan[],
  ) {}

  copy(found: Found): Json {
    const { indexes, members } = this;
    const copied = this.template.slice();
    for (let i = 0; i < indexes.length; i++) {
      copied[indexes[i] as number] = (members[i] as CopyPlan).copy(found);
    }
    return copied;
  }
}

class ObjectCopy implements CopyPlan {
  private readonly clone: Clone;

  constructor(
    private readonly template: JsonObject,
    private readonly keys: readonly string[],
    private readonly members: readonly CopyPlan[],
  ) {
    this.clone = cloneFor(template);
  }

  copy(found: Found): Json {
    const { keys, members } = this;
    const copied = this.clone(this.template);
    for (let i = 0; i < keys.length; i++) {
      copied[keys[i] as string] = (members[i] as CopyPlan).copy(found);
    }
    return copied;
  }
}

type Clone = (object: JsonObject) => JsonObject;

/**
 * The same function many times over: V8 remembers for each place in the source how to clone objects
 * of up to four shapes, and takes some five times as long at a place that has seen more. A process
 * that talks to a few models meets some dozens of shapes.
 */
const CLONES: readonly Clone[] = [
  (object) => ({ ...object }),
  (object) => ({ ...object }),
  (object) => ({ ...object }),
  (object) => ({ ...object }),
  (object) => ({ ...object }),
  (object) => ({ ...object }),
  (object) => ({ ...object }),
  (object) => ({ ...object }),
  (object) => ({ ...object }),
  (object) => ({ ...object }),
  (object) => ({ ...object }),
  (object) => ({ ...object }),
  (object) => ({ ...object }),
  (object) => ({ ...object }),
  (object) => ({ ...object }),
  (object) => ({ ...object }),
];

/** One fewer than V8 remembers, since the same keys may come as another shape some day. */
const SHAPES_PER_CLONE = 3;

/** For the shapes that come when all places are taken. */
const cloneAny: Clone = (object) => ({ ...object });

/** By the keys of a shape. */
const cloneOfShape = new Map<string, Clone>();

function cloneFor(object: JsonObject): Clone {
  const shape = JSON.stringify(Object.keys(object));
  const known = cloneOfShape.get(shape);
  if (known !== undefined) return known;
  const { size } = cloneOfShape;
  if (size === CLONES.length * SHAPES_PER_CLONE) return cloneAny;
  const clone = CLONES[size % CLONES.length] as Clone;
  cloneOfShape.set(shape, clone);
  return clone;
}
