/** A duration as Google's APIs write it in JSON: seconds, with up to nine decimals. */
const DURATION = /^(\d{1,9}(?:\.\d{1,9})?)s$/;

interface GoogleError {
  readonly error?: { readonly details?: unknown } | null;
}

/**
 * The pause in ms that an error of a Google API asks for in its body: no header says it. A stream in one array has its
 * error in it.
 *
 * @see https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto (`RetryInfo`)
 */
export function retryInfoMs(body: unknown): number | undefined {
  const [first] = (Array.isArray(body) ? body : [body]) as (GoogleError | null | undefined)[];
  const details = first?.error?.details;
  if (!Array.isArray(details)) return undefined;
  for (const detail of details as ({ retryDelay?: unknown } | null)[]) {
    const seconds = DURATION.exec(String(detail?.retryDelay))?.[1];
    if (seconds !== undefined) return Number(seconds) * 1000;
  }
  return undefined;
}
