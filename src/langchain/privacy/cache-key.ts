import { chooseFields } from "../../formats/fields.js";
import { TRAVEL_SETTINGS } from "../../streaming/settings/setting-table.js";
import { canonicalText, isData } from "./canonical-text.js";
import { reveal } from "./concealed-options.js";
import { digestOf } from "./digest.js";
import { isIdentifying } from "./serialize-model.js";
import { isShown } from "./without-secrets.js";

/** A model as far as the key of its cached answers needs it. */
export interface KeyedModel {
  readonly endpoint: string | URL;
  readonly lc_kwargs: object;
  _llmType(): string;
  _identifyingParams(): Record<string, unknown>;
}

type ModelClass = abstract new (...args: never[]) => KeyedModel;

/** Call options that LangChain and LangGraph read themselves, or hand to those they call: no model answers by them. */
const RUN_OPTIONS: ReadonlySet<string> = new Set([
  "callbacks",
  "config",
  "configurable",
  "control",
  "executionInfo",
  "heartbeat",
  "interrupt",
  "metadata",
  "recursionLimit",
  "runId",
  "runName",
  "serverInfo",
  "signal",
  "store",
  "streamMode",
  "tags",
  "timeout",
  "writer",
]);

/**
 * The key of a cached answer, beside the prompt: all that may change the answer, and not how it travels. It is a
 * digest: the endpoint's query may name the model, and may be a credential; an author's own credential may decide
 * what the server lets one see.
 *
 * @param base the class that the author's classes extend.
 * @param options the call options.
 * @param conversation what the prompt does not say of the conversation.
 */
export function cacheKey(
  model: KeyedModel,
  base: ModelClass,
  options: object,
  conversation?: string,
): string {
  const kind = model._llmType();
  const counted = chooseFields(
    reveal(options),
    (name) => !RUN_OPTIONS.has(name) && !TRAVEL_SETTINGS.has(name),
  );
  const text = canonicalText([
    kind,
    classText(model, base),
    canonicalText(model._identifyingParams(), isNoFunction),
    fieldsText({ ...model, endpoint: undefined }),
    fieldsText(model.lc_kwargs),
    queryOf(model),
    counted,
    conversation,
  ]);
  return `${kind}:${digestOf(text)}`;
}

function isNoFunction(_: string, value: unknown): boolean {
  return typeof value !== "function";
}

/** The data of a model's public fields. A field with a credential, or with how requests travel, does not count. */
function fieldsText(fields: object): string {
  const own = chooseFields(fields, (name, value) => isIdentifying(name) && isData(value));
  return canonicalText(own, (name, value) => isShown(name) && isData(value));
}

const texts = /* @__PURE__ */ new WeakMap<object, string>();

/**
 * The classes of a model that are its author's, by name and code: hooks are methods, and two classes may be called
 * the same. What a class has from where it was made, a variable of a function say, it does not show.
 */
function classText(model: object, base: ModelClass): string {
  const { constructor } = model;
  let text = texts.get(constructor);
  if (text === undefined) {
    const classes: unknown[] = [];
    let some: unknown = constructor;
    while (typeof some === "function" && some !== base) {
      classes.push([some.name, Function.prototype.toString.call(some)]);
      some = Object.getPrototypeOf(some);
    }
    text = digestOf(canonicalText(classes));
    texts.set(constructor, text);
  }
  return text;
}

function queryOf(model: KeyedModel): string | undefined {
  try {
    return new URL(model.endpoint).search;
  } catch {
    // A getter may need what only a call has; a wrong URL is reported by the call.
    return undefined;
  }
}
