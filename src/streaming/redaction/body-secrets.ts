import { isObject } from "../../formats/fields.js";
import { tryJson } from "../../formats/json/try-json.js";
import type { HttpRequest } from "../../transport/transport.js";
import { isSecretName } from "./secret-name.js";

/** Shorter texts of a prompt say little, and may be words of any message. */
export const SHORTEST_PROMPT = 12;
/** Bytes of more than this are no JSON that an author encoded, but an image or a recording. */
const LONGEST_ENCODED = 1024 * 1024;

/** Collects the texts of a request body that are nobody's business, should a server quote it. */
export interface BodySecrets {
  /** Texts that read like language, not names of models and the like. */
  readonly prompts: readonly string[];
  /** Texts, and lists of them, under a name that credentials go by. */
  readonly credentials: readonly string[];
}

/** Finds what is nobody's business in a request body, whatever it is encoded as. */
export function secretsInBody(body: HttpRequest["body"]): BodySecrets {
  const prompts: string[] = [];
  const credentials: string[] = [];
  // A list that grows while it is read, and no recursion: the body may be of any depth.
  const found: [value: unknown, isSecret: boolean][] = [[valueOf(body), false]];
  for (const [value, isSecret] of found) {
    if (typeof value === "string") {
      if (isSecret) credentials.push(value);
      if (isLanguage(value)) prompts.push(value);
    } else if (Array.isArray(value)) {
      for (const item of value) found.push([item, isSecret]);
    } else if (isObject(value)) {
      // Of an object under such a name each field goes by its own: it may be the schema of a tool.
      for (const [name, item] of Object.entries(value)) found.push([item, isSecretName(name)]);
    }
  }
  return { prompts, credentials };
}

function isLanguage(text: string): boolean {
  return text.length >= SHORTEST_PROMPT && /\s/.test(text.trim());
}

/** A body as plain data: JSON, the fields of a form, else its text. */
function valueOf(body: HttpRequest["body"]): unknown {
  if (body === undefined) return undefined;
  if (typeof body === "string") return valueOfText(body);
  if (body instanceof Uint8Array) {
    return body.length > LONGEST_ENCODED ? undefined : valueOfText(new TextDecoder().decode(body));
  }
  return fieldsOf(body as Iterable<readonly [string, unknown]>);
}

function valueOfText(text: string): unknown {
  const json = tryJson(text);
  if (json !== undefined) return json;
  return /^[^\s=&]+=\S*$/.test(text) ? fieldsOf(new URLSearchParams(text)) : text;
}

/** A name may stand in a form more than once. */
function fieldsOf(entries: Iterable<readonly [string, unknown]>): object[] {
  return Array.from(entries, ([name, value]) => ({ [name]: value }));
}
