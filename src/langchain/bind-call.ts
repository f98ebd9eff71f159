import { HookError } from "../errors.js";
import { autoFormat } from "../formats/auto-format.js";
import { isDeepEqual } from "../formats/deep-equal.js";
import { isFormat, type StreamFormat } from "../formats/format.js";
import { defaultTransport, observeCall } from "#platform";
import type { DeltaRules } from "../streaming/answer/delta-rules.js";
import { REQUEST_FIELDS } from "../streaming/hooks/check-fields.js";
import type { CallHooks, ModelCall } from "../streaming/model-call.js";
import type { RequestMethod } from "../streaming/hooks/hook-types.js";
import {
  MISPLACED_SETTINGS,
  SETTINGS,
  type SettingFacts,
} from "../streaming/settings/setting-table.js";
import { Permits } from "../streaming/retry/permits.js";
import { RateLimitGates } from "../streaming/retry/rate-limit-gates.js";
import { resolveSettings } from "../streaming/settings/resolve-settings.js";
import type { RequestSettings } from "../streaming/settings/settings.js";
import type { AnswerKind } from "./answer-kind.js";
import { checkHooks } from "./check-hooks.js";
import type { ModelHooks } from "./hooks.js";
import { keepContexts } from "./core-members.js";
import { reveal } from "./privacy/concealed-options.js";
import { digestOf } from "./privacy/digest.js";
import { checkedSignal } from "./runs/abort-signal.js";
import { markError } from "./runs/error-marks.js";
import { modelClassOf } from "./model-class.js";

/** The constructor's fields on requests and failures. */
export interface ModelDefaults extends RequestSettings {
  readonly onFailedAttempt?: ((error: never) => unknown) | undefined;
  readonly maxConcurrency?: number | undefined;
}

/** Call options as LangChain hands them over. */
export type AnyCallOptions = RequestSettings & {
  stop?: string[] | undefined;
  signal?: AbortSignal | undefined;
};

/** What all calls of a model share, those of its bindings and copies as well. */
interface SharedParts {
  readonly gates: RateLimitGates;
  /** Absent: any number of calls may run at a time. */
  readonly permits: Permits | undefined;
  /** The format of a model that names none: it learns from answer to answer, so it is made once. */
  format?: StreamFormat<unknown>;
}

const parts = new WeakMap<object, SharedParts>();

/** @param defaults one object for each model that was constructed, and for all its copies. */
function sharedParts(defaults: ModelDefaults): SharedParts {
  let shared = parts.get(defaults);
  if (shared === undefined) {
    const { maxConcurrency } = defaults;
    const gates = new RateLimitGates(digestOf, maxConcurrency);
    const permits = maxConcurrency ? new Permits(maxConcurrency) : undefined;
    parts.set(defaults, (shared = { gates, permits }));
  }
  return shared;
}

/** The answer of a call while it grows. */
interface GrowingAnswer<Input> {
  readonly kind: Pick<AnswerKind<Input, never, never>, "operation" | "checkBody"> & DeltaRules;
  /** The text so far. */
  partial(): string;
  /** Forgets the answer so far; present where nobody has seen it. */
  readonly restart?: (() => void) | undefined;
}

/** Binds a model's hooks to one input, and settles the settings of the call. What it refuses names the model's class. */
export function bindCall<StreamRecord, Input, Options extends AnyCallOptions>(
  model: ModelHooks<StreamRecord, Input, Options>,
  defaults: ModelDefaults,
  input: Input,
  callOptions: Options,
  { kind, partial, restart }: GrowingAnswer<Input>,
): ModelCall<StreamRecord> {
  const modelClass = modelClassOf(model);
  try {
    const given = reveal(callOptions);
    const settings = resolveSettings(defaults, given);
    // buildPayload has to tell the server whether to stream, whoever said so.
    const options = { ...given, streaming: settings.streaming };
    const shared = sharedParts(defaults);
    keepContexts();
    refuseMisplacedSettings(model, defaults);
    checkedSignal(options.signal);
    checkHooks(model, modelClass);
    return {
      modelClass,
      operation: kind.operation,
      settings,
      transport: settings.transport ?? defaultTransport,
      observe: observeCall,
      stop: stopOf(options),
      format: formatOf(model, shared),
      permits: shared.permits,
      gates: settings.rateLimitGate ? shared.gates : undefined,
      partial,
      restart,
      isShaped: isShaped(options),
      promptTexts: () => textsOf(input),
      checkBody: (body) => kind.checkBody?.(body, input, options),
      method: methodOf(model),
      onFailedAttempt: defaults.onFailedAttempt as ModelCall<StreamRecord>["onFailedAttempt"],
      markError,
      deltaRules: kind,
      ...boundHooks(model, input, options, defaults.headers),
    };
  } catch (error) {
    if (HookError.isInstance(error)) error.message = `${modelClass}: ${error.message}`;
    throw error;
  }
}

