/** Names further away than this share of their length are other words, not misspelt ones. */
const FARTHEST = 0.4;

/** The name that was probably meant by a misspelt one; `undefined` where none is near. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  const wanted = plain(name);
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of names) {
    const known = plain(candidate);
    const distance = editDistance(wanted, known);
    if (distance < bestDistance && distance <= FARTHEST * Math.max(wanted.length, known.length)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `finish_reason` and `finishReason` are one name in two styles. A record's key may be of any length. */
function plain(name: string): string {
  return name
    .slice(0, 40)
    .replace(/[^a-z0-9]/gi, "")
    .toLowerCase();
}

/**
 * Counts the letters that have to be added, dropped, changed, or swapped with the next one.
 *
 * @see https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance#Optimal_string_alignment_distance
 */
function editDistance(a: string, b: string): number {
  let rowBefore: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwapped ? (rowBefore[j - 2] ?? Infinity) + 1 : Infinity;
      next.push(Math.min(change, swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    rowBefore = row;
    row = next;
  }
  return row[b.length] as number;
}
