// @ts-check
/**
 * Fills a JSON schema from texts, by rules that a reader can follow:
 *
 * - An enum takes the value that a text mentions, a boolean is whether its own name is mentioned.
 * - What follows the field's name ("age is 7", "age: 7") is the field's value.
 * - Otherwise a number takes the next number, and a string the next quoted text or proper name.
 * - The first text counts; what is not found there is looked for in the later ones.
 * - A field that has to be there and is found nowhere is 0, false, the first of an enum, or the whole text.
 *
 * @typedef {import("./wires/chat-wire.js").JsonSchema} JsonSchema
 */

/** Words that begin a sentence with a capital, and are nobody's name. */
const OPENERS = new Set(
  (
    "a an and answer are ask at call can could did do does extract find get give go he her his how " +
    "i if in is it its look my on please read say she show tell the there they this use was we what " +
    "when where which who why will would you your"
  ).split(" "),
);

const NUMBER = /(?<![\p{L}\d])-?\d+(?:\.\d+)?/gu;
const QUOTED_OR_NAME = /"([^"]+)"|“([^”]+)”|(\p{Lu}[\p{L}\d’'-]*(?:\s+\p{Lu}[\p{L}\d’'-]*)*)/gu;

/**
 * @param {JsonSchema} schema of an object.
 * @param {readonly string[]} texts
 * @param {readonly string[]} [noNames] Words that are nobody's name either.
 * @returns {Record<string, unknown>}
 */
export function fill(schema, texts, noNames = []) {
  return objectOf(schema, new Findings(texts, noNames));
}

/**
 * The object once for every value that a text has for its only field: a question may be about several things.
 * @param {JsonSchema} schema
 * @param {string} text
 * @param {readonly string[]} noNames
 * @returns {Record<string, unknown>[]}
 */
export function fillOften(schema, text, noNames) {
  const findings = new Findings([text], noNames);
  return untilNothing(findings, () => objectOf(schema, findings));
}

/** The schema that an example of an object follows. @param {unknown} example @returns {JsonSchema} */
export function schemaOf(example) {
  if (Array.isArray(example)) return { type: "array", items: schemaOf(example[0]) };
  if (typeof example !== "object" || example === null) return { type: typeof example };
  const fields = Object.entries(example).map(([name, value]) => [name, schemaOf(value)]);
  return {
    type: "object",
    properties: Object.fromEntries(fields),
    required: Object.keys(example),
  };
}

/** What the texts hold, in their order; each number and name is given out once. */
class Findings {
  /** How many were given out. */
  count = 0;
  #texts;
  #numbers;
  #names;
  /** How often what follows a field's name was given out. @type {Map<string, number>} */
  #used = new Map();

  /**
   * @param {readonly string[]} texts
   * @param {readonly string[]} noNames
   */
  constructor(texts, noNames) {
    this.#texts = texts;
    this.#numbers = texts.flatMap((text) => text.match(NUMBER) ?? []).map(Number);
    this.#names = texts.flatMap((text) => namesIn(text, noNames));
  }

  get wholeText() {
    return this.#texts[0]?.trim() ?? "";
  }

  /** @param {boolean} isWhole */
  number(isWhole) {
    const at = this.#numbers.findIndex((number) => !isWhole || Number.isInteger(number));
    return at === -1 ? undefined : this.#found(this.#numbers.splice(at, 1)[0]);
  }

  name() {
    return this.#found(this.#names.shift());
  }

  /** @param {string} phrase */
  mentions(phrase) {
    const pattern = new RegExp(`\\b${escaped(phrase)}\\b`, "iu");
    return this.#texts.some((text) => pattern.test(text)) || undefined;
  }

