import type { ConnectionOptions, DispatcherLike, TlsOptions } from "../transport/connection.js";
import type { Transport } from "../transport/transport.js";
import { unknownField } from "./request/check-fields.js";
import { CONNECTION_SETTINGS, SETTINGS, type SettingFacts } from "./setting-table.js";

/**
 * The six timeouts of a call, in ms. `0` or `Infinity` turns one off. The time for which the thread was blocked
 * counts for `total` alone.
 */
export interface Timeouts {
  /** Until the connection stands. Default 10 000: a host that answers at all answers by then. */
  connect?: number | undefined;
  /** From the request to the response's headers. Default 600 000: servers load models before they answer. */
  headers?: number | undefined;
  /** From the start of an attempt to its first token; keep-alives do not count. Default 600 000, for long prompts. */
  firstChunk?: number | undefined;
  /**
   * The longest silence of content within an answer, while the reader waits. Keep-alives, empty records, token
   * counts, ids and names are silence. Default 600 000: no model thinks longer between two tokens that it shows.
   */
  token?: number | undefined;
  /** Between two reads of bytes, keep-alives included. Default 300 000: reasoning models fall silent for minutes. */
  idle?: number | undefined;
  /** For the whole call, retries and a slow reader included. Off by default: a long answer is not a fault. */
  total?: number | undefined;
}

/** Bounds on what a server can make us hold, in bytes. */
export interface Limits {
  /** One record. Default 64 MiB: an image in base64 is one record. */
  maxRecordBytes?: number | undefined;
  /** One response, after decompression. Default 1 GiB: a million tokens in verbose JSON are some 300 MB. */
  maxResponseBytes?: number | undefined;
  /** The part of an error's body that is read. Default 64 KiB: more is no error message. */
  maxErrorBodyBytes?: number | undefined;
  /** The response's headers. Default: Node's own, 16 KiB. */
  maxHeaderBytes?: number | undefined;
}

/** Headers an author or a caller adds: `null` and `undefined` remove a header that an earlier source set. */
export type HeaderSource = Record<string, string | null | undefined> | Headers;

/** Settings for every call (constructor) and for one call (call options, which win). */
export interface RequestSettings {
  /** The six timeouts, each its own phase. Those not named keep their defaults. */
  timeouts?: Timeouts | undefined;
  /** Bounds on what a server can make us hold. Those not named keep their defaults. */
  limits?: Limits | undefined;
  /**
   * Extra request headers, below the `headers()` hook in the constructor and above it in call options. Never serialised
   * or traced.
   */
  headers?: HeaderSource | undefined;
  /** The transport of the requests. Default: `undiciTransport()` on Node, `fetchTransport()` on the web. */
  transport?: Transport | undefined;
  /** Any undici Dispatcher (6, 7 or 8), for pools, mocks or interceptors. The asynchronous path only. */
  dispatcher?: DispatcherLike | undefined;
  /** `"env"` reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY; a URL names a proxy; `false` (the default) uses none. */
  proxy?: "env" | (string & {}) | URL | false | undefined;
  /** Custom certificate authorities and client certificates. Certificates are verified by default. */
  tls?: TlsOptions | undefined;
  /** Connect to this Unix socket in place of the endpoint's host. */
  socketPath?: string | undefined;
  /** Use HTTP/2 where the server offers it. Default `false`. */
  allowH2?: boolean | undefined;
  /**
   * Demands that the provider announces the end (`done`, `finishReason`, `[DONE]`). By default it has to
   * once a delta said `done: false` or `finishReason: null`; a body that breaks off is an error in any case.
   */
  endOfStream?: "required" | "optional" | undefined;
  /**
   * The time to read on after the provider has said that the answer is complete, in ms: for the token counts
   * that some send last. Counted from the last record that said something, keep-alives do not count; then the
   * answer ends, though the server may leave the connection open. Default 2 000.
   */
  endGraceMs?: number | undefined;
  /** Enforces `stop` here too, where `false` only sends it to the server. Default `true`. */
  enforceStop?: boolean | undefined;
  /**
   * `false`: the server answers in one piece, read by `parseResponse`. Default `true`. Hooks find it in their options.
   */
  streaming?: boolean | undefined;
  /**
   * `"same-origin"` (default) follows redirects within the origin; `"error"` follows none; `"follow"` goes to
   * other origins too, but there as a bare GET, without the headers and the body of the request.
   */
  redirect?: "same-origin" | "error" | "follow" | undefined;
  /** The number of times that a failed request is tried again before its first token. Default 2. */
  maxRetries?: number | undefined;
  /**
   * Lets the calls of this model (and of its bindings) share what a server says about its limits. A 429, or
   * a 503 with `Retry-After`, holds all of them back as long as it asks (up to a minute), lowers the number in
   * flight by one, and every 20 answers raise it again; refusals while others are answered do not count
   * under `maxRetries`. Nothing changes before the first. `false`: each call waits for itself. Default `true`.
   */
  rateLimitGate?: boolean | undefined;
}

