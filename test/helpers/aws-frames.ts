/** Messages of Amazon's event stream, by the codec of its own SDK. */
import { EventStreamCodec, type MessageHeaders } from "@smithy/eventstream-codec";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

export const codec = new EventStreamCodec(
  (bytes: Uint8Array | string) => (typeof bytes === "string" ? bytes : decoder.decode(bytes)),
  (text) => encoder.encode(text),
);

/** A message with headers that are all texts; an object is a JSON payload. */
export function frame(
  headers: Readonly<Record<string, string>>,
  payload: object | string = "",
): Uint8Array {
  const body =
    payload instanceof Uint8Array
      ? payload
      : encoder.encode(typeof payload === "string" ? payload : JSON.stringify(payload));
  const typed: MessageHeaders = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, { type: "string", value }]),
  );
  return codec.encode({ headers: typed, body });
}

/** An event as Bedrock sends one, and others with a model of their JSON. */
export function event(type: string, payload: object): Uint8Array {
  return frame(
    {
      ":event-type": type,
      ":content-type": "application/json",
      ":message-type": "event",
    },
    payload,
  );
}

/** An event as SageMaker sends one: a piece of whatever the container writes. */
export function payloadPart(payload: string | Uint8Array): Uint8Array {
  return frame(
    {
      ":message-type": "event",
      ":content-type": "application/octet-stream",
      ":event-type": "PayloadPart",
    },
    payload,
  );
}

export function exception(type: string, payload: object | string): Uint8Array {
  return frame(
    {
      ":exception-type": type,
      ":content-type": "application/json",
      ":message-type": "exception",
    },
    payload,
  );
}

/** An error that is no part of the service's model. */
export function unmodelledError(code: string, message: string): Uint8Array {
  return frame({ ":message-type": "error", ":error-code": code, ":error-message": message });
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
