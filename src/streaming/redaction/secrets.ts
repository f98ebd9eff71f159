import { fromBase64, utf8Text } from "#runtime";
import type { HttpRequest } from "../../transport/transport.js";
import { secretsInBody, SHORTEST_PROMPT } from "./body-secrets.js";
import { lengthOfBeginning, SHORTEST_SEARCHED, spansOf, type Span } from "./text-search.js";

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
/** Of an Authorization header any first word is a scheme; other headers are known by the scheme's name. */
const AUTHORIZATION = /authorization$/i;
const SCHEME = /^(bearer|digest|negotiate|api-?key) +\S/i;
/** Of a body, a number is a setting. */
const NUMBER = /^[\d.]*$/;
/** Shorter values are no credentials, and would redact half of a text. */
const SHORTEST_SECRET = SHORTEST_SEARCHED;

/** Stands in the place of a secret. */
export const REDACTED = "[redacted]";
/** The mark with which a message ends an excerpt. */
const CUT = "…";
/** A message has its own marks behind those that a server wrote, of which there may be any number. */
const MOST_MARKS = 16;

/** The parts of a call that a server may quote. */
export interface SentParts {
  /** The request's headers. */
  readonly headers: Readonly<Record<string, string>>;
  readonly url?: URL | undefined;
  readonly body?: HttpRequest["body"];
  /** The texts of the prompt, whatever form they have in the body. */
  readonly prompts?: readonly string[] | undefined;
}

/**
 * Holds what requests had that is nobody's business, and takes it out of what a server says: many quote the
 * request they refuse. What is quoted in part, or in another encoding, is not recognised.
 */
export class Secrets {
  /** Credentials, in each form in which they may be quoted. */
  readonly #values: Set<string>;
  /** What was asked, as it is, with the first characters of each form. */
  readonly #prompts: Map<string, readonly string[]>;

  /** @param known secrets that are among them. */
  constructor(known?: Secrets) {
    this.#values = new Set(known && known.#values);
    this.#prompts = new Map(known && known.#prompts);
  }

  /** Their number. */
  get size(): number {
    return this.#values.size + this.#prompts.size;
  }

