import { ClonePlan } from "./clone-plan.js";
import type { FoundValue, Json, JsonObject } from "./clone-sites.js";
import { Constancy } from "./constancy.js";
import { FixedText } from "./fixed-text.js";
import { Frame } from "./frame.js";
import { SpaceHole, type Hole } from "./hole.js";
import { ListHole, NumberHole } from "./numbers.js";
import { FILLERS, type Leaf, type LeafKind } from "./outline.js";
import type { Source } from "./source.js";
import { StringHole } from "./strings.js";

/** Begins the marks of holes in a template, so it must not stand there otherwise. JSON can write it in one way only. */
const NUL = "\0";
const ESCAPED_NUL = "\\u0000";

/** Holes settle for about as much as so many of them save that need not be read. */
const HOLES_WORTH_SETTLING = 32;

/**
 * The text of a record, with holes in the places in which others differ.
 *
 * A text that has the fixed parts in their places and one whole value in each hole consists of the same JSON
 * tokens with other values in the holes, so its value is the pattern's, copied, with these put in.
 *
 * Most of the holes, an id, a time, an index, stay the same for a whole answer. What is found to stay settles:
 * it counts as fixed until a record comes that has something else there.
 */
export class Pattern {
  readonly #kinds: readonly LeafKind[];
  readonly #whole: Frame;
  readonly #plan: ClonePlan;
  /** The content of the holes of the record that is being read. */
  readonly #found: FoundValue[];
  readonly #constancy: Constancy;
  /** With fewer holes, since some have settled. */
  #settled: Frame | undefined;
  /** The number of holes that have settled, and of those that need not be read since then. */
  #settledHoles = 0;
  #holesSaved = 0;

  private constructor(whole: Frame, plan: ClonePlan, kinds: readonly LeafKind[]) {
    const holes = kinds.length;
    this.#kinds = kinds;
    this.#whole = whole;
    this.#plan = plan;
    this.#found = Array.from({ length: holes }, () => "");
    this.#constancy = new Constancy(holes);
  }

  /** The pattern of a shape; `undefined` where its value cannot be copied. */
  static of(skeleton: string, leaves: readonly Leaf[]): Pattern | undefined {
    const fixed = fixedTexts(skeleton, leaves);
    if (fixed.some((text) => text.includes(ESCAPED_NUL))) return undefined;
    const kinds = leaves.filter(({ differs }) => differs).map(({ kind }) => kind);
    const marks = kinds.map((kind, index) => (kind === "space" ? undefined : `${NUL}${index}`));
    let marked = fixed[0] as string;
    for (const [index, kind] of kinds.entries()) {
      marked += markText(kind, marks[index]) + (fixed[index + 1] as string);
    }
    const plan = ClonePlan.of(JSON.parse(marked) as JsonObject, marks);
    if (plan === undefined) return undefined;
    const holes = kinds.map(holeOf);
    return new Pattern(
      new Frame(
        fixed.map((text) => FixedText.of(text)),
        holes,
        [...holes.keys()],
      ),
      plan,
      kinds,
    );
  }

  /** The fixed texts before, between and behind the holes, and the content of these. */
  get parts(): { fixed: readonly FixedText[]; kinds: readonly LeafKind[] } {
    return { fixed: this.#whole.fixed, kinds: this.#kinds };
  }

  /** The end of the record that was read last. */
  end = 0;

  /** The value of a record that begins here and fits; `undefined` where none does. */
  match(source: Source, start: number): Json | undefined {
    const found = this.#found;
    let end = this.#settled?.read(source, start, found) ?? -1;
    if (end !== -1) {
      this.#holesSaved += this.#settledHoles;
    } else {
      end = this.#whole.read(source, start, found);
      if (end === -1) return undefined;
      this.#settle(source, start);
    }
    this.end = end;
    return this.#plan.copy(found);
  }

  /** Takes in a record that did not fit what has settled. */
  #settle(source: Source, start: number): void {
    const constancy = this.#constancy;
    if (this.#settled !== undefined) {
      this.#settled = undefined;
      this.#plan.unsettle();
      if (this.#holesSaved < HOLES_WORTH_SETTLING) constancy.rest();
    }
    if (!constancy.observe(this.#found)) return;
    const { isConstant } = constancy;
    this.#settled = this.#whole.settled(source, start, isConstant);
    this.#settledHoles = isConstant.filter(Boolean).length;
    this.#holesSaved = 0;
    this.#plan.settle(isConstant, this.#found);
  }
}

function holeOf(kind: LeafKind): Hole {
  switch (kind) {
    case "string":
      return new StringHole();
    case "number":
      return new NumberHole();
    case "numbers":
      return new ListHole();
    case "space":
      return new SpaceHole();
  }
}

/** The texts before, between and behind the leaves that differ. */
function fixedTexts(skeleton: string, leaves: readonly Leaf[]): string[] {
  const texts: string[] = [];
  let text = "";
  let at = 0;
  for (const leaf of leaves) {
    text += skeleton.slice(at, leaf.at);
    at = leaf.at + FILLERS[leaf.kind].length;
    if (leaf.differs) {
      texts.push(text);
      text = "";
    } else {
      text += leaf.text;
    }
  }
  return [...texts, text + skeleton.slice(at)];
}

/** A mark in a hole, as JSON. */
function markText(kind: LeafKind, mark: string | undefined): string {
  if (mark === undefined) return "";
  const text = JSON.stringify(mark);
  return kind === "string" ? text.slice(1, -1) : text;
}
