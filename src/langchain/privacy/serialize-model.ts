import type { Serialized } from "@langchain/core/load/serializable";
import { chooseFields } from "../../formats/fields.js";
import { shownUrl } from "../../streaming/request/endpoint.js";
import { TRAVEL_SETTINGS } from "../../streaming/settings/setting-table.js";
import { isShown, withoutSecrets } from "./without-secrets.js";
import { modelClassOf } from "../model-class.js";

/** `util.inspect`, as Node hands it to objects that print themselves. */
type Inspect = (value: unknown, options: object) => string;

interface DescribedModel {
  readonly endpoint: string | URL;
  readonly lc_kwargs: object;
}

/**
 * The parameters that identify a model in traces and cache keys: its endpoint and its author's constructor fields,
 * without credentials.
 */
export function describeModel(model: DescribedModel): Record<string, unknown> {
  const fields = chooseFields(model.lc_kwargs, isIdentifying) as Record<string, unknown>;
  return { endpoint: endpointOf(model), ...withoutSecrets(fields) };
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

/** Says that a field of this name may tell a model from another: it is its author's own, and no credential. */
export function isIdentifying(name: string): boolean {
  return (
    name !== "maxConcurrency" &&
    !name.startsWith("lc_") &&
    !TRAVEL_SETTINGS.has(name) &&
    isShown(name)
  );
}
