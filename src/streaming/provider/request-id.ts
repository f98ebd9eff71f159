/** The headers in which providers name a request, to quote to their support. */
const HEADERS = [
  "x-request-id",
  "request-id",
  "x-amzn-requestid",
  "apim-request-id",
  "x-ms-request-id",
] as const;

/** A longer one is none, and would flood a log. */
const LONGEST = 200;

/** The provider's id of a request, from the headers of its response. */
export function requestIdOf(headers: Readonly<Record<string, string>>): string | undefined {
  for (const name of HEADERS) if (headers[name]) return headers[name].slice(0, LONGEST);
  return undefined;
}
