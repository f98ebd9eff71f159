/** Names that credentials go by: `apiKey`, `access_token`, `passwords`; not `maxTokens` or `tokenizer`. */
export const SECRET_NAME =
  /(?:(?:(?:api|access|private|secret|auth|license|subscription)[-_]?key|^key|^token|(?:api|access|auth|refresh|bearer)[-_]?token|secret|passw(?:or)?d|passphrase|credential|cookie)s?|token|authorization|bearer|jwt|connection[-_]?string|^auth|^pat|signature)$/i;
