import { tryJsonObject } from "../json/try-json.js";
import type { AwsEventHeader } from "./headers.js";

/** Errors after which Amazon asks to try again, though their names do not say so. */
const RETRIED = /^model(StreamError|StreamErrorException|NotReadyException)$/i;

/**
 * Reads the provider's error that a frame of `:message-type` "exception" or "error" holds.
 *
 * An exception has a name and a payload, JSON nearly always; an error has a code and a message among its headers.
 */
export function awsEventError(
  headers: Readonly<Record<string, AwsEventHeader>>,
  payload: string,
): object {
  const said = fieldsOf(payload);
  const type = headers[":exception-type"];
  const code = headers[":error-code"] ?? said.ErrorCode;
  const message = headers[":error-message"] ?? withOriginal(said);
  return {
    ...said,
    ...(message !== undefined && { message }),
    ...(type !== undefined && { type }),
    ...(code !== undefined && { code }),
    ...(RETRIED.test(String(type)) && { retryable: true }),
  };
}

/** The fields of a payload that is JSON, else its words. */
function fieldsOf(payload: string): Readonly<Record<string, unknown>> {
  return tryJsonObject(payload) ?? (payload === "" ? {} : { message: payload });
}

/** Bedrock puts the words of the model itself beside its own. */
function withOriginal({ message, originalMessage }: Record<string, unknown>): unknown {
  return typeof message === "string" && typeof originalMessage === "string"
    ? `${message} (${originalMessage})`
    : message;
}
