import { HookError } from "../errors.js";

/**
 * A form as the bytes and the content-type it is sent with.
 * @throws HookError when a part cannot be read, a file that has changed for one
 */
export async function encodeForm(
  form: FormData,
): Promise<{ bytes: Uint8Array; contentType: string }> {
  try {
    const response = new Response(nativeForm(form));
    const contentType = response.headers.get("content-type") ?? "";
    return { bytes: new Uint8Array(await response.arrayBuffer()), contentType };
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
