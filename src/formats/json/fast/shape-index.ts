import { isSpace } from "./characters.js";
import type { FixedText } from "./fixed-text.js";
import { numberEnd } from "./numbers.js";
import type { Leaf } from "./outline.js";
import type { Pattern } from "./pattern.js";
import type { Shape } from "./shape.js";
import { stringEnd } from "./strings.js";

/** A fixed text, and what may follow it: a hole with what may follow that, or the end of a record. */
interface Branch {
  readonly text: FixedText;
  readonly hole: Leaf["kind"] | undefined;
  readonly branches: Branch[];
  readonly shape: Shape;
}

/** Finds the shape that a record may have in one pass, however many there are: shapes that begin alike share a branch. */
export class ShapeIndex {
  readonly #branches: Branch[] = [];

  constructor(shapes: readonly Shape[]) {
    for (const shape of shapes) {
      if (shape.pattern !== undefined) this.#add(shape, shape.pattern.parts);
    }
  }

  find(text: string, start: number, end: number): Shape | undefined {
    return findIn(this.#branches, text, start, end);
  }

  #add(shape: Shape, { fixed, kinds }: Pattern["parts"]): void {
    let branches = this.#branches;
    for (const [index, text] of fixed.entries()) {
      const hole = kinds[index];
      let branch = branches.find(
        (one) => one.hole === hole && one.text.toString() === text.toString(),
      );
      if (branch === undefined) {
        branch = { text, hole, branches: [], shape };
        branches.push(branch);
      }
      branches = branch.branches;
    }
  }
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

/** Where what stands in a hole ends, if it is of the hole's kind. */
function holeEnd(kind: Leaf["kind"], text: string, start: number): number {
  if (kind === "string") return stringEnd(text, start);
  if (kind === "number") return numberEnd(text, start);
  let end = start;
  while (isSpace(text.charCodeAt(end))) end++;
  return end;
}