function boundHooks<StreamRecord, Input, Options extends AnyCallOptions>(
  model: ModelHooks<StreamRecord, Input, Options>,
  input: Input,
  options: Options,
  constructorHeaders: RequestSettings["headers"],
): CallHooks<StreamRecord> {
  // A server that answers in one piece often answers with one record.
  const responseHook = model.parseResponse ? "parseResponse" : "parseChunk";
  const given = { ...options };
  let own = input;
  // Hooks may add to the lists that they are given: those of an attempt, or of the rest of an answer, share copies.
  const renew = (): Input => {
    for (const name in given) if (Array.isArray(given[name])) options[name] = ownList(given[name]);
    return (own = ownList(input));
  };
  return {
    hasHeadersHook: model.headers !== undefined,
    responseHook,
    endpoint: (context) => model.resolveEndpoint(options, renew(), context),
    payload: (context) => model.buildPayload(own, options, context),
    headers: (context) => [constructorHeaders, model.headers?.(options, context), options.headers],
    parseChunk: (record, context) => model.parseChunk(record, context),
    parseResponse: (body, context) => model[responseHook]?.(body as StreamRecord, context),
    parseError: (status, body) => model.parseError?.(status, body),
    shouldRetry: (error, attempt) => model.shouldRetry?.(error, attempt),
    // Plain JavaScript says with `null`, too, that there is none.
    continueFrom: model.continueFrom
      ? (partialAnswer, context) => model.continueFrom?.(partialAnswer, renew(), options, context)
      : undefined,
    nextRequest: model.nextRequest?.bind(model),
    parseRecordError: model.parseRecordError?.bind(model) as CallHooks<never>["parseRecordError"],
  };
}

/** A copy of a list, with what else stands on it; of a class of lists, which may have methods, the value itself. */
function ownList<T>(value: T): T {
  const isList = Array.isArray(value) && Array.isArray(Object.getPrototypeOf(value));
  return isList ? (Object.assign([], value) as T) : value;
}

function methodOf({ method }: { method?: RequestMethod }): RequestMethod {
  if (method === undefined || method === null) return "POST";
  const [expected, isRight] = REQUEST_FIELDS.method;
  if (isRight(method)) return method;
  throw new HookError("method", `method is ${JSON.stringify(method)}. It has to be ${expected}.`);
}

/** A schema, or a grammar of JSON, shapes the answer. */
function isShaped(options: object): boolean {
  const { response_format: format } = options as { response_format?: { type?: unknown } | null };
  return format !== undefined && format !== null && format.type !== "text";
}

/** The text of a prompt, or of each message. */
function textsOf(input: unknown): string[] {
  if (typeof input === "string") return [input];
  return Array.isArray(input) ? input.map(({ text }: { text: string }) => text) : [];
}

/** A setting in a field of the class, where hooks stand, would count for nothing without a word. */
function refuseMisplacedSettings(model: object, defaults: ModelDefaults): void {
  for (const name of [...MISPLACED_SETTINGS, "maxConcurrency", "onFailedAttempt"] as const) {
    const value: unknown = Reflect.get(model, name);
    const facts: SettingFacts | undefined = SETTINGS[name as keyof RequestSettings];
    // No limit is what none is by default; a getter may show that.
    const counts =
      defaults[name] ?? facts?.initial ?? (name === "maxConcurrency" ? Infinity : undefined);
    if (value === undefined || value === null || isDeepEqual(value, counts)) continue;
    // A method is the author's own; but onFailedAttempt is never called where the constructor was given none.
    if (typeof value === "function" && (facts ?? counts) !== undefined) continue;
    throw new HookError(
      name,
      `${name} is a setting, and does not count as a field of the class. Give it to the constructor, as in super({ ${name}: … }).`,
    );
  }
}

function stopOf({ stop }: AnyCallOptions): readonly string[] {
  if (stop === undefined || stop === null) return [];
  if (Array.isArray(stop) && stop.every((sequence) => typeof sequence === "string")) return stop;
  throw new HookError("stop", 'stop must be an array of strings, such as ["\\n\\n"].');
}

function formatOf<StreamRecord>(
  { format }: { readonly format?: StreamFormat<StreamRecord> | undefined },
  shared: SharedParts,
): StreamFormat<StreamRecord> {
  if (format === undefined || format === null) {
    return (shared.format ??= autoFormat()) as StreamFormat<StreamRecord>;
  }
  if (isFormat(format)) return format;
  throw new HookError(
    "format",
    "format is no stream format. Set it to the result of sse(), jsonLines(), text() or another factory (call it: with parentheses).",
  );
}
