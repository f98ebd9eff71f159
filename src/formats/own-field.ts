const ORDINARY = { writable: true, enumerable: true, configurable: true };

/** Sets a field of an object, also one called `__proto__`, as `JSON.parse` does. */
export function setOwn<Value>(target: Record<string, Value>, name: string, value: Value): void {
  if (name !== "__proto__") target[name] = value;
  else Object.defineProperty(target, name, { value, ...ORDINARY });
}
