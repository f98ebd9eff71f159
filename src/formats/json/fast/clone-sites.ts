/**
 * Places in the source that copy objects. V8 remembers for each place how to clone objects of up to four
 * shapes and how to set one key of them, and takes several times as long at a place that has seen more. So
 * a shape that is copied often gets a place of its own, as long as there are some left: the same function
 * many times over. The others share a place, which is copied at often enough to be compiled.
 */

/** A JSON value of a record, which its owner may change: no two calls share one. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** An object or an array of a template, or a place in which values differ. */
export interface Part {
  copy: CopyPart;
  /** Counts its copies, up to a few hundred. */
  copies: number;
  readonly template: JsonObject;
  /** The index of the value that stands in each place, -1 for an object or an array. */
  readonly index: number;
  /** The members of a copy that it does not share with the template. */
  keys: readonly (string | number)[];
  members: readonly Part[];
}

/** The content of a place. A list goes into one copy only, as all lists do. */
export type FoundValue = string | number | Json[];
export type Found = readonly FoundValue[];

/** Makes a copy of a part of a template. */
export type CopyPart = (part: Part, found: Found) => Json;

/** A member that is put into a copy of a part. */
function valueAt({ members }: Part, at: number, found: Found): Json {
  const member = members[at] as Part;
  return member.index === -1 ? member.copy(member, found) : (found[member.index] as FoundValue);
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

/** After so many copies a shape gets a place of its own. */
const COPIES_AT_SHARED_SITE = 512;

/** By the keys of a shape. */
const siteOfShape = new Map<string, CopyPart>();

function ownSiteFor(template: JsonObject): CopyPart {
  const shape = JSON.stringify(Object.keys(template));
  const known = siteOfShape.get(shape);
  if (known !== undefined) return known;
  const { size } = siteOfShape;
  if (size === SITES.length * SHAPES_PER_SITE) return copyObject;
  const site = SITES[size % SITES.length] as CopyPart;
  siteOfShape.set(shape, site);
  return site;
}

/** Copies an object, at the place that all share which have none of their own. */
export const copyObject: CopyPart = (part, found) => {
  if (++part.copies === COPIES_AT_SHARED_SITE) part.copy = ownSiteFor(part.template);
  const copied = { ...part.template };
  const { keys } = part;
  for (let at = 0; at < keys.length; at++) copied[keys[at] as string] = valueAt(part, at, found);
  return copied;
};

/** Copies an array. */
export const copyArray: CopyPart = (part, found) => {
  const copied = (part.template as unknown as Json[]).slice();
  const { keys } = part;
  for (let at = 0; at < keys.length; at++) copied[keys[at] as number] = valueAt(part, at, found);
  return copied;
};

/** The content of a place. */
export const copyPlace: CopyPart = ({ index }, found) => found[index] as FoundValue;
