/**
 * What a request may have held that is nobody's business, and its removal from what a server says: many
 * quote the request they refuse. What is quoted in part, or in another encoding, is not recognised.
 */

/** Request headers whose values are no secrets; ids come back on purpose. */
const OPEN_HEADERS: ReadonlySet<string> = new Set([
  "accept",
  "content-type",
  "user-agent",
  "x-request-id",
  "request-id",
  "x-correlation-id",
  "traceparent",
]);
/** Shorter values are no credentials, and would redact half of a text. */
const SHORTEST_SECRET = 6;
/** Shorter texts of a prompt say little, and may be words of any message. */
const SHORTEST_PROMPT = 12;

/**
 * What a request may have held that is nobody's business: header values (with and without their scheme),
 * Basic passwords, query values, and what was asked.
 */
export function secretsOf(
  headers: Readonly<Record<string, string>>,
  url: URL | undefined,
  asked: readonly string[],
): string[] {
  const values = Object.entries(headers)
    .filter(([name]) => !OPEN_HEADERS.has(name))
    .flatMap(([, value]) => [value, ...value.split(" "), ...basicSecrets(value)]);
  return [...values, ...queryValues(url)]
    .filter((value) => value.length >= SHORTEST_SECRET)
    .concat(asked.flatMap(asQuoted))
    .sort((a, b) => b.length - a.length);
}

/** The texts of a request body: what reads like language, not names of models and the like. */
export function textsIn(body: unknown): string[] {
  return typeof body === "string" ? languageIn(jsonIn(body)) : [];
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function languageIn(value: unknown): string[] {
  if (typeof value === "string") {
    return value.length >= SHORTEST_PROMPT && /\s/.test(value.trim()) ? [value] : [];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(languageIn);
}

/** As it is, without the white space around it, and as both stand in JSON. */
function asQuoted(text: string): string[] {
  const texts = [text, text.trim()].filter((some) => some.length >= SHORTEST_PROMPT);
  return texts.flatMap((some) => [some, JSON.stringify(some).slice(1, -1)]);
}

/** The password of Basic credentials, or the user where that is all there is. */
function basicSecrets(header: string): string[] {
  const encoded = /^basic +(\S+)$/i.exec(header)?.[1];
  if (encoded === undefined) return [];
  const text = Buffer.from(encoded, "base64").toString();
  const colon = text.indexOf(":");
  return [text, text.slice(colon + 1) || text.slice(0, colon)];
}

/** Decoded, and as they stand in the URL. */
function queryValues(url: URL | undefined): string[] {
  if (url === undefined) return [];
  const asWritten = url.search.slice(1).split("&");
  return [
    ...url.searchParams.values(),
    ...asWritten.map((pair) => pair.slice(pair.indexOf("=") + 1)),
  ];
}

const LONGEST_CHAIN = 5;

/** What of an error a provider may have written. */
const REDACTED_FIELDS = ["message", "providerCode", "providerType"];

/** Redacts what an error and its causes say, in place. */
export function redactChain(error: Error, secrets: readonly string[]): void {
  let link: unknown = error;
  for (let depth = 0; link instanceof Error && depth < LONGEST_CHAIN; depth++) {
    for (const field of REDACTED_FIELDS) redactField(link, field, secrets);
    link = link.cause;
  }
}

function redactField(error: Error, field: string, secrets: readonly string[]): void {
  const text: unknown = Reflect.get(error, field);
  if (typeof text !== "string") return;
  const value = redact(text, secrets);
  if (value !== text) Reflect.defineProperty(error, field, { value });
}

/** Replaces every secret that a server echoed. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, "[redacted]"), text);
}
