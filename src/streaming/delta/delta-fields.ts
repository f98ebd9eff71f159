/**
 * The fields of a delta, in one table: the type that each must have, and what it counts for. Whatever
 * needs to know the fields reads it here, so that a new one is written down once.
 */
import { HookError } from "../../errors.js";
import { kindOf } from "../text/class-name.js";
import { shown } from "../text/shown.js";
import type { StreamDelta, TokenUsage, TokenUsageDetails } from "./stream-delta.js";
import { nearest } from "../text/nearest-name.js";

/** A value of {@link StreamDelta}: `text` may be a finite number, too, and `usage` has a check of its own. */
type FieldType = "text" | "string" | "array" | "object" | "list or object" | "boolean" | "any";

interface DeltaField {
  readonly type: FieldType;
  /** It is part of the answer itself, and not a fact about it. */
  readonly isContent?: true;
}

const TABLE = {
  text: { type: "text", isContent: true },
  reasoning: { type: "text", isContent: true },
  refusal: { type: "text", isContent: true },
  toolCalls: { type: "array", isContent: true },
  blocks: { type: "array", isContent: true },
  usage: { type: "object" },
  finishReason: { type: "string" },
  id: { type: "string" },
  model: { type: "string" },
  logprobs: { type: "list or object" },
  metadata: { type: "object" },
  cumulative: { type: "boolean" },
  error: { type: "any" },
  done: { type: "boolean" },
} as const satisfies Record<keyof StreamDelta, DeltaField>;

/** By name, as a map: names come from records, and `constructor` is none. */
const FIELDS: ReadonlyMap<string, DeltaField> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries(TABLE),
);

const CONTENT_FIELDS = /* @__PURE__ */ Object.entries(TABLE).flatMap(([name, field]) =>
  "isContent" in field ? [name as keyof StreamDelta] : [],
);

const COUNT_NAMES: ReadonlyMap<string, keyof TokenUsage> = /* @__PURE__ */ new Map([
  ["inputTokens", "inputTokens"],
  ["outputTokens", "outputTokens"],
  ["totalTokens", "totalTokens"],
  ["details", "details"],
]);

/** LangChain's own names of token details, taken as well. */
const DETAIL_NAMES: ReadonlyMap<string, keyof TokenUsageDetails> = /* @__PURE__ */ new Map([
  ["cacheReadTokens", "cacheReadTokens"],
  ["cacheCreationTokens", "cacheCreationTokens"],
  ["inputAudioTokens", "inputAudioTokens"],
  ["outputAudioTokens", "outputAudioTokens"],
  ["reasoningTokens", "reasoningTokens"],
  ["cache_read", "cacheReadTokens"],
  ["cache_creation", "cacheCreationTokens"],
  ["reasoning", "reasoningTokens"],
]);

/** The text of a field, which may be a finite number. */
export function textOf(value: string | number | null | undefined): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : String(value);
}

/** Says that a delta holds a part of the answer: text, reasoning, a call, a refusal or a block. */
export function hasContent(delta: StreamDelta): boolean {
  return CONTENT_FIELDS.some((name) => {
    const value: unknown = delta[name];
    return Array.isArray(value)
      ? value.length > 0
      : value !== undefined && value !== null && value !== "";
  });
}

/**
 * Checks that an object is a delta.
 *
 * @throws HookError for a field that does not exist, with the nearest one that does, or of a wrong type.
 */
export function checkDelta(delta: StreamDelta, hook: string): void {
  let isEmpty = true;
  for (const key in delta) {
    const value: unknown = delta[key as keyof StreamDelta];
    if (value === null || value === undefined) continue;
    isEmpty = false;
    // Nearly every value is a text, under one of few names.
    if (typeof value === "string" && (key === "text" || key === "id" || key === "model")) continue;
    const field = FIELDS.get(key);
    if (field === undefined) {
      // Bytes, or a text in an object.
      if (/^\d/.test(key)) refuseStranger(delta, hook);
      throw unknownField(key, value, hook);
    }
    if (!isOfType(value, field.type)) throw wrongType(key, value, field.type, hook);
  }
  if (isEmpty) refuseStranger(delta, hook);
}

function isOfType(value: unknown, type: FieldType): boolean {
  switch (type) {
    case "text":
      return typeof value === "string" || Number.isFinite(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && !Array.isArray(value);
    case "list or object":
      return typeof value === "object";
    case "any":
      return true;
    default:
      return typeof value === type;
  }
}

function wrongType(key: string, value: unknown, type: FieldType, hook: string): HookError {
  const wanted = type === "text" ? "string" : type;
  const article = /^[aeiou]/.test(wanted) ? "an" : "a";
  return unusable(
    hook,
    `returned ${kindOf(value)} as "${key}", which must be ${article} ${wanted}`,
  );
}

/** A field that nobody reads would be lost without a word: a record handed back, or a name misspelt. */
function unknownField(key: string, value: unknown, hook: string): HookError {
  const near = nearest(key, FIELDS.keys());
  const instead =
    near === undefined && typeof value === "string"
      ? ` If it is the text, write { text: record.${key} }.`
      : "";
  const meant = near === undefined ? instead : ` Did you mean "${near}"?`;
  return new HookError(
    hook,
    `${hook} returned an object with "${key}", which is no field of a delta.${meant} The fields are ${[...FIELDS.keys()].join(", ")}; what else is worth keeping goes into metadata.`,
  );
}

/** An object without any field of a delta is a mistake, unless it is simply empty. */
function refuseStranger(value: object, hook: string): void {
  if (typeof (value as { then?: unknown }).then === "function") {
    // Nobody will await it: its own failure must not surface as an unhandled rejection.
    Promise.resolve(value).catch(() => undefined);
    throw unusable(hook, "returned a Promise, but it must be synchronous (no async, no await)");
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw unusable(hook, `returned ${kindOf(value)}`);
  }
}

/** The error for a result that is no delta. */
export function unusable(hook: string, what: string): HookError {
  return new HookError(
    hook,
    `${hook} ${what}. Return a string, { text, done, ... }, a LangChain chunk, null, or an array of these.`,
  );
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
  names: ReadonlyMap<string, keyof Counts>,
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
  if (typeof details !== "object" || details === null || Array.isArray(details)) {
    throw new HookError(hook, `${hook} returned a usage whose details are no object.`);
  }
  return readCounts("usage.details", details, DETAIL_NAMES, hook);
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
