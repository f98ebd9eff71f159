/** What answers say of their call: how long it took, and how often it was tried. Comparisons leave it out. */
const NAMES: ReadonlySet<string> = new Set([
  "request_id",
  "attempts",
  "continued",
  "time_to_first_token",
]);

/** Plain data, or an object like it, without what it says of its call, at any depth. */
export function withoutCallFacts<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutCallFacts) as T;
  if (typeof value !== "object" || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value).filter(([name]) => !NAMES.has(name));
  return Object.fromEntries(entries.map(([name, item]) => [name, withoutCallFacts(item)])) as T;
}
