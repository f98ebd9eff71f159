/** Names that credentials go by: `apiKey`, `access_token`, `passwords`; not `maxTokens` or `tokenizer`. */
const SECRET_NAME =
  /(?:(?:(?:api|access|private|secret|auth|license|subscription)[-_]?key|^key|^token|(?:api|access|auth|refresh|bearer)[-_]?token|secret|passw(?:or)?d|passphrase|credential|cookie)s?|token|authorization|bearer|jwt|connection[-_]?string|^auth|^pat|signature)$/i;

/** Whether a field of this name holds a credential. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Whether a field of this name holds request headers, any of which may be a credential: `defaultHeaders`. */
export function isHeadersName(name: string): boolean {
  return /headers$/i.test(name);
}

/**
 * Whether a value holds a credential somewhere: a text under a secret's name, headers, or a URL with a user.
 * A schema with a property of a secret's name, an object, does not.
 */
export function holdsSecret(value: unknown): boolean {
  if (typeof value === "string") return /^[a-z][a-z\d+.-]*:\/\/[^/?#\s]*@/i.test(value);
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsSecret);
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.entries(value).some(
    ([name, field]) =>
      (typeof field === "string" && isSecretName(name)) ||
      (typeof field === "object" && field !== null && isHeadersName(name)) ||
      holdsSecret(field),
  );
}
