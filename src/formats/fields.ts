const ORDINARY = { writable: true, enumerable: true, configurable: true };

/** Says that a value is an object, a list among them, and not `null`. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Says that a value is an object with fields, and no list. */
export function hasFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && !Array.isArray(value);
}

/** Says that a value is a text, and not an empty one. */
export function isFilled(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** Says that an object is a list, a literal of any realm, or an object without a class. */
export function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Sets a field of an object, also one called `__proto__`, as `JSON.parse` does. */
export function setOwn<Value>(target: Record<string, Value>, name: string, value: Value): void {
  if (name !== "__proto__") target[name] = value;
  else Object.defineProperty(target, name, { value, ...ORDINARY });
}

/** Reads a field that an object has itself; `undefined` for one that it inherits. */
export function ownValue(fields: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/**
 * Copies plain data.
 *
 * @param depth so many objects and lists within each other are copied; what is within these is shared, and so is what
 * is no data.
 */
export function plainCopy(value: unknown, depth = Infinity): unknown {
  if (!isObject(value) || !isPlain(value) || depth === 0) return value;
  if (Array.isArray(value)) return value.map((item) => plainCopy(item, depth - 1));
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, item]) => [name, plainCopy(item, depth - 1)]));
}

/** What is found first in a list; `undefined` for nothing. */
export function firstFound<Item, Found>(
  items: Iterable<Item>,
  find: (item: Item) => Found | undefined,
): Found | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Copies the fields that a test chooses. */
export function chooseFields<Fields extends object>(
  fields: Fields,
  isChosen: (name: string, value: unknown) => boolean,
): Partial<Fields> {
  const chosen = Object.entries(fields).filter(([name, value]) => isChosen(name, value));
  return Object.fromEntries(chosen) as Partial<Fields>;
}

/** Copies the fields that are not `undefined`. */
export function definedFields<Fields extends object>(fields: Fields): Defined<Fields> {
  return chooseFields(fields, (_, value) => value !== undefined) as Defined<Fields>;
}

type Defined<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };
