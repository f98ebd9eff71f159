import type { HookError } from "../../errors.js";
import { hasFields } from "../../formats/fields.js";
import { kindOf } from "../text/class-name.js";
import { nearest } from "../text/nearest-name.js";

type FieldCheck = readonly [expected: string, isRight: (value: unknown) => boolean];

/** The types that the fields of an object that a hook returned must have. */
export type FieldChecks<Name extends string> = Readonly<Record<Name, FieldCheck>>;

/** The fields of all requests that a hook may ask for. */
export const REQUEST_FIELDS = {
  url: ["a string or URL", (url: unknown) => typeof url === "string" || url instanceof URL],
  method: [
    '"GET", "POST" or "PUT"',
    (method: unknown) => ["GET", "POST", "PUT"].includes(method as string),
  ],
  headers: [
    "an object of strings, or Headers",
    (headers: unknown) => typeof headers === "object" && !Array.isArray(headers),
  ],
  payload: ["a request body", () => true],
} as const satisfies FieldChecks<string>;

/** The checks of a request with fields of its own. */
export function requestFields<Name extends string>(
  own: FieldChecks<Name>,
): FieldChecks<Name | keyof typeof REQUEST_FIELDS> {
  return { ...REQUEST_FIELDS, ...own };
}

export function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

/**
 * Checks what a hook returned: a misspelt field would be left out without a word.
 *
 * @throws what `refuse` makes of the mistake, which it is told as what was returned: `an array`, `a wrong url: …`.
 */
export function checkFields(
  returned: unknown,
  fields: FieldChecks<string>,
  refuse: (what: string) => HookError,
): void {
  if (!hasFields(returned)) throw refuse(kindOf(returned));
  const unknown = unknownField(returned, Object.keys(fields));
  if (unknown !== undefined) throw refuse(unknown);
  for (const [name, value] of Object.entries(returned)) {
    const [expected, isRight] = fields[name] as FieldCheck;
    if (value !== undefined && value !== null && !isRight(value)) {
      throw refuse(`a wrong ${name}: it has to be ${expected}`);
    }
  }
}

/** The first field of an object that is none of those known, as words; `undefined`: it has none. */
export function unknownField(given: object, known: readonly string[]): string | undefined {
  const name = Object.keys(given).find((field) => !known.includes(field));
  if (name === undefined) return undefined;
  const meant = nearest(name, known);
  const hint = meant === undefined ? "" : `, perhaps ${meant} was meant`;
  return `"${name}", which it has no use for${hint}`;
}
