import { HookError, unusedOption } from "../errors.js";

/** The options that a format has, with their type where it is a plain one. */
export type KnownOptions = Readonly<Record<string, "boolean" | undefined>>;

/** The options of {@link predictorOf}, which all formats of JSON have. */
export const JSON_OPTIONS = { predict: "boolean" } as const satisfies KnownOptions;

/**
 * Checks the options of a format: a misspelt one would be left out without a word, and the stream read otherwise than
 * was meant; and `"false"` would be taken for a yes.
 *
 * @throws HookError which names the options there are.
 */
export function checkFormatOptions(format: string, options: unknown, known: KnownOptions): void {
  const names = Object.keys(known);
  if (typeof options !== "object" || options === null) {
    throw unusedOption("format", format, kindOf(options), names);
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(known, name)) throw unusedOption("format", format, `"${name}"`, names);
    const type = known[name];
    if (type === undefined || value === undefined || typeof value === type) continue;
    throw new HookError(
      "format",
      `${format}() got ${kindOf(value)} as "${name}". Give it a ${type}.`,
    );
  }
}

function kindOf(value: unknown): string {
  return value === null ? "null" : `a ${typeof value}`;
}
