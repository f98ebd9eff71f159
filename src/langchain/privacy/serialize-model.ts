import type { LangSmithParams } from "@langchain/core/language_models/chat_models";
import type { Serialized } from "@langchain/core/load/serializable";
import { chooseFields, definedFields } from "../../formats/fields.js";
import { shownUrl } from "../../streaming/request/endpoint.js";
import { TRAVEL_SETTINGS } from "../../streaming/settings/setting-table.js";
import { isSecretName } from "../../streaming/redaction/secret-name.js";
import { isHeadersName } from "./secret-names.js";
import { modelClassOf } from "../model-class.js";

/** Constructor fields that are LangChain's machinery, or say nothing about the model's answers. */
const MACHINERY: ReadonlySet<string> = new Set([
  "cache",
  "callbacks",
  "callback_manager",
  "callbackManager",
  "verbose",
  "tags",
  "metadata",
  "on_failed_attempt",
  "onFailedAttempt",
]);

/** In place of an object inside itself, as a recursive schema is. */
const CIRCULAR = "[Circular]";
/** In place of what is nested deeper than any field that was meant. */
const TOO_DEEP = "[Too deep]";
const DEEPEST = 200;

/** `util.inspect`, as Node hands it to objects that print themselves. */
type Inspect = (value: unknown, options: object) => string;

/** LangChain's mark for a secret that was taken out. */
export interface SerializedSecret {
  lc: 1;
  type: "secret";
  id: [string];
}

interface DescribedModel {
  readonly endpoint: string | URL;
  readonly lc_kwargs: object;
}

/**
 * The parameters that identify a model in traces and cache keys: its endpoint and its author's constructor fields,
 * without credentials.
 */
export function describeModel(model: DescribedModel): Record<string, unknown> {
  return { endpoint: endpointOf(model), ...identifyingFields(model.lc_kwargs) };
}

type ModelClass = abstract new (...args: never[]) => DescribedModel;

/** Lets consoles and loggers show as little of a class's models as traces do. */
export function showAsTraced({ prototype }: ModelClass): boolean {
  return Reflect.defineProperty(prototype as object, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: DescribedModel, _: number, options: object, inspect: Inspect): string {
      return `${modelClassOf(this)} ${inspect(describeModel(this), options)}`;
    },
    writable: true,
    configurable: true,
  });
}

/** A getter may need what only a call has. */
function endpointOf(model: { readonly endpoint: string | URL }): string | undefined {
  try {
    return shownUrl(model.endpoint);
  } catch {
    return undefined;
  }
}

/** LangChain's serialised form of a model, without credentials; `fallback` where LangChain cannot make one. */
export function serializeModel(
  serialize: () => Serialized,
  fallback: () => Serialized,
): Serialized {
  let serialized: Serialized;
  try {
    serialized = serialize();
  } catch (error) {
    // An array that holds itself, or thousands of levels: no reason to end the call that is traced.
    if (error instanceof RangeError) return fallback();
    throw error;
  }
  if (serialized.type !== "constructor") return serialized;
  return { ...serialized, kwargs: withoutSecrets(serialized.kwargs, []) };
}

/**
 * The fields that identify a model, of the model itself or of its constructor: its author's own, as plain data,
 * without credentials.
 */
function identifyingFields(fields: object): Record<string, unknown> {
  return withoutSecrets(chooseFields(fields, isIdentifying) as Record<string, unknown>);
}

/** Says that a field of this name may tell a model from another: it is its author's own, and no credential. */
export function isIdentifying(name: string): boolean {
  return (
    name !== "maxConcurrency" &&
    !name.startsWith("lc_") &&
    !TRAVEL_SETTINGS.has(name) &&
    isShown(name)
  );
}

/** Says that a field of this name is neither LangChain's machinery nor a credential. */
export function isShown(name: string): boolean {
  return !MACHINERY.has(name) && !isSecretName(name) && !isHeadersName(name);
}

/**
 * Plain data without credentials: each is replaced by LangChain's mark; what has no JSON form is left out.
 *
 * @param path the objects that hold this one.
 */
export function withoutSecrets(
  fields: Record<string, unknown>,
  path: readonly object[] = [],
): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (MACHINERY.has(name)) continue;
    const kept = isSecretName(name)
      ? secretMark(name, value)
      : isHeadersName(name) && typeof value === "object"
        ? headerMarks(value)
        : cleanValue(value, path);
    if (kept !== undefined) clean[name] = kept;
  }
  return clean;
}

/** Any header may be a credential: what is left are their names. */
function headerMarks(headers: object | null): Record<string, unknown> | undefined {
  if (headers === null || Object.getPrototypeOf(headers) !== Object.prototype) return undefined;
  const marks = Object.entries(headers).map(([name, value]) => [name, secretMark(name, value)]);
  return Object.fromEntries(marks) as Record<string, unknown>;
}

function secretMark(name: string, value: unknown): SerializedSecret | undefined {
  if (value === undefined || value === null) return undefined;
  const id = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replaceAll("-", "_");
  return { lc: 1, type: "secret", id: [id.toUpperCase()] };
}

function cleanValue(value: unknown, path: readonly object[]): unknown {
  if (typeof value === "string") return withoutUserinfo(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  if (value instanceof URL) return withoutUserinfo(value.href);
  if (typeof value !== "object") return undefined;
  if (path.includes(value)) return CIRCULAR;
  if (path.length === DEEPEST) return TOO_DEEP;
  const within = [...path, value];
  if (Array.isArray(value)) {
    return value.map((item) => cleanValue(item, within)).filter((item) => item !== undefined);
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return undefined;
  return withoutSecrets(value as Record<string, unknown>, within);
}

/** A URL may hold credentials before its host and in its query. */
function withoutUserinfo(text: string): string {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text) || !URL.canParse(text)) return text;
  const url = new URL(text);
  if (url.username === "" && url.password === "" && url.search === "") return text;
  url.username = "";
  url.password = "";
  url.search = "";
  return url.href;
}

/**
 * The parameters that LangSmith knows by names of its own, from fields of the usual names.
 *
 * @param sources where the fields are looked for; the first that has one counts.
 */
export function langSmithParams(sources: readonly object[]): Partial<LangSmithParams> {
  const find = <Type extends "string" | "number">(type: Type, ...names: string[]) => {
    for (const source of sources) {
      for (const name of names) {
        const value: unknown = Reflect.get(source, name);
        if (typeof value === type && value !== "")
          return value as { string: string; number: number }[Type];
      }
    }
    return undefined;
  };
  const params = {
    ls_provider: find("string", "provider", "modelProvider", "model_provider"),
    ls_model_name: find("string", "model", "modelName", "model_name", "modelId"),
    ls_temperature: find("number", "temperature"),
    ls_max_tokens: find(
      "number",
      "maxTokens",
      "max_tokens",
      "maxOutputTokens",
      "max_output_tokens",
    ),
  };
  return definedFields(params);
}
