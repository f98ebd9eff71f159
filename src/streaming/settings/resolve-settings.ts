import type { Transport } from "../../transport/transport.js";
import { unknownField } from "../hooks/check-fields.js";
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
const LIMITS: readonly string[] = /* @__PURE__ */ [
  ...Object.keys(DEFAULT_LIMITS),
  "maxHeaderBytes" satisfies keyof Limits,
];

const END_OF_STREAM = ["required", "optional"] as const;
const REDIRECT = ["same-origin", "error", "follow"] as const;

/**
 * Puts the settings of a call over those of the constructor, and both over the defaults.
 *
 * @throws RangeError when a setting has a value that it cannot have.
 */
export function resolveSettings(
  constructed: RequestSettings,
  called: RequestSettings,
): ResolvedSettings {
  const pick = <Name extends keyof RequestSettings>(name: Name): Picked<Name> => {
    const { initial }: SettingFacts = SETTINGS[name];
    return (called[name] ?? constructed[name] ?? initial) as Picked<Name>;
  };
  for (const { timeouts, limits, tls } of [constructed, called]) {
    checkObject("timeouts", timeouts, TIMEOUTS);
    checkObject("limits", limits, LIMITS);
    // Node knows more of it than the type, and more with every version.
    checkObject("tls", tls);
  }
  const maxHeaderBytes = called.limits?.maxHeaderBytes ?? constructed.limits?.maxHeaderBytes;
  if (maxHeaderBytes !== undefined) atLeastZero("limits.maxHeaderBytes", maxHeaderBytes, "bytes");
  const timeouts = overlay(
    { name: "timeouts", unit: "ms", defaults: DEFAULT_TIMEOUTS },
    [called.timeouts, constructed.timeouts],
    (ms) => (ms === 0 ? Infinity : ms),
  );
  return {
    timeouts,
    limits: overlay<keyof typeof DEFAULT_LIMITS>(
      { name: "limits", unit: "bytes", defaults: DEFAULT_LIMITS },
      [called.limits, constructed.limits],
    ),
    transport: transportIn(pick("transport")),
    connection: {
      connectTimeoutMs: timeouts.connect,
      headersTimeoutMs: timeouts.headers,
      ...present({ maxHeaderBytes, ...forTransport(pick) }),
    },
    endOfStream: oneOf("endOfStream", END_OF_STREAM, pick("endOfStream")),
    endGraceMs: atLeastZero("endGraceMs", pick("endGraceMs"), "ms"),
    enforceStop: pick("enforceStop"),
    streaming: pick("streaming"),
    redirect: oneOf("redirect", REDIRECT, pick("redirect")),
    maxRetries: atLeastZero("maxRetries", pick("maxRetries")),
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
  return Object.fromEntries(entries);
}

function transportIn(value: unknown): Transport | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof (value as Partial<Transport>).open === "function") return value as Transport;
  throw new RangeError(
    "transport must be a transport, such as fetchTransport() (call it: with parentheses).",
  );
}

/** A group of settings that are numbers. */
interface NumberGroup<Key extends string> {
  readonly name: string;
  readonly unit: string;
  readonly defaults: Readonly<globalThis.Record<Key, number>>;
}

/** @param given the group as the call and as the constructor has it. */
function overlay<Key extends string>(
  { name, unit, defaults }: NumberGroup<Key>,
  [called, constructed]: readonly (
    Partial<globalThis.Record<Key, number | undefined>> | undefined
  )[],
  normalise: (value: number) => number = (value) => value,
): globalThis.Record<Key, number> {
  const keys = Object.keys(defaults) as Key[];
  const entries = keys.map((key) => {
    const value = called?.[key] ?? constructed?.[key] ?? defaults[key];
    return [key, normalise(atLeastZero(`${name}.${key}`, value, unit))] as const;
  });
  return Object.fromEntries(entries) as globalThis.Record<Key, number>;
}

function atLeastZero(name: string, value: unknown, unit?: string): number {
  if (typeof value === "number" && value >= 0) return value;
  const wanted = unit === undefined ? "a number" : `a number of ${unit}`;
  const given = typeof value === "string" ? JSON.stringify(value) : String(value);
  throw new RangeError(`${name} must be ${wanted}, at least 0, not ${given}.`);
}

/** A misspelt word would be no word at all, and nobody would be told. */
function oneOf<Word extends string, Value extends Word | undefined>(
  name: string,
  words: readonly Word[],
  value: Value,
): Value {
  if (value === undefined || value === null || words.includes(value)) return value;
  throw new RangeError(`${name} must be one of "${words.join('", "')}", not ${value}.`);
}

/** Of a group of settings, all of whose names are known, a misspelt one would be left out without a word. */
function checkObject(name: string, value: unknown, known?: readonly string[]): void {
  if (value === undefined || value === null) return;
  if (typeof value !== "object") {
    throw new RangeError(`${name} must be an object such as { ... }, not a ${typeof value}.`);
  }
  const unknown = known && unknownField(value, known);
  if (unknown === undefined) return;
  throw new RangeError(`${name} has ${unknown}. It knows ${known?.join(", ")}.`);
}

type Present<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function present<T extends object>(values: T): Present<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Present<T>;
}
