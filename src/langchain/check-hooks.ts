/**
 * Checks that a model has its hooks, and has them as methods. TypeScript asks for that at compile time; this is for
 * subclasses in plain JavaScript.
 */
import { HookError } from "../errors.js";
import { nearest } from "../streaming/text/nearest-name.js";
import type { ModelHooks } from "./hooks.js";

type HookName = keyof ModelHooks<unknown, unknown, object>;

const REQUIRED = ["buildPayload", "parseChunk"] as const satisfies readonly HookName[];

/** All hooks that are methods; `format`, `method` and the like are none. */
const METHODS = [
  ...REQUIRED,
  "headers",
  "resolveEndpoint",
  "nextRequest",
  "parseResponse",
  "parseRecordError",
  "parseError",
  "continueFrom",
  "countTokens",
  "shouldRetry",
] as const satisfies readonly HookName[];

/** @throws HookError for a hook that is missing, or that is something else than a method. */
export function checkHooks(model: object, modelClass: string): void {
  for (const hook of METHODS) {
    const value: unknown = Reflect.get(model, hook);
    if (typeof value === "function") continue;
    if (value !== undefined && value !== null) throw noMethod(value, modelClass, hook);
    if ((REQUIRED as readonly string[]).includes(hook)) throw missing(model, modelClass, hook);
  }
}

/**
 * Checks a class before LangChain's constructor calls this method of it.
 *
 * @throws HookError where there is none.
 */
export function requireLlmType({ name, prototype }: { name: string; prototype: unknown }): void {
  if (typeof Reflect.get(prototype as object, "_llmType") === "function") return;
  throw new HookError(
    "_llmType",
    `${name}: the method _llmType is missing. Define it in class ${name}, such as _llmType() { return "my-llm"; }.`,
  );
}

function noMethod(value: unknown, modelClass: string, hook: HookName): HookError {
  const instead =
    hook === "headers"
      ? "Write headers() { return { ... }; }, or give headers that never change to the constructor."
      : `Write ${hook}(...) { ... }.`;
  return new HookError(
    hook,
    `${modelClass}: ${hook} is of type ${typeof value}, but it has to be a method. ${instead}`,
  );
}

function missing(model: object, modelClass: string, hook: HookName): HookError {
  const near = nearest(hook, membersOf(model));
  const hint = near === undefined ? "" : `, which has ${near}`;
  return new HookError(
    hook,
    `${modelClass}: the method ${hook} is missing. Define it in class ${modelClass}${hint}.`,
  );
}

/** The names of what the model's author has written, which ends at our base class. */
function membersOf(model: object): string[] {
  const names = Object.keys(model);
  const above = (object: object) => Object.getPrototypeOf(object) as object | null;
  for (let type = above(model); type && !Object.hasOwn(type, "invokeSync"); type = above(type)) {
    names.push(...Object.getOwnPropertyNames(type));
  }
  return names;
}
