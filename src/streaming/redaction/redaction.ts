import { HttpStreamingError } from "../../errors.js";
import { isObject } from "../../formats/fields.js";
import { chainOf } from "./error-chain.js";
import { REDACTED, type Secrets } from "./secrets.js";
import { changeMessage } from "./thrown-error.js";

/** A record is read no deeper: what is below goes as a whole. */
const DEEPEST_RECORD = 200;

/** Redacts what an error and its causes say and hold, in place. */
export function redactChain(error: Error, secrets: Secrets): void {
  const name = (text: string): string => secrets.redact(text);
  const record = new RecordRedaction(secrets);
  for (const link of chainOf(error)) {
    const message = secrets.redactMessage(withoutSnippet(link.message));
    // Of ours the message is still to grow, and nobody has looked at the stack.
    if (HttpStreamingError.isInstance(link)) replace(link, "message", message);
    else changeMessage(link, message);
    changeText(link, "providerCode", name);
    changeText(link, "providerType", name);
    changeText(link, "contentType", name);
    changeText(link, "body", (text) => secrets.redactStart(text));
    replace(link, "record", record.of(Reflect.get(link, "record")));
    // Hooks may throw what is no error.
    if (!(link.cause instanceof Error)) replace(link, "cause", record.of(link.cause));
  }
}

/** V8 quotes ten characters of what is not JSON, which may be the middle of a secret. */
function withoutSnippet(message: string): string {
  return message.replace(
    /(Unexpected token .{1,4}), (\.{3})?".{0,100}?"(\.{3})?(?= is not valid JSON)/gs,
    "$1",
  );
}

function changeText(error: Error, field: string, change: (text: string) => string): void {
  const text: unknown = Reflect.get(error, field);
  if (typeof text === "string") replace(error, field, change(text));
}

function replace(error: Error, field: string, value: unknown): void {
  if (value !== Reflect.get(error, field)) Reflect.defineProperty(error, field, { value });
}

/** The texts of a record without secrets. What holds none stays the same object. */
class RecordRedaction {
  readonly #secrets: Secrets;
  /** The redacted form of each object, which may stand in more than one place; inside itself it is not shown. */
  readonly #done = new Map<object, unknown>();

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  of(value: unknown, depth = 0): unknown {
    // A record that is all text may have been cut.
    if (typeof value === "string")
      return depth === 0 ? this.#secrets.redactStart(value) : this.#secrets.redact(value);
    if (!isObject(value) || ArrayBuffer.isView(value)) return value;
    if (depth === DEEPEST_RECORD) return REDACTED;
    if (!this.#done.has(value)) {
      this.#done.set(value, REDACTED);
      this.#done.set(value, this.#ofFields(value, depth + 1));
    }
    return this.#done.get(value);
  }

  #ofFields(value: object, depth: number): unknown {
    const entries = Object.entries(value).map(([name, item]: [string, unknown]) => {
      return [this.#secrets.redact(name), item, this.of(item, depth)] as const;
    });
    const keys = Object.keys(value);
    if (entries.every(([name, was, is], at) => name === keys[at] && was === is)) return value;
    if (Array.isArray(value)) return entries.map(([, , item]) => item);
    return Object.fromEntries(entries.map(([name, , item]) => [name, item]));
  }
}
