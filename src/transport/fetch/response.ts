/** A response of `fetch` as the port has it. */
import { HookError } from "../../errors.js";
import { joinHeaders } from "../joined-headers.js";
import type { ResponseHead } from "../transport.js";

/** @throws HookError for what the browser keeps to itself, and for what is no response */
export function headOf(response: Response): ResponseHead {
  // A `fetch` of the author's may forget to return it, and another realm's has another class.
  if (!isResponse(response)) {
    throw new HookError(
      "transport",
      `this fetch gives ${String(response)} in place of a Response. Return what fetch() resolves with.`,
    );
  }
  if (response.type === "opaqueredirect") {
    throw new HookError(
      "redirect",
      "the server redirects, and a browser tells no page where to. Set the endpoint to where the model is now.",
    );
  }
  if (response.type === "opaque") {
    throw new HookError(
      "transport",
      'with mode: "no-cors", no program may read the response. Leave the mode out; the server has to allow this page (CORS).',
    );
  }
  // A network error in the place of a rejection, which is how the standard has it within.
  if (response.type === "error") throw new TypeError("fetch gave Response.error()");
  return { status: response.status, headers: joinHeaders(response.headers) };
}

function isResponse(value: unknown): value is Response {
  const { status, headers } = (value ?? {}) as Partial<Response>;
  return typeof status === "number" && typeof headers?.[Symbol.iterator] === "function";
}

/** @throws HookError where responses have no stream */
export function streamOf(response: Response): ReadableStream<unknown> | undefined {
  const { body } = response as { body: ReadableStream<unknown> | null | undefined };
  if (body === null) return undefined;
  if (typeof body?.getReader === "function") return body;
  throw new HookError(
    "transport",
    "this fetch gives no stream: response.body has no getReader(). Give another to fetchTransport({ fetch }), on React Native that of expo/fetch.",
  );
}
