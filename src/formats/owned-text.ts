/** V8 copies what is cut out of a text only if it is shorter; a longer slice keeps the whole text alive. */
const SHORTEST_SLICE = 13;

/** A text of this length costs more to copy, and cannot hold much more than itself: decoders read in runs. */
const LONGEST_COPIED = 16 * 1024;

/** A text that holds nothing but itself: tokens are kept for long, and the reads they came in must not be. */
export function ownedText(text: string): string {
  const { length } = text;
  if (length < SHORTEST_SLICE || length > LONGEST_COPIED) return text;
  // Joined to a character it becomes a text of its own, of which this is a slice.
  return ` ${text}`.slice(1);
}
