/** The fields of a model, or of call options, as plain data that may be shown. */
import { isSecretName } from "../../streaming/redaction/secret-name.js";
import { isHeadersName } from "./secret-names.js";

/** Constructor fields that are LangChain's machinery, or say nothing about the model's answers. */
const MACHINERY: ReadonlySet<string> = new Set([
  "cache",
  "callbacks",
  "callback_manager",
  "callbackManager",
  "verbose",
  "tags",
  "metadata",
  "on_failed_attempt",
  "onFailedAttempt",
]);

/** In place of an object inside itself, as a recursive schema is. */
const CIRCULAR = "[Circular]";
/** In place of what is nested deeper than any field that was meant. */
const TOO_DEEP = "[Too deep]";
const DEEPEST = 200;

/** LangChain's mark for a secret that was taken out. */
interface SerializedSecret {
  lc: 1;
  type: "secret";
  id: [string];
}

/** Says that a field of this name is neither LangChain's machinery nor a credential. */
export function isShown(name: string): boolean {
  return !MACHINERY.has(name) && !isSecretName(name) && !isHeadersName(name);
}

/**
 * Plain data without credentials: each is replaced by LangChain's mark; what has no JSON form is left out.
 *
 * @param path the objects that hold this one.
 */
export function withoutSecrets(
  fields: Record<string, unknown>,
  path: readonly object[] = [],
): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (MACHINERY.has(name)) continue;
    const kept = isSecretName(name)
      ? secretMark(name, value)
      : isHeadersName(name) && typeof value === "object"
        ? headerMarks(value)
        : cleanValue(value, path);
    if (kept !== undefined) clean[name] = kept;
  }
  return clean;
}

/** Any header may be a credential: what is left are their names. */
function headerMarks(headers: object | null): Record<string, unknown> | undefined {
  if (headers === null || Object.getPrototypeOf(headers) !== Object.prototype) return undefined;
  const marks = Object.entries(headers).map(([name, value]) => [name, secretMark(name, value)]);
  return Object.fromEntries(marks) as Record<string, unknown>;
}

function secretMark(name: string, value: unknown): SerializedSecret | undefined {
  if (value === undefined || value === null) return undefined;
  const id = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replaceAll("-", "_");
  return { lc: 1, type: "secret", id: [id.toUpperCase()] };
}

function cleanValue(value: unknown, path: readonly object[]): unknown {
  if (typeof value === "string") return withoutUserinfo(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  if (value instanceof URL) return withoutUserinfo(value.href);
  if (typeof value !== "object") return undefined;
  if (path.includes(value)) return CIRCULAR;
  if (path.length === DEEPEST) return TOO_DEEP;
  const within = [...path, value];
  if (Array.isArray(value)) {
    return value.map((item) => cleanValue(item, within)).filter((item) => item !== undefined);
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return undefined;
  return withoutSecrets(value as Record<string, unknown>, within);
}

/** A URL may hold credentials before its host and in its query. */
function withoutUserinfo(text: string): string {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text) || !URL.canParse(text)) return text;
  const url = new URL(text);
  if (url.username === "" && url.password === "" && url.search === "") return text;
  url.username = "";
  url.password = "";
  url.search = "";
  return url.href;
}