/** Settings with every default filled in. */
export interface ResolvedSettings {
  readonly timeouts: Readonly<globalThis.Record<keyof Timeouts, number>>;
  readonly limits: Readonly<globalThis.Record<keyof typeof DEFAULT_LIMITS, number>>;
  /** `undefined`: that of the platform. */
  readonly transport: Transport | undefined;
  readonly connection: ConnectionOptions;
  readonly endOfStream: RequestSettings["endOfStream"];
  readonly endGraceMs: number;
  readonly enforceStop: boolean;
  readonly streaming: boolean;
  readonly redirect: "same-origin" | "error" | "follow";
  readonly maxRetries: number;
  readonly rateLimitGate: boolean;
}

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
  if (maxHeaderBytes !== undefined) atLeastZero("maxHeaderBytes", maxHeaderBytes);
  const timeouts = overlay(DEFAULT_TIMEOUTS, constructed.timeouts, called.timeouts, (ms) =>
    ms === 0 ? Infinity : ms,
  );
  return {
    timeouts,
    limits: overlay<keyof typeof DEFAULT_LIMITS>(DEFAULT_LIMITS, constructed.limits, called.limits),
    transport: transportIn(pick("transport")),
    connection: {
      connectTimeoutMs: timeouts.connect,
      headersTimeoutMs: timeouts.headers,
      ...present({ maxHeaderBytes, ...forTransport(pick) }),
    },
    endOfStream: oneOf("endOfStream", END_OF_STREAM, pick("endOfStream")),
    endGraceMs: atLeastZero("endGraceMs", pick("endGraceMs")),
    enforceStop: trueOrFalse("enforceStop", pick("enforceStop")),
    streaming: trueOrFalse("streaming", pick("streaming")),
    redirect: oneOf("redirect", REDIRECT, pick("redirect")),
    maxRetries: atLeastZero("maxRetries", pick("maxRetries")),
    rateLimitGate: trueOrFalse("rateLimitGate", pick("rateLimitGate")),
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

function overlay<Key extends string>(
  defaults: Readonly<globalThis.Record<Key, number>>,
  constructed: Partial<globalThis.Record<Key, number | undefined>> | undefined,
  called: Partial<globalThis.Record<Key, number | undefined>> | undefined,
  normalise: (value: number) => number = (value) => value,
): globalThis.Record<Key, number> {
  const keys = Object.keys(defaults) as Key[];
  const entries = keys.map((key) => {
    const value = atLeastZero(key, called?.[key] ?? constructed?.[key] ?? defaults[key]);
    return [key, normalise(value)] as const;
  });
  return Object.fromEntries(entries) as globalThis.Record<Key, number>;
}

function atLeastZero(name: string, value: unknown): number {
  if (typeof value === "number" && value >= 0) return value;
  throw new RangeError(`${name} must be a number of at least 0, not ${String(value)}.`);
}

/** The text `"false"`, as the environment has it, would count as true. */
function trueOrFalse(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new RangeError(`${name} must be true or false, not ${JSON.stringify(value)}.`);
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
  if (unknown !== undefined) throw new RangeError(`${name} has ${unknown}.`);
}

type Present<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function present<T extends object>(values: T): Present<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Present<T>;
}
