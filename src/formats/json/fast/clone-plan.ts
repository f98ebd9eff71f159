/**
 * Copies a JSON value with other strings and numbers in some of its places.
 *
 * A plan is made once from a value, the template, and then copies it many times: each object and array of it
 * is cloned, and the copies of its members and what differs are put in.
 */
import {
  copyArray,
  copyObject,
  copyPlace,
  type Found,
  type Json,
  type JsonObject,
  type Part,
} from "./clone-sites.js";

/** An object or an array with places, and all that may have to be put into a copy of it. */
interface Owner {
  readonly part: Part;
  readonly keys: readonly (string | number)[];
  readonly members: readonly Part[];
}

export class ClonePlan {
  readonly #whole: Part;
  readonly #owners: readonly Owner[];

  private constructor(whole: Part, owners: readonly Owner[]) {
    this.#whole = whole;
    this.#owners = owners;
  }

  /**
   * Plans the copies of a template in which strings mark the places that differ: `marks[i]` stands where `found[i]`
   * is to be put, and nowhere else. `undefined` where a mark is missing, since its key is given once more.
   */
  static of(template: JsonObject, marks: readonly (string | undefined)[]): ClonePlan | undefined {
    const planner = new Planner(marks);
    const whole = planner.partOf(template);
    const expected = marks.filter((mark) => mark !== undefined).length;
    return planner.places === expected ? new ClonePlan(whole, planner.owners) : undefined;
  }

  copy(found: Found): Json {
    const whole = this.#whole;
    return whole.copy(whole, found);
  }

  /** From now on, all copies have in these places what was found there now. */
  settle(isSettled: readonly boolean[], found: Found): void {
    for (const { part, keys, members } of this.#owners) {
      const liveKeys: (string | number)[] = [];
      const liveMembers: Part[] = [];
      for (const [at, member] of members.entries()) {
        const key = keys[at] as string;
        if (member.index !== -1 && isSettled[member.index] === true) {
          part.template[key] = found[member.index] as Json;
        } else {
          liveKeys.push(key);
          liveMembers.push(member);
        }
      }
      part.keys = liveKeys;
      part.members = liveMembers;
    }
  }

  /** From now on, all copies have in all places what is found there. */
  unsettle(): void {
    for (const { part, keys, members } of this.#owners) {
      part.keys = keys;
      part.members = members;
    }
  }
}

class Planner {
  places = 0;
  readonly owners: Owner[] = [];

  constructor(private readonly marks: readonly (string | undefined)[]) {}

  partOf(template: JsonObject): Part {
    const isArray = Array.isArray(template);
    const keys: (string | number)[] = [];
    const members: Part[] = [];
    for (const [key, value] of Object.entries(template)) {
      const member = this.#memberOf(value);
      if (member === undefined) continue;
      keys.push(isArray ? Number(key) : key);
      members.push(member);
    }
    const copy = isArray ? copyArray : copyObject;
    const part: Part = { copy, template, copies: 0, index: -1, keys, members };
    if (members.some(({ index }) => index !== -1)) this.owners.push({ part, keys, members });
    return part;
  }

  /** The members to put into each copy, `undefined` for a value that no one can change. */
  #memberOf(value: Json): Part | undefined {
    if (value === null) return undefined;
    if (typeof value === "object") return this.partOf(value as JsonObject);
    const index = typeof value === "string" ? this.marks.indexOf(value) : -1;
    if (index === -1) return undefined;
    this.places++;
    return { copy: copyPlace, copies: 0, template: {}, index, keys: [], members: [] };
  }
}
