/** What a `data:` URL holds. */
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
  return { mimeType: mimeType || undefined, base64: isBase64 ? body : toBase64(body) };
}

/** Percent-encoded bytes in base64. */
function toBase64(text: string): string {
  const bytes = Buffer.from(text).toString("latin1");
  const unescaped = bytes.replace(/%([0-9a-f]{2})/gi, (_, code: string) => {
    return String.fromCharCode(Number.parseInt(code, 16));
  });
  return Buffer.from(unescaped, "latin1").toString("base64");
}
