import { isObject, isPlain } from "./fields.js";

/** The pairs that are being compared: an object that holds itself is equal to one of the same shape. */
type Pairs = Map<object, object>;

/** What is nested deeper is taken for different: the comparison must not end in an overflow of the stack. */
const DEEPEST = 1000;

/**
 * Tells whether two values are the same as data: lists, plain objects and those of one class by the fields they have,
 * dates by their time, all else, as a `Map`, by which it is. `NaN` equals itself, `0` is not `-0`.
 */
export function isDeepEqual(a: unknown, b: unknown, within?: Pairs): boolean {
  if (Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (!areOfOneKind(a, b)) return false;
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime());
  const pairs = within ?? new Map<object, object>();
  const known = pairs.get(a);
  if (known !== undefined) return known === b;
  if (pairs.size === DEEPEST) return false;
  // Of a list the length, too: it may have holes.
  const keys = Reflect.ownKeys(a);
  // Where an object of a class has no fields, what it holds cannot be seen.
  if (keys.length === 0 && !isPlain(a)) return false;
  if (keys.length !== Reflect.ownKeys(b).length) return false;
  pairs.set(a, b);
  const isSame = keys.every(
    (key) => Object.hasOwn(b, key) && isDeepEqual(Reflect.get(a, key), Reflect.get(b, key), pairs),
  );
  pairs.delete(a);
  return isSame;
}

function areOfOneKind(a: object, b: object): boolean {
  if (isPlain(a) && isPlain(b)) return Array.isArray(a) === Array.isArray(b);
  return Object.getPrototypeOf(a) === Object.getPrototypeOf(b);
}
