import { concatBytes, toBase64, utf8Bytes, utf8Text } from "#runtime";

/** The content of a `data:` URL. */
export interface UrlData {
  /** The media type with its parameters; `undefined` where the URL has none. */
  readonly mimeType: string | undefined;
  /** The bytes in base64. */
  readonly base64: string;
}

/**
 * Reads a `data:` URL, also one that is not in base64.
 *
 * @returns `undefined` for any other URL.
 * @see https://www.rfc-editor.org/rfc/rfc2397
 */
export function parseDataUrl(url: string): UrlData | undefined {
  const comma = url.indexOf(",");
  if (comma < 0 || !/^data:/i.test(url)) return undefined;
  const head = url.slice("data:".length, comma);
  const body = url.slice(comma + 1);
  const mimeType = head.replace(/; *base64 *$/i, "");
  const base64 = mimeType === head ? toBase64(unescaped(body)) : unescapedBase64(body);
  return { mimeType: mimeType || undefined, base64 };
}

/** Base64 that was made fit for a URL has "%2B" and "%3D". */
function unescapedBase64(text: string): string {
  return text.includes("%") ? utf8Text(unescaped(text)) : text;
}

/** The bytes of a text in which some are percent-encoded. */
function unescaped(text: string): Uint8Array {
  const parts = text.split(/%([0-9a-f]{2})/i);
  // Every second one is the code of a byte.
  const bytes = parts.map((part, index) => (index % 2 === 0 ? utf8Bytes(part) : byteOf(part)));
  return concatBytes(bytes);
}

function byteOf(hexadecimal: string): Uint8Array {
  return Uint8Array.of(Number.parseInt(hexadecimal, 16));
}
