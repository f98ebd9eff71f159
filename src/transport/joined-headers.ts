/** A header's value as clients give it: a list of what came more than once, or a number. */
export type HeaderValue = string | number | readonly string[] | undefined;

/** Headers under lower-case names, repeated ones joined. A `Map` first: a header may be called `__proto__`. */
export function joinHeaders(headers: Iterable<[string, HeaderValue]>): Record<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of headers) {
    if (value === undefined) continue;
    const key = name.toLowerCase();
    const text = typeof value === "object" ? value.join(", ") : String(value);
    const before = joined.get(key);
    joined.set(key, before === undefined ? text : `${before}, ${text}`);
  }
  return Object.fromEntries(joined);
}
