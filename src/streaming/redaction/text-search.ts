/** A part of a text: where it begins, and where it is over. */
export type Span = readonly [from: number, to: number];

/** The shortest text that is searched for. */
export const SHORTEST_SEARCHED = 6;

/**
 * Finds the places of a text in another; those that overlap are one. The time grows with the length of the two,
 * however they repeat themselves: a server can choose one, and a pasted document the other.
 *
 * @see https://en.wikipedia.org/wiki/Knuth–Morris–Pratt_algorithm
 */
export function spansOf(searched: string, text: string): Span[] {
  const spans: [from: number, to: number][] = [];
  search(searched, text, (end) => {
    const from = end - searched.length;
    const last = spans.at(-1);
    if (last !== undefined && from < last[1]) last[1] = end;
    else spans.push([from, end]);
  });
  return spans;
}

/** The length of the longest beginning of a text in which another one ends; 0 for one that is too short. */
export function lengthOfBeginning(searched: string, text: string): number {
  const matched = search(searched, text.slice(-searched.length));
  return matched < SHORTEST_SEARCHED ? 0 : matched;
}

/** Tells where a text stands in another, and gives how much of it stands, or begins, at the end. */
function search(searched: string, text: string, found?: (end: number) => void): number {
  const start = text.indexOf(searched.slice(0, SHORTEST_SEARCHED));
  if (start === -1) return 0;
  const borders = bordersOf(searched);
  let matched = 0;
  for (let at = start; at < text.length; at++) {
    matched = matchedWith(text.charCodeAt(at), searched, borders, matched);
    if (matched === searched.length) found?.(at + 1);
  }
  return matched;
}

/** The number of characters of a text that match up to a character, given how many did before it. */
function matchedWith(code: number, searched: string, borders: Int32Array, before: number): number {
  let matched = before === searched.length ? (borders[before - 1] as number) : before;
  while (matched > 0 && searched.charCodeAt(matched) !== code) {
    matched = borders[matched - 1] as number;
  }
  return searched.charCodeAt(matched) === code ? matched + 1 : 0;
}

/** Of each beginning of a text the longest end that is a shorter beginning, too. */
function bordersOf(text: string): Int32Array {
  const borders = new Int32Array(text.length);
  let matched = 0;
  for (let at = 1; at < text.length; at++) {
    matched = matchedWith(text.charCodeAt(at), text, borders, matched);
    borders[at] = matched;
  }
  return borders;
}
