import { sha256 } from "#runtime";
import { SECRET_SETTINGS, TRAVEL_SETTINGS } from "../../streaming/setting-table.js";
import type { RequestSettings } from "../../streaming/settings.js";
import { isSecretName } from "../../streaming/redaction/secret-name.js";
import { holdsSecret, isHeadersName } from "./secret-names.js";
import { identifyingFields, withoutSecrets } from "./serialize-model.js";

/** Options that LangChain reads itself: they have to stay what they are, and are no place for a credential. */
const LANGCHAIN_KEYS: ReadonlySet<string> = new Set([
  "callbacks",
  "tags",
  "metadata",
  "configurable",
  "runName",
  "runId",
  "signal",
  "store",
  "stop",
  "tools",
  "tool_choice",
  "response_format",
  "ls_structured_output_format",
]);

/**
 * Carries a value through LangChain, which copies call options into traces and cache keys. JSON sees what is
 * not secret of it, `util.inspect` an empty object; only {@link reveal} sees the value.
 */
class Concealed {
  readonly #value: unknown;
  readonly #shown: unknown;

  constructor(value: unknown, shown: unknown) {
    this.#value = value;
    this.#shown = shown;
  }

  static valueOf(carrier: unknown): unknown {
    return carrier instanceof Concealed ? carrier.#value : carrier;
  }

  toJSON(): unknown {
    return this.#shown;
  }
}

/** Call options as they may enter traces: settings that travel concealed, and credentials among an author's own. */
export function conceal<Options extends object>(options: Options): Options {
  return mapOptions(options, (name, value) => {
    if (value === undefined || value instanceof Concealed) return value;
    if (SECRET_SETTINGS.has(name)) return new Concealed(value, {});
    if (LANGCHAIN_KEYS.has(name)) return value;
    const isSecret = isSecretName(name) || isHeadersName(name) || holdsSecret(value);
    return isSecret ? new Concealed(value, withoutSecrets({ [name]: value })[name]) : value;
  });
}

/** The same where LangChain has parted them from the configuration of the run. */
export function concealed<Config, Options extends object>([config, options]: [Config, Options]): [
  Config,
  Options,
] {
  return [config, conceal(options)];
}

/** Call options as the caller gave them. */
export function reveal<Options extends RequestSettings>(options: Options): Options {
  return mapOptions(options, (_, value) => Concealed.valueOf(value));
}

function mapOptions<Options extends object>(
  options: Options,
  map: (name: string, value: unknown) => unknown,
): Options {
  const mapped = Object.entries(options).map(([name, value]) => [name, map(name, value)] as const);
  return { ...options, ...Object.fromEntries(mapped) };
}

/**
 * Call options as they count for a cache key: what changes the answer, not how it travels. The endpoint's
 * query may name the model, and may be a credential; an author's own credential may decide what the server
 * lets one see; and so may any field that an author's class has beside its constructor's. All count as a digest.
 */
export function cacheKeyOptions(
  model: { readonly endpoint: string | URL },
  options: object,
): Record<string, unknown> {
  const counted = Object.entries(conceal(options))
    .filter(([name]) => name !== "signal" && !TRAVEL_SETTINGS.has(name))
    .map(([name, value]: [string, unknown]) => [
      name,
      value instanceof Concealed ? sha256(textOf(Concealed.valueOf(value))) : value,
    ]);
  return {
    ...(Object.fromEntries(counted) as Record<string, unknown>),
    endpoint_query: queryDigest(model),
    fields: sha256(JSON.stringify(identifyingFields({ ...model, endpoint: undefined }))),
  };
}

/** Functions, among others, have no JSON. */
function textOf(value: unknown): string {
  const text = JSON.stringify(value instanceof Headers ? [...value] : value) as string | undefined;
  return text ?? "";
}

function queryDigest(model: { readonly endpoint: string | URL }): string | undefined {
  try {
    const { search } = new URL(model.endpoint);
    return search === "" ? undefined : sha256(search);
  } catch {
    // A getter may need what only a call has; a wrong URL is reported by the call.
    return undefined;
  }
}
