import { chainOf } from "./error-chain.js";
import { withoutCredentials } from "../../transport/network-failure.js";
import { REDACTED } from "./secrets.js";

/** `Headers` quotes the value that it refuses, which may hold quotes itself. */
const REFUSED_HEADER = '" is an invalid header value';
/** Where `URL` puts what it could not read. */
const ADDRESSES = ["input", "base"] as const;

/**
 * Takes out of an error, and its causes, what the platform quotes of what it was given: the value of a header, and
 * addresses with their credentials. A hook's secrets are not known before it has returned them.
 */
export function withoutInput(error: Error): Error {
  for (const link of chainOf(error)) {
    changeMessage(link, withoutCredentials(withoutHeader(link.message)));
    for (const name of ADDRESSES) if (Object.hasOwn(link, name)) Reflect.deleteProperty(link, name);
  }
  return error;
}

function withoutHeader(message: string): string {
  const start = message.indexOf('"');
  const end = message.lastIndexOf(REFUSED_HEADER);
  return end > start ? message.slice(0, start) + REDACTED + message.slice(end + 1) : message;
}

/** Changes the message of an error, and its stack, which begins with the message as it was when somebody looked. */
export function changeMessage(error: Error, message: string): void {
  if (message === error.message) return;
  const stack = error.stack?.replace(error.message, () => message);
  Reflect.defineProperty(error, "message", { value: message });
  Reflect.defineProperty(error, "stack", { value: stack });
}
