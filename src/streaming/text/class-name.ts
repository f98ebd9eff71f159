/** The tag of an object, by which built-in classes are known in every realm, such as `Map`. */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

/** The name of an object's class, or where that has none, as of a generator, its tag. */
export function classNameOf(value: object): string {
  const { constructor } = value as { constructor?: unknown };
  return (typeof constructor === "function" && constructor.name) || tagOf(value);
}

/** The kind of a value with its article, as errors name it: "a string", "an array", "an object", "an Error". */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  const kind = Array.isArray(value) ? "array" : typeof value;
  const name = kind === "object" ? classNameOf(value) : kind;
  if (name === "Object") return "an object";
  return /^[aeio]/i.test(name) ? `an ${name}` : `a ${name}`;
}