  /** What follows a field's name, the next time it is there. @param {string} field @param {string} pattern */
  after(field, pattern) {
    const expression = `\\b${escaped(field)}\\s*(?:is|:|=)\\s*(${pattern})`;
    const matches = this.#texts.flatMap((text) => [
      ...text.matchAll(new RegExp(expression, "giu")),
    ]);
    const used = this.#used.get(field) ?? 0;
    this.#used.set(field, used + 1);
    const value = matches[used]?.[1];
    this.#names = this.#names.filter((name) => name !== value);
    this.#numbers = this.#numbers.filter((number) => String(number) !== value);
    return this.#found(value);
  }

  /** @template T @param {T | undefined} value */
  #found(value) {
    if (value !== undefined) this.count++;
    return value;
  }
}

/**
 * @param {string} text
 * @param {readonly string[]} noNames
 */
function namesIn(text, noNames) {
  return [...text.matchAll(QUOTED_OR_NAME)].flatMap(({ index, 1: quoted, 2: inCurls, 3: name }) => {
    if (quoted ?? inCurls) return quoted ?? inCurls ?? [];
    const isFirst = /(^|[.!?:]\s+)$/.test(text.slice(0, index));
    const words = /** @type {string} */ (name).split(/\s+/);
    const [first = ""] = words;
    const isOpener = OPENERS.has(first.toLowerCase()) || noNames.includes(first.toLowerCase());
    const rest = isFirst && isOpener ? words.slice(1) : words;
    return rest.length === 0 || rest.join() === "I" ? [] : [rest.join(" ")];
  });
}

/**
 * @param {JsonSchema} schema
 * @param {Findings} findings
 * @returns {Record<string, unknown>}
 */
function objectOf({ properties = {}, required = [] }, findings) {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const found = valueOf(schema, name, findings);
    return [name, found ?? (required.includes(name) ? fallback(schema, findings) : undefined)];
  });
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

/**
 * @param {JsonSchema} schema
 * @param {string} field
 * @param {Findings} findings
 * @returns {unknown}
 */
function valueOf(schema, field, findings) {
  const wanted = oneOf(schema);
  if ("const" in wanted) return wanted.const;
  const isMentioned = (/** @type {unknown} */ option) => findings.mentions(String(option));
  if (wanted.enum) return wanted.enum.find(isMentioned);
  switch (wanted.type) {
    case "object":
      return objectOf(wanted, findings);
    case "array":
      if (wanted.items?.enum) return wanted.items.enum.filter(isMentioned);
      return untilNothing(findings, () => valueOf(wanted.items ?? {}, field, findings));
    case "integer":
    case "number": {
      const named = findings.after(field, "-?\\d+(?:\\.\\d+)?");
      return named === undefined ? findings.number(wanted.type === "integer") : Number(named);
    }
    case "boolean":
      return findings.mentions(field);
    default:
      return (
        findings.after(field, "[^\\s,.;][^,.;\\n]*?(?=\\s+and\\b|[,.;\\n]|$)") ?? findings.name()
      );
  }
}

/**
 * @param {JsonSchema} schema
 * @param {Findings} findings
 */
function fallback(schema, findings) {
  const wanted = oneOf(schema);
  if (wanted.enum) return wanted.enum[0];
  if (wanted.type === "integer" || wanted.type === "number") return 0;
  return wanted.type === "boolean" ? false : findings.wholeText;
}

/** Of several possible schemas the first that is not null's. @param {JsonSchema} schema @returns {JsonSchema} */
function oneOf(schema) {
  const options = schema.anyOf ?? schema.oneOf;
  return options?.find((/** @type {JsonSchema} */ { type }) => type !== "null") ?? schema;
}

/**
 * @template T
 * @param {Findings} findings
 * @param {() => T} next
 */
function untilNothing(findings, next) {
  const values = [];
  for (;;) {
    const before = findings.count;
    const value = next();
    if (findings.count === before || value === undefined) return values;
    values.push(value);
  }
}

/** A field's name as people write it: with spaces or without. @param {string} text */
const escaped = (text) =>
  text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/[_\s-]+/g, "[_\\s-]*");
