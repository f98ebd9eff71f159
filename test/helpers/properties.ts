/** The one budget that all property tests share, and the characters of their texts. */
import fc from "fast-check";

/** A hundred examples; more are a multiple of that. */
const RUNS = 100;
/** On a machine that is slow the examples are fewer: a property never fails for want of time. */
const LIMIT_MS = 10_000;

/** How a property is tried: with so many hundred examples, the same every time. */
export function budget(hundreds = 1) {
  return {
    seed: 7,
    numRuns: RUNS * hundreds,
    plugins: [fc.interruptAfterTimeLimit(LIMIT_MS)],
  };
}

const codePoints = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((point) => String.fromCodePoint(point));

const PRINTABLE_ASCII = codePoints(0x20, 0x7e);

/**
 * Any character, for `fc.string`. Its own units "binary" and "grapheme" make a table of all of Unicode first, which
 * is a second of each process.
 */
export const CHARACTERS = fc.oneof(
  PRINTABLE_ASCII,
  codePoints(0, 0xd7ff),
  codePoints(0xe000, 0x10ffff),
);

/** What a reader takes for a character: no controls, and letters with accents, families and flags, which are several. */
export const GRAPHEMES = fc.oneof(
  PRINTABLE_ASCII,
  codePoints(0xa1, 0xd7ff),
  codePoints(0x10000, 0x3ffff),
  fc.constantFrom("e\u0301", "\u1112\u1161\u11ab", "👩‍🚀", "👨‍👩‍👧", "🇫🇷", "✍🏽"),
);
