import { unusedOption } from "../errors.js";

/**
 * Checks the options of a transport: one that it does not have would be left out without a word, and the requests
 * would go another way than was meant.
 *
 * @throws HookError which names the options there are.
 */
export function checkOptions(transport: string, options: object, known: readonly string[]): void {
  const isObject = typeof options === "object" && options !== null;
  const unknown = isObject
    ? Object.keys(options).find((name) => !known.includes(name))
    : `a ${typeof options}`;
  if (unknown === undefined) return;
  throw unusedOption("transport", transport, isObject ? `"${unknown}"` : unknown, known);
}
