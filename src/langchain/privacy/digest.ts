import { nativeSha256 } from "#runtime";
import { sha256 } from "@langchain/core/utils/hash";

/** The SHA-256 digest of a text, in hexadecimal: the platform's, or where that has none at hand, LangChain's. */
export function digestOf(text: string): string {
  const hash = nativeSha256 ?? (sha256 as NonNullable<typeof nativeSha256>);
  return hash(text);
}
