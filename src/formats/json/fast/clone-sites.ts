/**
 * Places in the source that copy objects. V8 remembers for each place how to clone objects of up to four
 * shapes and how to set one key of them, and takes several times as long at a place that has seen more. So
 * each shape gets a place of its own, as long as there are some left: the same function many times over.
 */

/** A JSON value of a record, which its owner may change: no two calls share one. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** An object or an array of a template, or a place in which values differ. */
export interface Part {
  readonly copy: CopyPart;
  readonly template: JsonObject;
  /** Which of the values found stands in a place, -1 for an object or an array. */
  readonly index: number;
  /** What is put into a copy, since it does not share it with the template. */
  keys: readonly (string | number)[];
  members: readonly Part[];
}

/** What stands in the places. */
export type Found = readonly (string | number)[];

/** Makes a copy of a part of a template. */
export type CopyPart = (part: Part, found: Found) => Json;

/** What is put into a copy of a part as its member. */
function valueAt({ members }: Part, at: number, found: Found): Json {
  const member = members[at] as Part;
  return member.index === -1 ? member.copy(member, found) : (found[member.index] as Json);
}

const SITES: readonly CopyPart[] = [
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
  (part, found) => {
    const copied = { ...part.template };
    const { keys } = part;
    for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
    return copied;
  },
];

/** One fewer than V8 remembers, since the same keys may come as another shape some day. */
const SHAPES_PER_SITE = 3;

/** By the keys of a shape. */
const siteOfShape = new Map<string, CopyPart>();

/** The place that copies objects with these keys; the last one is for all for which there is none left. */
export function copySiteFor(object: JsonObject): CopyPart {
  const shape = JSON.stringify(Object.keys(object));
  const known = siteOfShape.get(shape);
  if (known !== undefined) return known;
  const { size } = siteOfShape;
  const own = SITES.length - 1;
  const isLeft = size < own * SHAPES_PER_SITE;
  const site = SITES[isLeft ? size % own : own] as CopyPart;
  if (isLeft) siteOfShape.set(shape, site);
  return site;
}

/** Copies an array. */
export const copyArray: CopyPart = (part, found) => {
  const copied = (part.template as unknown as Json[]).slice();
  const { keys } = part;
  for (let at = 0; at < keys.length; at++) copied[keys[at] as number] = valueAt(part, at, found);
  return copied;
};

/** What stands in a place. */
export const copyPlace: CopyPart = ({ index }, found) => found[index] as Json;
