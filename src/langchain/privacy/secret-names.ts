import { isSecretName } from "../../streaming/redaction/secret-name.js";

/** Nothing that is nested deeper was meant as an option. */
const DEEPEST = 200;

/** Says that a field of this name holds request headers, any of which may be a credential: `defaultHeaders`. */
export function isHeadersName(name: string): boolean {
  return /headers$/i.test(name);
}

/**
 * Says that a value holds a credential somewhere: a text under a secret's name, headers, or a URL with a user.
 * A schema with a property of a secret's name, an object, does not.
 */
export function holdsSecret(value: unknown, depth = 0): boolean {
  if (depth > DEEPEST) return true;
  if (typeof value === "string") return /^[a-z][a-z\d+.-]*:\/\/[^/?#\s]*@/i.test(value);
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => holdsSecret(item, depth + 1));
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.entries(value).some(
    ([name, field]) =>
      (typeof field === "string" && isSecretName(name)) ||
      (typeof field === "object" && field !== null && isHeadersName(name)) ||
      holdsSecret(field, depth + 1),
  );
}
