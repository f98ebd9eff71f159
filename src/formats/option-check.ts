import { HookError } from "../errors.js";

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
  if (typeof options !== "object" || options === null) throw useless(format, options, known);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(known, name)) throw useless(format, options, known, name);
    const type = known[name];
    if (type === undefined || value === undefined || typeof value === type) continue;
    throw new HookError(
      "format",
      `${format}() got ${value === null ? "null" : `a ${typeof value}`} as "${name}". Give it a ${type}.`,
    );
  }
}

function useless(format: string, options: unknown, known: KnownOptions, name?: string): HookError {
  const what = name === undefined ? kindOf(options) : `"${name}"`;
  const names = Object.keys(known).join(", ");
  return new HookError(
    "format",
    `${format}() has no use for ${what}. Give it { ${names} }, or some of them.`,
  );
}

function kindOf(value: unknown): string {
  return value === null ? "null" : `a ${typeof value}`;
}
