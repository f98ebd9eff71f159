import type { FixedText } from "./fixed-text.js";
import { spaceEnd } from "./hole.js";
import { listEnd, numberEnd } from "./numbers.js";
import type { LeafKind } from "./outline.js";
import type { Pattern } from "./pattern.js";
import type { Shape } from "./shape.js";
import type { Source } from "./source.js";
import { stringEnd } from "./strings.js";

/** A fixed text, and what may follow it: a hole and what may follow that, or the end of a record of the shape. */
interface Branch {
  readonly text: FixedText;
  readonly hole: LeafKind | undefined;
  readonly branches: Branch[];
  readonly shape: Shape;
}

/**
 * Finds the shape that a record may have in one pass, however many there are: what begins alike shares a
 * branch. The tree of all patterns' fixed texts and holes.
 */
export class ShapeIndex {
  readonly #branches: Branch[] = [];

  find(source: Source, start: number): Shape | undefined {
    return findIn(this.#branches, source, start);
  }

  /** Takes in a shape by its pattern. */
  add(shape: Shape, { parts: { fixed, kinds } }: Pattern): void {
    let branches = this.#branches;
    for (const [index, text] of fixed.entries()) {
      const hole = kinds[index];
      let branch = branches.find((one) => isAlike(one, text, hole));
      if (branch === undefined) {
        branch = { text, hole, branches: [], shape };
        branches.push(branch);
      }
      branches = branch.branches;
    }
  }

  /** Takes out what {@link add} took in, with the same pattern. */
  remove({ parts: { fixed, kinds } }: Pattern): void {
    removeFrom(this.#branches, fixed, kinds, 0);
  }
}

function isAlike(branch: Branch, text: FixedText, hole: LeafKind | undefined): boolean {
  return branch.hole === hole && branch.text.text === text.text;
}

function removeFrom(
  branches: Branch[],
  fixed: readonly FixedText[],
  kinds: readonly LeafKind[],
  depth: number,
): void {
  const index = branches.findIndex((one) => isAlike(one, fixed[depth] as FixedText, kinds[depth]));
  const branch = branches[index];
  if (branch === undefined) return;
  if (depth < kinds.length) removeFrom(branch.branches, fixed, kinds, depth + 1);
  if (branch.branches.length === 0) branches.splice(index, 1);
}

function findIn(branches: readonly Branch[], source: Source, start: number): Shape | undefined {
  for (let index = 0; index < branches.length; index++) {
    const { text, hole, branches: next, shape } = branches[index] as Branch;
    if (!text.standsIn(source, start)) continue;
    if (hole === undefined) return shape;
    const end = holeEnd(hole, source.bytes, start + text.length);
    const found = end === -1 ? undefined : findIn(next, source, end);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Finds the end of a hole's content, -1 if it is not of the hole's kind. */
function holeEnd(kind: LeafKind, bytes: Uint8Array, start: number): number {
  switch (kind) {
    case "string":
      return stringEnd(bytes, start);
    case "number":
      return numberEnd(bytes, start);
    case "numbers":
      return listEnd(bytes, start);
    case "space":
      return spaceEnd(bytes, start);
  }
}
