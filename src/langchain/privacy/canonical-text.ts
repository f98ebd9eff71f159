import { isObject, isPlain } from "../../formats/fields.js";
import { tagOf } from "../../streaming/text/class-name.js";

/** Says that a field counts, by its name and value; an item of a list has its place as its name. */
export type Counts = (name: string, value: unknown) => boolean;

/** The deepest nesting that is written: an object below is known by its identity. */
const DEEPEST = 1_000;

/** Readers of the platform's objects that hold data, by the tag that `Object.prototype.toString` gives. */
const DATA: ReadonlyMap<string, (value: never) => unknown> = /* @__PURE__ */ new Map<
  string,
  (value: never) => unknown
>([
  ["Date", (date: Date) => date.getTime()],
  ["RegExp", String],
  ["URL", String],
  ["URLSearchParams", String],
  ["Map", itemsOf],
  ["Set", itemsOf],
  ["Headers", itemsOf],
  ["FormData", itemsOf],
  ["ArrayBuffer", bytesText],
  ["SharedArrayBuffer", bytesText],
]);

/**
 * The text of a value, for keys: the same for equal values, another for others. JSON is written as it is, its names
 * in the order they have, and so is what JSON loses: `NaN`, big integers, bytes, the content of a `Map`. A function,
 * and an object of a class that has no `toJSON`, is known by which one it is, within this process.
 *
 * @param counts says which fields and items count; by default all.
 */
export function canonicalText(value: unknown, counts: Counts = everything): string {
  return new CanonicalWriter(counts).write(value);
}

/** Says that a value is read for what it holds, and not known by which object it is. */
export function isData(value: unknown): boolean {
  if (typeof value === "function") return false;
  if (!isObject(value)) return true;
  return isPlain(value) || ArrayBuffer.isView(value) || DATA.has(tagOf(value));
}

function itemsOf(values: Iterable<unknown>): unknown[] {
  return [...values];
}

/** A character for each byte, another for each other one. */
function bytesText(bytes: ArrayBuffer | Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

function everything(): boolean {
  return true;
}

class CanonicalWriter {
  readonly #counts: Counts;
  /** The objects that are being written, each inside the one before. */
  readonly #path: object[] = [];
  /** Objects of classes whose fields stand in the text already. */
  readonly #written = new Set<object>();

  constructor(counts: Counts) {
    this.#counts = counts;
  }

  write(value: unknown): string {
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value === "function") return identity(value);
    if (!isObject(value)) return String(value);
    // As a recursive schema is: an object inside itself.
    if (this.#path.includes(value)) return `^${this.#path.indexOf(value)}`;
    if (this.#path.length === DEEPEST) return identity(value);
    this.#path.push(value);
    const text = this.#object(value);
    this.#path.pop();
    return text;
  }

  #object(value: object): string {
    if (Array.isArray(value)) return this.#items(value);
    if (isPlain(value)) return this.#fields(value);
    const tag = tagOf(value);
    if (ArrayBuffer.isView(value)) {
      return `${tag}(${this.write(bytesText(value as Uint8Array))})`;
    }
    const read = DATA.get(tag);
    if (read !== undefined) return `${tag}(${this.write(read(value as never))})`;
    return this.#instance(value);
  }

  #items(items: readonly unknown[]): string {
    const texts = Array.from(items, (item, at) =>
      this.#counts(String(at), item) ? this.write(item) : "",
    );
    return `[${texts.join()}]`;
  }

  #fields(value: object): string {
    const texts: string[] = [];
    for (const [name, field] of Object.entries(value)) {
      if (field === undefined || !this.#counts(name, field)) continue;
      texts.push(`${JSON.stringify(name)}:${this.write(field)}`);
    }
    return `{${texts.join()}}`;
  }

  /** Reads an object with `toJSON` by it. No other can be read: it may have private fields. */
  #instance(value: object): string {
    const { toJSON, constructor } = value as { toJSON?: unknown; constructor?: unknown };
    const name = typeof constructor === "function" ? JSON.stringify(constructor.name) : "";
    if (typeof toJSON === "function") {
      const json: unknown = toJSON.call(value, "");
      if (!isNotImplemented(json)) return `${name}(${this.write(json)})`;
    }
    if (this.#written.has(value)) return identity(value);
    this.#written.add(value);
    return `${name}${identity(value)}${this.#fields(value)}`;
  }
}

/** Tells what LangChain's objects give that cannot be written: the same for all of a class. */
function isNotImplemented(json: unknown): boolean {
  return (json as { type?: unknown } | null | undefined)?.type === "not_implemented";
}

let thisProcess: string | undefined;
let count = 0;
const numbers = /* @__PURE__ */ new WeakMap<object, number>();

/** Names an object: the same text as long as it lives, and never that of another, be it of another process. */
function identity(value: object): string {
  thisProcess ??= crypto.randomUUID();
  let number = numbers.get(value);
  if (number === undefined) numbers.set(value, (number = count++));
  return `#${thisProcess}.${number}`;
}
