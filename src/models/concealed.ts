import { createHash } from "node:crypto";
import type { RequestSettings } from "../streaming/settings.js";

/** The settings of a call that may hold credentials, or that no trace can show. */
const CONCEALED_KEYS = ["headers", "dispatcher", "proxy", "tls"] as const;

/**
 * Carries a value through LangChain, which copies call options into traces and cache keys. JSON and
 * `util.inspect` see an empty object; only {@link reveal} sees the value.
 */
class Concealed {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  static valueOf(carrier: unknown): unknown {
    return carrier instanceof Concealed ? carrier.#value : carrier;
  }
}

/** Call options as they may enter traces. */
export function conceal<Options extends object>(options: Options): Options {
  return mapConcealed(options, (value) =>
    value instanceof Concealed ? value : new Concealed(value),
  );
}

/** Call options as the caller gave them. */
export function reveal<Options extends RequestSettings>(options: Options): Options {
  return mapConcealed(options, (value) => Concealed.valueOf(value));
}

function mapConcealed<Options extends object>(
  options: Options,
  map: (value: unknown) => unknown,
): Options {
  const present = CONCEALED_KEYS.filter((key) => Reflect.get(options, key) !== undefined);
  const mapped = present.map((key) => [key, map(Reflect.get(options, key))] as const);
  return { ...options, ...Object.fromEntries(mapped) };
}

/**
 * Call options as they count for a cache key: what changes the answer, not how it travels. The endpoint's
 * query may name the model, and may be a credential: it counts as a digest.
 */
export function cacheKeyOptions(
  model: { readonly endpoint: string | URL },
  options: object,
): Record<string, unknown> {
  const {
    signal,
    timeouts,
    limits,
    headers,
    dispatcher,
    proxy,
    tls,
    socketPath,
    allowH2,
    endGraceMs,
    redirect,
    maxRetries,
    rateLimitGate,
    ...rest
  } = options as Record<string, unknown>;
  return { ...rest, endpoint_query: queryDigest(model) };
}

function queryDigest(model: { readonly endpoint: string | URL }): string | undefined {
  try {
    const { search } = new URL(model.endpoint);
    return search === "" ? undefined : createHash("sha256").update(search).digest("base64url");
  } catch {
    // A getter may need what only a call has; a wrong URL is reported by the call.
    return undefined;
  }
}
