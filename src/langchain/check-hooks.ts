/** Checks of hooks, which TypeScript asks for at compile time: these are for subclasses in plain JavaScript. */
import { HookError } from "../errors.js";
import { hasFields, ownValue } from "../formats/fields.js";
import { kindOf } from "../streaming/text/class-name.js";
import { nearest } from "../streaming/text/nearest-name.js";
import { nameOfClass } from "./model-class.js";

type Fields = Readonly<Record<string, unknown>>;

/** The methods that a class may have, beside those that it must have. */
const OPTIONAL_HOOKS = [
  "headers",
  "resolveEndpoint",
  "nextRequest",
  "parseResponse",
  "parseError",
  "parseRecordError",
  "continueFrom",
  "shouldRetry",
  "countTokens",
] as const;

/**
 * Checks the methods of a model's class.
 *
 * @param modelClass its name.
 * @throws HookError where it lacks a hook, has one that is no method, or has written what is the library's.
 */
export function checkHooks(model: object, modelClass: string): void {
  refuseOverrides(model);
  requireHook(model, modelClass, "buildPayload");
  requireHook(model, modelClass, "parseChunk");
  for (const hook of OPTIONAL_HOOKS) {
    const value: unknown = Reflect.get(model, hook);
    if (value !== undefined && value !== null) requireHook(model, modelClass, hook);
  }
}

/** @throws HookError for a hook that is missing, or that is something else than a method. */
export function requireHook(model: object, modelClass: string, hook: string): void {
  const value: unknown = Reflect.get(model, hook);
  if (typeof value === "function") return;
  const what =
    value === undefined || value === null
      ? `the method ${hook} is missing. Define it in class ${modelClass}${misspelt(model, hook)}.`
      : `${hook} is a method, and class ${modelClass} has a value of type ${typeof value} there. Write ${hook}(…) { return …; }${instead(hook)}.`;
  throw new HookError(hook, what);
}

/**
 * Checks a class before LangChain's constructor calls this method of it.
 *
 * @throws HookError where there is none.
 */
export function requireLlmType(modelClass: { name: string; prototype: unknown }): void {
  if (typeof Reflect.get(modelClass.prototype as object, "_llmType") === "function") return;
  const name = nameOfClass(modelClass);
  throw new HookError(
    "_llmType",
    `${name}: the method _llmType is missing. Define it in class ${name}, such as _llmType() { return "my-llm"; }.`,
  );
}

/** @throws HookError for constructor fields that are none: the address of a server, for example. */
export function requireFields(fields: unknown, modelClass: string): void {
  if (hasFields(fields)) return;
  throw new HookError(
    "constructor",
    `${modelClass}: the constructor takes an object of fields, such as { maxRetries: 3 }, not ${kindOf(fields)}.`,
  );
}

/** `endpoint` and `format` are fields, so that headers are looked for in one, too. */
function instead(hook: string): string {
  return hook === "headers" ? ", or give headers that never change to the constructor" : "";
}

/** The member that is probably the hook under another name, for the message. */
function misspelt(model: object, hook: string): string {
  const near = nearest(hook, membersOf(model));
  return near === undefined ? "" : `, which has ${near}`;
}

/** The names of what the model's author has written. */
function membersOf(model: object): string[] {
  const names = Object.keys(model);
  for (const type of authoredTypes(model)) names.push(...Object.getOwnPropertyNames(type));
  return names;
}

/** The prototypes of the author's classes, which end at our base class. */
function* authoredTypes(model: object): Iterable<object> {
  const above = (object: object) => Object.getPrototypeOf(object) as object | null;
  for (let type = above(model); type && !Object.hasOwn(type, "invokeSync"); type = above(type)) {
    yield type;
  }
}

/** What authors of LangChain's own classes write, and what is written here. */
const WRITTEN_HERE = [
  "_call",
  "_generate",
  "_stream",
  "_astream",
  "_streamResponseChunks",
] as const;

/**
 * Refuses a class that has one of these itself: most ways to call would go past it without a word.
 *
 * @throws HookError with what to write instead.
 */
export function refuseOverrides(model: object): void {
  for (const type of authoredTypes(model)) {
    const name = WRITTEN_HERE.find((written) => isMethod(ownValue(type as Fields, written)));
    if (name === undefined) continue;
    throw new HookError(
      name,
      `${name} is written by the base class: most calls would go past this one. Write buildPayload and parseChunk; answers are changed by model.pipe(…).`,
    );
  }
}

/** Says that a function is a method that a class has written: a spy, or what traces a method, is a function like others. */
function isMethod(value: unknown): boolean {
  return (
    typeof value === "function" && !Object.hasOwn(Object(value.prototype) as object, "constructor")
  );
}
