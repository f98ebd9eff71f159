import { concatBytes, toBase64, utf8Bytes } from "#runtime";

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
  const isBase64 = mimeType !== head;
  return { mimeType: mimeType || undefined, base64: isBase64 ? body : escapedToBase64(body) };
}

/** Percent-encoded bytes in base64. */
function escapedToBase64(text: string): string {
  const parts = text.split(/%([0-9a-f]{2})/i);
  // Every second one is the code of a byte.
  const bytes = parts.map((part, index) => (index % 2 === 0 ? utf8Bytes(part) : byteOf(part)));
  return toBase64(concatBytes(bytes));
}

function byteOf(hexadecimal: string): Uint8Array {
  return Uint8Array.of(Number.parseInt(hexadecimal, 16));
}
