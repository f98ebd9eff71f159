/** Names that credentials go by: `apiKey`, `access_token`, `passwords`; not `maxTokens` or `tokenizer`. */
const SECRET_NAME =
  /(((^|(api|access|private|secret|auth|license|subscription|functions)[-_]?)key|(^|(api|access|auth|refresh|bearer)[-_]?)token|secret|passw(or)?d|passphrase|credential|cookie)s?|token|authorization|bearer|jwt|connection[-_]?string|^auth|^pat|signature)$/i;

/** Says that a field of this name holds a credential. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}
