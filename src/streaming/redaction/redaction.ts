/**
 * What a request may have held that is nobody's business, and its removal from what a server says: many
 * quote the request they refuse. What is quoted in part, or in another encoding, is not recognised.
 */
import { fromBase64, utf8Text } from "#runtime";

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

const REDACTED = "[redacted]";
/** Where a message ends an excerpt. */
const CUT = "…";
/** A record is read no deeper: what is below goes as a whole. */
const DEEPEST_RECORD = 200;

/** What of a call a server may quote. */
export interface SentParts {
  /** The request's headers. */
  readonly headers: Readonly<Record<string, string>>;
  readonly url: URL | undefined;
  /** The texts of the prompt. */
  readonly prompts: readonly string[];
  /** Credentials in the request's body. */
  readonly credentials: readonly string[];
}

/**
 * What a request may have held that is nobody's business, longest first: header values (with and without
 * their scheme), Basic passwords, query values, credentials in the body, and what was asked.
 */
export function secretsOf({ headers, url, prompts, credentials }: SentParts): string[] {
  const values = Object.entries(headers)
    .filter(([name]) => !OPEN_HEADERS.has(name))
    .flatMap(([, value]) => [value, ...value.split(" "), ...basicSecrets(value)]);
  const secrets = [...values, ...queryValues(url), ...credentials.flatMap(asSent)]
    .filter((value) => value.length >= SHORTEST_SECRET)
    .concat(prompts.flatMap(asQuoted));
  return [...new Set(secrets)].sort((a, b) => b.length - a.length);
}

/** As it is, and as it stands in JSON and in a form. A number is a setting. */
function asSent(credential: string): string[] {
  if (/^[\d.]*$/.test(credential)) return [];
  return [...inJson(credential), new URLSearchParams([["", credential]]).toString().slice(1)];
}

/** With and without the white space around it, as it is and as it stands in JSON. */
function asQuoted(text: string): string[] {
  return [text, text.trim()].filter((some) => some.length >= SHORTEST_PROMPT).flatMap(inJson);
}

/** In JSON as well, and in an excerpt of JSON, which a message quotes once more. */
function inJson(text: string): string[] {
  const once = JSON.stringify(text).slice(1, -1);
  return [text, once, JSON.stringify(once).slice(1, -1)];
}

/** The password of Basic credentials, or the user where that is all there is. */
function basicSecrets(header: string): string[] {
  const encoded = /^basic +(\S+)$/i.exec(header)?.[1];
  if (encoded === undefined) return [];
  const text = utf8Text(fromBase64(encoded));
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

/** Redacts what an error and its causes say and hold, in place. */
export function redactChain(error: Error, secrets: readonly string[]): void {
  const name = (text: string): string => redact(text, secrets);
  let link: unknown = error;
  for (let depth = 0; link instanceof Error && depth < LONGEST_CHAIN; depth++) {
    if (link instanceof SyntaxError) changeText(link, "message", withoutSnippet);
    changeText(link, "message", (text) => redactMessage(text, secrets));
    changeText(link, "providerCode", name);
    changeText(link, "providerType", name);
    changeText(link, "body", (text) => redactStart(text, secrets));
    replace(link, "record", redactRecord(Reflect.get(link, "record"), secrets, 0));
    link = link.cause;
  }
}

/** V8 quotes ten characters of what is not JSON, which may be the middle of a secret. */
function withoutSnippet(message: string): string {
  return message.replace(/, (\.{3})?".*"(\.{3})? is not valid JSON$/s, " is not valid JSON");
}

function changeText(error: Error, field: string, change: (text: string) => string): void {
  const text: unknown = Reflect.get(error, field);
  if (typeof text === "string") replace(error, field, change(text));
}

function replace(error: Error, field: string, value: unknown): void {
  if (value !== Reflect.get(error, field)) Reflect.defineProperty(error, field, { value });
}

/** Replaces every secret that a server echoed. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
}

/** The same of a message: in front of each mark of a cut the beginning of a secret may stand. */
function redactMessage(text: string, secrets: readonly string[]): string {
  const parts = redact(text, secrets).split(CUT);
  const last = parts.pop() ?? "";
  return [...parts.map((part) => withoutBeginning(part, secrets)), last].join(CUT);
}

/** The same of the start of a body, which may end in the beginning of a secret. */
export function redactStart(text: string, secrets: readonly string[]): string {
  return withoutBeginning(redact(text, secrets), secrets);
}

function withoutBeginning(text: string, secrets: readonly string[]): string {
  for (const secret of secrets) {
    const longest = Math.min(secret.length, text.length);
    for (let length = longest; length >= SHORTEST_SECRET; length--) {
      if (text.endsWith(secret.slice(0, length))) return text.slice(0, -length) + REDACTED;
    }
  }
  return text;
}

/** The texts of a record without secrets. What holds none stays the same object. */
function redactRecord(value: unknown, secrets: readonly string[], depth: number): unknown {
  if (typeof value === "string") return redact(value, secrets);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (depth === DEEPEST_RECORD) return REDACTED;
  const entries = Object.entries(value).map(([name, item]: [string, unknown]) => {
    return [redact(name, secrets), item, redactRecord(item, secrets, depth + 1)] as const;
  });
  const keys = Object.keys(value);
  if (entries.every(([name, was, is], at) => name === keys[at] && was === is)) return value;
  if (Array.isArray(value)) return entries.map(([, , item]) => item);
  return Object.fromEntries(entries.map(([name, , item]) => [name, item]));
}
