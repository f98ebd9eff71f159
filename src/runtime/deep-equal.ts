/** Pairs that are being compared: objects that hold themselves are equal where they do so alike. */
type Pairs = readonly (readonly [object, object])[];

/**
 * Tells whether two values are the same as data, by the rules of Node's `isDeepStrictEqual`: same prototypes, same own
 * enumerable properties, same content of dates, maps, sets and bytes; `NaN` equals itself, `0` is not `-0`.
 */
export function isDeepEqual(a: unknown, b: unknown): boolean {
  return areEqual(a, b, []);
}

function areEqual(a: unknown, b: unknown, within: Pairs): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (within.some(([left, right]) => left === a && right === b)) return true;
  return haveEqualContent(a, b, [...within, [a, b]]);
}

function haveEqualContent(a: object, b: object, within: Pairs): boolean {
  if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
  if (ArrayBuffer.isView(a)) return haveEqualItems(bytesOf(a), bytesOf(b as ArrayBufferView));
  if (a instanceof ArrayBuffer) {
    return haveEqualItems(new Uint8Array(a), new Uint8Array(b as ArrayBuffer));
  }
  if (a instanceof Date && !Object.is(a.getTime(), (b as Date).getTime())) return false;
  if (a instanceof RegExp && a.toString() !== (b as RegExp).toString()) return false;
  if (a instanceof Error && !haveEqualWords(a, b as Error)) return false;
  if (a instanceof Map && !haveEqualMembers(a, b as typeof a, within)) return false;
  if (a instanceof Set && !haveEqualMembers(a, b as typeof a, within)) return false;
  return haveEqualProperties(a, b, within);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function haveEqualItems(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function haveEqualWords(a: Error, b: Error): boolean {
  return a.message === b.message && a.name === b.name;
}

/** In any order. */
function haveEqualMembers(a: Iterable<unknown>, b: Iterable<unknown>, within: Pairs): boolean {
  const left = [...a];
  const right = [...b];
  if (left.length !== right.length) return false;
  return left.every((item) => {
    const index = right.findIndex((other) => areEqual(item, other, within));
    if (index === -1) return false;
    right.splice(index, 1);
    return true;
  });
}

function haveEqualProperties(a: object, b: object, within: Pairs): boolean {
  const keys = enumerableKeys(a);
  if (keys.length !== enumerableKeys(b).length) return false;
  return keys.every(
    (key) =>
      Object.prototype.propertyIsEnumerable.call(b, key) &&
      areEqual(Reflect.get(a, key), Reflect.get(b, key), within),
  );
}

function enumerableKeys(value: object): PropertyKey[] {
  const symbols = Object.getOwnPropertySymbols(value);
  const isEnumerable = (key: symbol) => Object.prototype.propertyIsEnumerable.call(value, key);
  return [...Object.keys(value), ...symbols.filter(isEnumerable)];
}
