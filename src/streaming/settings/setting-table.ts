import { chooseFields } from "../../formats/fields.js";
import type { RequestSettings } from "./settings.js";

/** The properties of one setting. */
export interface SettingFacts<Value = unknown> {
  /** `connection`: handed to the transport as it is; `call`: of the call itself. */
  readonly scope: "connection" | "call";
  /** May hold credentials, or has no plain form: never serialised, and concealed in traces. */
  readonly isSecret: boolean;
  /** Another value may give another answer: it counts in cache keys, and tells models apart. */
  readonly identifies: boolean;
  /** The type of its value, where a value of another type would be taken for something without a word. */
  readonly type?: "boolean" | "string";
  /** Its default; settings made of several values have theirs in resolve-settings.ts. */
  readonly initial?: Value;
}

/**
 * All settings of a request, once: what is concealed, what counts in a cache key, what a model is described by,
 * what the constructors keep from LangChain and what the transport is given are derived from this table.
 */
export const SETTINGS = {
  timeouts: { scope: "call", isSecret: false, identifies: false },
  limits: { scope: "call", isSecret: false, identifies: false },
  headers: { scope: "call", isSecret: true, identifies: false },
  transport: { scope: "call", isSecret: true, identifies: false },
  dispatcher: { scope: "connection", isSecret: true, identifies: false },
  proxy: { scope: "connection", isSecret: true, identifies: false },
  tls: { scope: "connection", isSecret: true, identifies: false },
  socketPath: { scope: "connection", isSecret: false, identifies: false, type: "string" },
  allowH2: { scope: "connection", isSecret: false, identifies: false, type: "boolean" },
  endOfStream: { scope: "call", isSecret: false, identifies: true },
  endGraceMs: { scope: "call", isSecret: false, identifies: false, initial: 2_000 },
  enforceStop: { scope: "call", isSecret: false, identifies: true, type: "boolean", initial: true },
  streaming: { scope: "call", isSecret: false, identifies: true, type: "boolean", initial: true },
  redirect: { scope: "call", isSecret: false, identifies: false, initial: "same-origin" },
  maxRetries: { scope: "call", isSecret: false, identifies: false, initial: 2 },
  rateLimitGate: {
    scope: "call",
    isSecret: false,
    identifies: false,
    type: "boolean",
    initial: true,
  },
} as const satisfies {
  readonly [Name in keyof RequestSettings]-?: SettingFacts<RequestSettings[Name]>;
};

const ROWS = /* @__PURE__ */ Object.entries(SETTINGS) as [keyof typeof SETTINGS, SettingFacts][];

function namesOf(has: (facts: SettingFacts) => boolean): ReadonlySet<keyof RequestSettings> {
  return new Set(ROWS.filter(([, facts]) => has(facts)).map(([name]) => name));
}

/** The settings that may hold credentials, or that no trace can show. */
export const SECRET_SETTINGS: ReadonlySet<string> = /* @__PURE__ */ namesOf(
  ({ isSecret }) => isSecret,
);

/** The settings of how a request travels, which change no answer. */
export const TRAVEL_SETTINGS: ReadonlySet<string> = /* @__PURE__ */ namesOf(
  ({ identifies }) => !identifies,
);

/**
 * The settings that an author may write as fields of the class by mistake, where nothing reads them: `headers` is a
 * hook there, and `streaming` a field of LangChain's own models.
 */
export const MISPLACED_SETTINGS: readonly (keyof RequestSettings)[] = /* @__PURE__ */ ROWS.map(
  ([name]) => name,
).filter((name) => name !== "headers" && name !== "streaming");

/** The settings that a transport is given. */
export const CONNECTION_SETTINGS: ReadonlySet<keyof RequestSettings> = /* @__PURE__ */ namesOf(
  ({ scope }) => scope === "connection",
);

/** Constructor fields as LangChain may keep and serialise them. */
export function withoutSecretSettings<Fields extends object>(fields: Fields): Fields {
  return chooseFields(fields, (name) => !SECRET_SETTINGS.has(name)) as Fields;
}
