import { definedFields } from "../../formats/fields.js";
import type { Transport } from "../../transport/transport.js";
import { atLeast, checkObject, ofType, oneOf, wrong } from "./setting-checks.js";
import { CONNECTION_SETTINGS, SETTINGS, type SettingFacts } from "./setting-table.js";
import type { Limits, RequestSettings, ResolvedSettings } from "./settings.js";

const DEFAULT_TIMEOUTS = {
  connect: 10_000,
  headers: 600_000,
  firstChunk: 600_000,
  token: 600_000,
  idle: 300_000,
  total: Infinity,
} as const;

const MIB = 1024 * 1024;

const DEFAULT_LIMITS = {
  maxRecordBytes: 64 * MIB,
  maxResponseBytes: 1024 * MIB,
  maxErrorBodyBytes: 64 * 1024,
} as const;

const TIMEOUTS: readonly string[] = /* @__PURE__ */ Object.keys(DEFAULT_TIMEOUTS);
const LIMITS: readonly string[] = /* @__PURE__ */ Object.keys(DEFAULT_LIMITS).concat(
  "maxHeaderBytes" satisfies keyof Limits,
);

const END_OF_STREAM = ["required", "optional"] as const;
const REDIRECT = ["same-origin", "error", "follow"] as const;

/**
 * Puts the settings of a call over those of the constructor, and both over the defaults.
 *
 * @throws HookError when a setting has a value that it cannot have.
 */
export function resolveSettings(
  constructed: RequestSettings,
  called: RequestSettings,
): ResolvedSettings {
  const pick = <Name extends keyof RequestSettings>(name: Name): Picked<Name> => {
    const { initial, type }: SettingFacts = SETTINGS[name];
    return ofType(type, name, called[name] ?? constructed[name] ?? initial) as Picked<Name>;
  };
  for (const { timeouts, limits, tls } of [constructed, called]) {
    checkObject("timeouts", timeouts, TIMEOUTS);
    checkObject("limits", limits, LIMITS);
    // Node knows more of it than the type, and more with every version.
    checkObject("tls", tls);
  }
  const headerBytes = called.limits?.maxHeaderBytes ?? constructed.limits?.maxHeaderBytes;
  const maxHeaderBytes =
    headerBytes === undefined ? undefined : atLeast(1, "limits.maxHeaderBytes", headerBytes);
  const timeouts = overlay(
    "timeouts",
    DEFAULT_TIMEOUTS,
    constructed.timeouts,
    called.timeouts,
    (ms) => (ms === 0 ? Infinity : ms),
  );
  return {
    timeouts,
    limits: overlay<keyof typeof DEFAULT_LIMITS>(
      "limits",
      DEFAULT_LIMITS,
      constructed.limits,
      called.limits,
    ),
    transport: transportIn(pick("transport")),
    connection: {
      connectTimeoutMs: timeouts.connect,
      headersTimeoutMs: timeouts.headers,
      ...definedFields({ maxHeaderBytes, ...forTransport(pick) }),
    },
    endOfStream: oneOf("endOfStream", END_OF_STREAM, pick("endOfStream")),
    endGraceMs: atLeast(0, "endGraceMs", pick("endGraceMs")),
    enforceStop: pick("enforceStop"),
    streaming: pick("streaming"),
    redirect: oneOf("redirect", REDIRECT, pick("redirect")),
    maxRetries: atLeast(0, "maxRetries", pick("maxRetries")),
    rateLimitGate: pick("rateLimitGate"),
  };
}

/** The value of a setting, which has one where the table has a default. */
type Picked<Name extends keyof RequestSettings> = (typeof SETTINGS)[Name] extends {
  initial: unknown;
}
  ? NonNullable<RequestSettings[Name]>
  : RequestSettings[Name];

type ConnectionSettings = Pick<
  RequestSettings,
  "dispatcher" | "proxy" | "tls" | "socketPath" | "allowH2"
>;

function forTransport(pick: (name: keyof RequestSettings) => unknown): ConnectionSettings {
  const entries = [...CONNECTION_SETTINGS].map((name) => [name, pick(name)] as const);
  const settings: ConnectionSettings = Object.fromEntries(entries);
  const { dispatcher } = settings;
  if (dispatcher === undefined || typeof dispatcher.dispatch === "function") return settings;
  throw wrong("dispatcher", "must be a Dispatcher of undici, such as new Agent().");
}

function transportIn(value: unknown): Transport | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof (value as Partial<Transport>).open === "function") return value as Transport;
  throw wrong(
    "transport",
    "must be a transport, such as fetchTransport() (call it: with parentheses).",
  );
}

function overlay<Key extends string>(
  group: string,
  defaults: Readonly<globalThis.Record<Key, number>>,
  constructed: Partial<globalThis.Record<Key, number | undefined>> | undefined,
  called: Partial<globalThis.Record<Key, number | undefined>> | undefined,
  normalise: (value: number) => number = (value) => value,
): globalThis.Record<Key, number> {
  const keys = Object.keys(defaults) as Key[];
  const entries = keys.map((key) => {
    const value = atLeast(
      0,
      `${group}.${key}`,
      called?.[key] ?? constructed?.[key] ?? defaults[key],
    );
    return [key, normalise(value)] as const;
  });
  return Object.fromEntries(entries) as globalThis.Record<Key, number>;
}
