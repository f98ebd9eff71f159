import type { ParsedError } from "./model-call.js";

const LONGEST_SHOWN = 300;

/** The shapes in which providers report errors: `{ error: { message } }`, `{ error }`, `{ message }`, `{ detail }`, plain text. */
export function readProviderError(body: unknown): ParsedError | undefined {
  if (typeof body === "string") {
    const text = body.trim();
    return text === "" || text.startsWith("<") ? undefined : { message: text };
  }
  if (Array.isArray(body)) return readProviderError(body[0]);
  if (typeof body !== "object" || body === null) return undefined;
  const { error, message, detail, code, type } = body as Record<string, unknown>;
  if (typeof error === "object" && error !== null) return readProviderError(error);
  const text = [error, message, detail].find((value) => typeof value === "string");
  if (text === undefined) return undefined;
  return {
    message: text,
    code: typeof code === "string" || typeof code === "number" ? code : undefined,
    type: typeof type === "string" ? type : undefined,
  };
}

/** One line, bounded: a server's text must not flood a log. */
export function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN)}…` : line;
}
