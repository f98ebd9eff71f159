import { HookError } from "../errors.js";
import type { HttpRequest } from "./transport.js";

/** A request whose body is text or bytes. */
export type Encoded<Request> = Omit<Request, "body"> & {
  readonly body: string | Uint8Array<ArrayBuffer> | undefined;
};

/**
 * A request with a form as bytes. Their content-type, which says where a part ends, yields to one that was given.
 * @throws HookError when a part cannot be read, a file that has changed for one
 */
export async function withEncodedForm<Request extends Pick<HttpRequest, "headers" | "body">>(
  request: Request,
): Promise<Encoded<Request>> {
  const { headers, body } = request;
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) {
    return request as Encoded<Request>;
  }
  try {
    const response = new Response(nativeForm(body));
    const contentType = response.headers.get("content-type") ?? "";
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { ...request, headers: { "content-type": contentType, ...headers }, body: bytes };
  } catch (cause) {
    throw new HookError("buildPayload", "the FormData could not be read to its end.", { cause });
  }
}

/** `Response` writes only the `FormData` of its own undici as a form; another copy's becomes "[object FormData]". */
function nativeForm(form: FormData): FormData {
  if (form instanceof FormData) return form;
  const copy = new FormData();
  for (const [name, value] of form as Iterable<[string, string | Blob]>) {
    if (typeof value === "string") copy.append(name, value);
    else copy.append(name, value);
  }
  return copy;
}
