/** Token counts: read from what a hook says of them, and put together. */
import { HookError } from "../../errors.js";
import { hasFields } from "../../formats/fields.js";
import { nearest } from "../text/nearest-name.js";
import { shown } from "../text/shown.js";
import type { TokenUsage, TokenUsageDetails } from "./stream-delta.js";

/** The names that a hook may write, each with the field that it means. */
type Names<Counts> = ReadonlyMap<string, keyof Counts>;

const COUNT_NAMES: Names<TokenUsage> = /* @__PURE__ */ namesOf([
  "inputTokens",
  "outputTokens",
  "totalTokens",
  "details",
]);

/** LangChain's own names of token details are taken as well. */
const DETAIL_NAMES: Names<TokenUsageDetails> = /* @__PURE__ */ namesOf(
  [
    "cacheReadTokens",
    "cacheCreationTokens",
    "inputAudioTokens",
    "outputAudioTokens",
    "reasoningTokens",
  ],
  {
    cache_read: "cacheReadTokens",
    cache_creation: "cacheCreationTokens",
    reasoning: "reasoningTokens",
  },
);

function namesOf<Name extends string>(
  fields: readonly Name[],
  others: Readonly<Record<string, Name>> = {},
): ReadonlyMap<string, Name> {
  return new Map([...fields.map((name) => [name, name] as const), ...Object.entries(others)]);
}

/**
 * Token counts as numbers, without what is not known; `undefined` if nothing is. Some providers write
 * them as texts.
 *
 * @throws HookError for a name or a count that cannot be one.
 */
export function readUsage(usage: TokenUsage, hook: string): TokenUsage | undefined {
  return readCounts("usage", usage, COUNT_NAMES, hook);
}

function readCounts<Counts extends TokenUsage | TokenUsageDetails>(
  where: string,
  given: object,
  names: Names<Counts>,
  hook: string,
): Counts | undefined {
  const read: Partial<Record<keyof Counts, unknown>> = {};
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (value === null || value === undefined) continue;
    const field = names.get(name);
    if (field === undefined) throw unknownCount(where, name, [...names.keys()], hook);
    const count =
      field === "details" ? readDetails(value, hook) : readCount(`${where}.${name}`, value, hook);
    if (count !== undefined) read[field] = count;
  }
  return Object.keys(read).length > 0 ? (read as Counts) : undefined;
}

function readDetails(details: unknown, hook: string): TokenUsageDetails | undefined {
  if (hasFields(details)) return readCounts("usage.details", details, DETAIL_NAMES, hook);
  throw new HookError(hook, `${hook} returned a usage whose details are no object.`);
}

function readCount(name: string, value: unknown, hook: string): number | undefined {
  if (value === "") return undefined;
  const count = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof count === "number" && count >= 0 && count < Infinity) return count;
  throw new HookError(
    hook,
    `${hook} returned ${name} as ${shown(value)}, which is no count of tokens. Give a number of at least 0, or nothing.`,
  );
}

/** Providers' own names are the likely mistake, and would count as nothing. */
function unknownCount(
  where: string,
  name: string,
  names: readonly string[],
  hook: string,
): HookError {
  const near = nearest(name, names);
  return new HookError(
    hook,
    `${hook} returned ${where} with "${name}", which is none of ${names.join(", ")}.${near === undefined ? " Translate the provider's names to these." : ` Did you mean "${near}"?`}`,
  );
}

/** Adds a report of token counts to an earlier one: fields it has replace, fields it lacks stay. */
export function mergeUsage(earlier: TokenUsage | undefined, later: TokenUsage): TokenUsage {
  const details = { ...earlier?.details, ...later.details };
  return { ...earlier, ...later, ...detailsIn(details) };
}

/** Adds up the token counts of two requests; `undefined` for none at all. */
export function addUsage(
  earlier: TokenUsage | undefined,
  later: TokenUsage | undefined,
): TokenUsage | undefined {
  if (earlier === undefined || later === undefined) return later ?? earlier;
  const details = addCounts(earlier.details ?? {}, later.details ?? {});
  return { ...addCounts(earlier, later), ...detailsIn(details) };
}

function addCounts<T extends object>(earlier: T, later: T): T {
  const sum = { ...earlier } as Record<string, unknown>;
  for (const [name, count] of Object.entries(later)) {
    if (typeof count === "number") sum[name] = ((sum[name] as number | undefined) ?? 0) + count;
  }
  return sum as T;
}

function detailsIn(details: TokenUsageDetails): Pick<TokenUsage, "details"> {
  return Object.keys(details).length > 0 ? { details } : {};
}
