import { isPlain } from "./fields.js";

/** Pairs that are being compared: what holds itself is equal to what does so alike. */
type Pairs = readonly (readonly [object, object])[];

/**
 * Tells whether two values are the same as data: lists and plain objects by what they hold, all else, an object of a
 * class too, by which it is. `NaN` equals itself, `0` is not `-0`.
 */
export function isDeepEqual(a: unknown, b: unknown, within: Pairs = []): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (!isPlain(a) || !isPlain(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const known = within.find(([left]) => left === a);
  if (known !== undefined) return known[1] === b;
  const pairs: Pairs = [...within, [a, b]];
  // With the length of a list, which may have holes.
  const keys = Reflect.ownKeys(a);
  return (
    keys.length === Reflect.ownKeys(b).length &&
    keys.every(
      (key) =>
        Object.hasOwn(b, key) && isDeepEqual(Reflect.get(a, key), Reflect.get(b, key), pairs),
    )
  );
}
