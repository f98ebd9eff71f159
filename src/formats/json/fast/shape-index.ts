import { isSpace } from "./characters.js";
import type { FixedText } from "./fixed-text.js";
import { listEnd, numberEnd } from "./numbers.js";
import type { LeafKind } from "./outline.js";
import type { Pattern } from "./pattern.js";
import type { Shape } from "./shape.js";
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

  find(text: string, start: number, end: number): Shape | undefined {
    return findIn(this.#branches, text, start, end);
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
  return branch.hole === hole && branch.text.toString() === text.toString();
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

function findIn(
  branches: readonly Branch[],
  text: string,
  start: number,
  end: number,
): Shape | undefined {
  for (let index = 0; index < branches.length; index++) {
    const branch = branches[index] as Branch;
    const { text: fixed, hole } = branch;
    if (!fixed.mayStandIn(text, start) || !fixed.standsIn(text, start)) continue;
    const at = start + fixed.length;
    if (hole === undefined) {
      if (at === end) return branch.shape;
      continue;
    }
    const next = holeEnd(hole, text, at);
    const shape = next === -1 ? undefined : findIn(branch.branches, text, next, end);
    if (shape !== undefined) return shape;
  }
  return undefined;
}

/** Where what stands in a hole ends, -1 if it is not of the hole's kind. */
function holeEnd(kind: LeafKind, text: string, start: number): number {
  switch (kind) {
    case "string":
      return stringEnd(text, start);
    case "number":
      return numberEnd(text, start);
    case "numbers":
      return listEnd(text, start);
    case "space":
      return spaceEnd(text, start);
  }
}

function spaceEnd(text: string, start: number): number {
  let end = start;
  while (isSpace(text.charCodeAt(end))) end++;
  return end;
}
