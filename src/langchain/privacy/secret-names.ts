import { isObject } from "../../formats/fields.js";
import { isSecretName } from "../../streaming/redaction/secret-name.js";

/** Nothing that is nested deeper was meant as an option. */
const DEEPEST = 200;

/** Says that a field of this name holds request headers, any of which may be a credential: `defaultHeaders`. */
export function isHeadersName(name: string): boolean {
  return /headers$/i.test(name);
}

/** A URL with a user, or with a query, where keys stand as often. */
const SECRET_URL = /^[a-z][a-z\d+.-]*:\/\/([^/?#\s]*@|[^?#\s]*\?.)/i;

/**
 * Says that a value holds a credential somewhere: a text under a secret's name, headers, or a URL that may.
 * A schema with a property of a secret's name, an object, does not. Of an object of a class its own fields count.
 */
export function holdsSecret(value: unknown, depth = 0): boolean {
  if (depth > DEEPEST) return true;
  if (typeof value === "string") return SECRET_URL.test(value);
  if (!isObject(value)) return false;
  if (value instanceof URL) return SECRET_URL.test(value.href);
  if (Array.isArray(value)) return value.some((item) => holdsSecret(item, depth + 1));
  const isMap = value instanceof Map;
  const isData = isMap || Object.getPrototypeOf(value) === Object.prototype;
  const fields: [unknown, unknown][] = isMap ? [...value] : Object.entries(value);
  return fields.some(
    ([name, field]) =>
      isSecretField(String(name), field) || (isData && holdsSecret(field, depth + 1)),
  );
}

function isSecretField(name: string, value: unknown): boolean {
  if (typeof value === "string") return isSecretName(name);
  return isObject(value) && isHeadersName(name);
}
