/**
 * The fields of a delta, in one table: the type that each must have, and what it counts for. Whatever
 * needs to know the fields reads it here, so that a new one is written down once.
 */
import { HookError } from "../../errors.js";
import { kindOf } from "../text/class-name.js";
import type { StreamDelta } from "./stream-delta.js";
import { nearest } from "../text/nearest-name.js";

/** A value of {@link StreamDelta}: `text` may be a finite number, too, and `usage` is read by `readUsage`. */
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
