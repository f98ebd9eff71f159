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
  private readonly place: Place;

  constructor(
    private readonly template: JsonObject,
    private readonly keys: readonly string[],
    private readonly members: readonly CopyPlan[],
  ) {
    this.place = placeFor(template);
  }

  copy(found: Found): Json {
    const { keys, members, place } = this;
    const copied = place.clone(this.template);
    for (let i = 0; i < keys.length; i++) {
      place.set(copied, keys[i] as string, (members[i] as CopyPlan).copy(found));
    }
    return copied;
  }
}

/** A place in the source that clones objects, and one that sets a member. */
class Place {
  constructor(
    readonly clone: (object: JsonObject) => JsonObject,
    readonly set: (object: JsonObject, key: string, value: Json) => Json,
  ) {}
}

/**
 * The same functions many times over: V8 remembers for each place in the source how to clone objects
 * of up to four shapes, and how to set one key of them, and takes some five times as long at a place
 * that has seen more. A process that talks to a few models meets some dozens of shapes.
 */
const PLACES: readonly Place[] = [
  new Place(
    (object) => ({ ...object }),
    (object, key, value) => (object[key] = value),
  ),
  new Place(
    (object) => ({ ...object }),
    (object, key, value) => (object[key] = value),
  ),
  new Place(
    (object) => ({ ...object }),
    (object, key, value) => (object[key] = value),
  ),
  new Place(
    (object) => ({ ...object }),
    (object, key, value) => (object[key] = value),
  ),
  new Place(
    (object) => ({ ...object }),
    (object, key, value) => (object[key] = value),
  ),
  new Place(
    (object) => ({ ...object }),
    (object, key, value) => (object[key] = value),
  ),
  new Place(
    (object) => ({ ...object }),
    (object, key, value) => (object[key] = value),
  ),
  new Place(
    (object) => ({ ...object }),
    (object, key, value) => (object[key] = value),
  ),
  new Place(
    (object) => ({ ...object }),
    (object, key, value) => (object[key] = value),
  ),
  new Place(
    (object) => ({ ...object }),
    (object, key, value) => (object[key] = value),
  ),
  new Place(
    (object) => ({ ...object }),
    (object, key, value) => (object[key] = value),
  ),
  new Place(
    (object) => ({ ...object }),
    (object, key, value) => (object[key] = value),
  ),
  new Place(
    (object) => ({ ...object }),
    (object, key, value) => (object[key] = value),
  ),
  new Place(
    (object) => ({ ...object }),
    (object, key, value) => (object[key] = value),
  ),
  new Place(
    (object) => ({ ...object }),
    (object, key, value) => (object[key] = value),
  ),
  new Place(
    (object) => ({ ...object }),
    (object, key, value) => (object[key] = value),
  ),
];

/** One fewer than V8 remembers, since the same keys may come as another shape some day. */
const SHAPES_PER_PLACE = 3;

/** For the shapes that come when all places are taken. */
const anyPlace = new Place(
  (object) => ({ ...object }),
  (object, key, value) => (object[key] = value),
);

/** By the keys of a shape. */
const placeOfShape = new Map<string, Place>();

function placeFor(object: JsonObject): Place {
  const shape = JSON.stringify(Object.keys(object));
  const known = placeOfShape.get(shape);
  if (known !== undefined) return known;
  const { size } = placeOfShape;
  if (size === PLACES.length * SHAPES_PER_PLACE) return anyPlace;
  const place = PLACES[size % PLACES.length] as Place;
  placeOfShape.set(shape, place);
  return place;
}
