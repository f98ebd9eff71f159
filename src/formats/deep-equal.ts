import { isPlain } from "./fields.js";

/** The pairs that are being compared: an object that holds itself is equal to one of the same shape. */
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
  // Of a list the length, too: it may have holes.
  const keys = Reflect.ownKeys(a);
  return (
    keys.length === Reflect.ownKeys(b).length &&
    keys.every(
      (key) =>
        Object.hasOwn(b, key) && isDeepEqual(Reflect.get(a, key), Reflect.get(b, key), pairs),
    )
  );
}