  /** Adds those of a request: values of headers and of the query, credentials in the body, and what was asked. */
  add({ headers, url, body, prompts: asked = [] }: SentParts): this {
    const { prompts, credentials } = secretsInBody(body);
    const values = [
      ...Object.entries(headers).flatMap(([name, value]) => headerSecrets(name, value)),
      ...queryValues(url),
      ...credentials.filter((value) => !NUMBER.test(value)),
    ]
      .filter((value) => value.length >= SHORTEST_SECRET)
      .flatMap(asSent);
    for (const value of values) this.#values.add(value);
    for (const prompt of [...asked, ...prompts].flatMap(withTrimmed)) {
      if (!this.#prompts.has(prompt)) this.#prompts.set(prompt, startsOf(prompt));
    }
    return this;
  }

  /** A text without the secrets that a server echoed. */
  redact(text: string): string {
    return withoutSpans(text, allSpansOf(this.#valuesFor(text), text));
  }

  /** The same of the start of a body, which may end in the beginning of a secret. */
  redactStart(text: string): string {
    const values = this.#valuesFor(text);
    return withoutSpans(text, [...allSpansOf(values, text), ...beginningsOf(values, text)]);
  }

  /** The same of a message: in front of a mark of a cut the beginning of a secret may stand. */
  redactMessage(text: string): string {
    const values = this.#valuesFor(text);
    const spans = allSpansOf(values, text);
    let end = text.length;
    for (let marks = 0; marks < MOST_MARKS && end > 0; marks++) {
      end = text.lastIndexOf(CUT, end - 1);
      if (end === -1) break;
      spans.push(...beginningsOf(values, text.slice(0, end)));
    }
    return withoutSpans(text, spans);
  }

  /**
   * The values that a text may hold. Prompts may be megabytes, and errors thousands: none is written in other forms
   * that does not begin anywhere in the text.
   */
  #valuesFor(text: string): readonly string[] {
    // Records have many such texts.
    if (text.length < SHORTEST_SECRET) return [];
    const values = [...this.#values];
    for (const [prompt, starts] of this.#prompts) {
      if (starts.some((start) => text.includes(start))) values.push(...inJson(prompt));
    }
    return values;
  }
}

/** Finds the places of secrets. One may be a part of another, or end in what another begins with. */
function allSpansOf(secrets: readonly string[], text: string): Span[] {
  return secrets.flatMap((secret) => spansOf(secret, text));
}

/** Finds where a text ends in the beginnings of secrets, the last character of which may have been cut as well. */
function beginningsOf(secrets: readonly string[], text: string): Span[] {
  const whole = text.endsWith("\ufffd") ? text.slice(0, -1) : text;
  return secrets
    .map((secret) => lengthOfBeginning(secret, whole))
    .filter((length) => length > 0)
    .map((length) => [whole.length - length, text.length]);
}

/** Spans that overlap are taken out as one. */
function withoutSpans(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  let rest = "";
  let end = 0;
  for (const [from, to] of [...spans].sort(([a], [b]) => a - b)) {
    if (from >= end) rest += text.slice(end, from) + REDACTED;
    end = Math.max(end, to);
  }
  return rest + text.slice(end);
}

/** A value, and its words: without the scheme of `scheme credentials`, which is no secret, and Basic's decoded. */
function headerSecrets(name: string, value: string): string[] {
  if (OPEN_HEADERS.has(name)) return [];
  const hasScheme = SCHEME.test(value) || (AUTHORIZATION.test(name) && /^\S+ +\S/.test(value));
  const credentials = hasScheme ? value.replace(/^\S+ +/, "") : value;
  const cookies = name === "cookie" ? cookieValues(value) : [];
  return [credentials, ...credentials.split(" "), ...cookies, ...basicSecrets(value)];
}

function cookieValues(header: string): string[] {
  return header.split(";").map((cookie) => cookie.slice(cookie.indexOf("=") + 1).trim());
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

/** As it is, and as it stands in JSON, in a form and in a URL. */
function asSent(credential: string): string[] {
  const inForm = new URLSearchParams([["", credential]]).toString().slice(1);
  return [...inJson(credential), inForm, inForm.replaceAll("+", "%20")];
}

/** With and without the white space around it. */
function withTrimmed(text: string): string[] {
  return [text, text.trim()].filter((some) => some.length >= SHORTEST_PROMPT);
}

/** The first characters of a prompt in each of its forms. */
function startsOf(prompt: string): readonly string[] {
  // Each form has a character or more for each of the prompt's; the last may be half of one.
  const forms = inJson(prompt.slice(0, SHORTEST_SECRET + 2));
  return [...new Set(forms.map((form) => form.slice(0, SHORTEST_SECRET)))];
}

/**
 * In JSON as well, in that of servers that write ASCII alone, and in an excerpt of JSON, which a message quotes once
 * more.
 */
function inJson(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  // PHP writes "\/".
  const all = json.includes("/") ? [json, json.replaceAll("/", "\\/")] : [json];
  const quoted = all.flatMap(inAscii);
  return [text, ...quoted, ...quoted.map((once) => JSON.stringify(once).slice(1, -1))];
}

/** As it is, and with the escapes of Python (`\u00e9`) and of Java (`\u00E9`). */
function inAscii(json: string): string[] {
  const escaped = (toCase: (hex: string) => string) =>
    json.replace(/[^\0-\x7f]/g, (unit) => `\\u${toCase(hexOf(unit))}`);
  const lower = escaped((hex) => hex);
  return lower === json ? [json] : [json, lower, escaped((hex) => hex.toUpperCase())];
}

function hexOf(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, "0");
}
