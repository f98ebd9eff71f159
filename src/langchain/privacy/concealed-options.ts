import { SECRET_SETTINGS } from "../../streaming/settings/setting-table.js";
import { isSecretName } from "../../streaming/redaction/secret-name.js";
import { holdsSecret, isHeadersName } from "./secret-names.js";
import { withoutSecrets } from "./without-secrets.js";

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
    if (name === "tools" && Array.isArray(value)) return value.map(concealTool);
    if (LANGCHAIN_KEYS.has(name)) return value;
    const isSecret = isSecretName(name) || isHeadersName(name) || holdsSecret(value);
    return isSecret ? new Concealed(value, withoutSecrets({ [name]: value })[name]) : value;
  });
}

/** A tool that the server runs may hold a credential for another server; who reads the list finds the others. */
function concealTool(tool: unknown): unknown {
  return holdsSecret(tool) ? new Concealed(tool, withoutSecrets({ tool }).tool) : tool;
}

/** The same where LangChain has parted them from the configuration of the run. */
export function concealed<Config, Options extends object>([config, options]: [Config, Options]): [
  Config,
  Options,
] {
  return [config, conceal(options)];
}

/** Call options as the caller gave them. */
export function reveal<Options extends object>(options: Options): Options {
  return mapOptions(options, (name, value) => {
    const isTools = name === "tools" && Array.isArray(value);
    return isTools ? value.map((tool) => Concealed.valueOf(tool)) : Concealed.valueOf(value);
  });
}

function mapOptions<Options extends object>(
  options: Options,
  map: (name: string, value: unknown) => unknown,
): Options {
  // LangChain takes `withConfig(undefined)`.
  const given = { ...options };
  const mapped = Object.entries(given).map(([name, value]) => [name, map(name, value)] as const);
  return { ...given, ...Object.fromEntries(mapped) };
}
