import type { Leaf, Outline } from "./outline.js";
import { Pattern } from "./pattern.js";

/**
 * Reading a hole costs about as much as so many characters of fixed text save: what is all holes had better be parsed.
 */
const CHARACTERS_PER_HOLE = 3;
const MOST_HOLES = 128;

/** The number of times in a row that another shape has to come before it is the likely one. */
const MOST_TRUST = 2;

/** Records that have the same skeleton, and may differ in the leaves. */
export class Shape {
  /** The shape that mostly comes after this one: a run of tokens ends, and is followed by another run. */
  next: Shape = this;
  /** The last one that came after it, but for that one. */
  other: Shape = this;
  #trust = 0;
  /** Counts the times that it was of use, of late. */
  uses = 0;
  /** From the second record on; a shape for which none pays, or that cannot be copied, has none. */
  pattern: Pattern | undefined;
  readonly skeleton: string;
  #leaves: readonly Leaf[];
  /** In how many of them records differ; before the second record, no one knows. */
  #holes = -1;

  /** @param size In characters. */
  constructor(
    { skeleton, leaves }: Outline,
    readonly size: number,
  ) {
    this.skeleton = skeleton;
    this.#leaves = leaves;
  }

  /** Lets what was of use lately count more than what was of use before. */
  age(): void {
    this.uses = Math.floor(this.uses / 2);
  }

  /** Learns from another record of this shape in which leaves they differ. */
  widen({ leaves }: Outline): void {
    const before = this.#holes;
    this.#leaves = merged(this.#leaves, leaves);
    this.#holes = this.#leaves.filter(({ differs }) => differs).length;
    if (this.#holes === before) return;
    this.pattern = this.#isWorthIt() ? Pattern.of(this.skeleton, this.#leaves) : undefined;
  }

  #isWorthIt(): boolean {
    let fixed = this.skeleton.length;
    for (const { text, differs } of this.#leaves) if (!differs) fixed += text.length;
    return this.#holes <= MOST_HOLES && this.#holes * CHARACTERS_PER_HOLE <= fixed;
  }

  /** Remembers which shape came after this one. */
  precede(shape: Shape): void {
    if (shape === this.next) {
      if (this.#trust < MOST_TRUST) this.#trust++;
    } else if (this.#trust > 0) {
      this.#trust--;
      this.other = shape;
    } else {
      this.other = this.next;
      this.next = shape;
    }
  }

  /** Forgets a shape that is no more. */
  forget(shape: Shape): void {
    if (this.next === shape) this.next = this;
    if (this.other === shape) this.other = this;
  }
}

/** The shape of the record before, as far as it is known, among records that have something in common. */
export class Trail {
  last = new Shape({ skeleton: "", leaves: [] }, 0);

  follow(shape: Shape): void {
    this.last.precede(shape);
    this.last = shape;
  }
}

/** The leaves of one record, with what is known of others; white space may be missing in either. */
function merged(leaves: readonly Leaf[], others: readonly Leaf[]): Leaf[] {
  const all: Leaf[] = [];
  let at = 0;
  for (const other of others) {
    let leaf = leaves[at];
    for (; leaf !== undefined && isBefore(leaf, other); leaf = leaves[++at]) {
      leaf.differs = true;
      all.push(leaf);
    }
    if (leaf?.at === other.at && leaf.kind === other.kind) {
      if (leaf.text !== other.text) leaf.differs = true;
      all.push(leaf);
      at++;
    } else {
      other.differs = true;
      all.push(other);
    }
  }
  for (const leaf of leaves.slice(at)) {
    leaf.differs = true;
    all.push(leaf);
  }
  return all;
}

function isBefore(leaf: Leaf, other: Leaf): boolean {
  if (leaf.at !== other.at) return leaf.at < other.at;
  return leaf.kind === "space" && other.kind !== "space";
}
