/** A request as `fetch` wants it, checked for what `fetch` would change or leave out without a word. */
import { HookError } from "../../errors.js";
import type { ConnectionOptions } from "../connection.js";
import { withEncodedForm } from "../form-body.js";
import { checkedHeaders, parseUrl } from "../request-check.js";
import type { HttpRequest } from "../transport.js";
import { withoutHiddenTimeouts } from "./hidden-timeouts.js";

/**
 * A longer value needs the server's consent, which many do not give.
 * @see https://fetch.spec.whatwg.org/#cors-safelisted-request-header
 */
const LONGEST_ACCEPT = 128;
const ANY_TYPE = ", */*";

/** The second argument of `fetch`. */
export interface FetchRequest {
  readonly url: string;
  readonly init: RequestInit;
}

/**
 * Compressed data that is cut short within a whole body passes for whole in some implementations (Node's, those of
 * browsers), and a compressor holds tokens back. Browsers do not let anybody choose.
 */
const UNCOMPRESSED = { "accept-encoding": "identity" };

/** The name that this package gives itself where the author says nothing. */
const OWN_USER_AGENT = /^http-streaming-llm\//;

/**
 * @param isOwn the platform's own `fetch` is what sends it.
 * @throws HookError when the request, or a setting, cannot be kept
 */
export async function toFetchRequest(
  request: HttpRequest,
  settings: ConnectionOptions,
  isOwn: boolean,
): Promise<FetchRequest> {
  refuseSettings(settings);
  const url = parseUrl(request.url);
  const { method, headers: wanted, body } = await withEncodedForm(request);
  if (body !== undefined && (method === "GET" || method === "HEAD")) {
    throw new HookError("method", `fetch sends no body with ${method}. Use POST.`);
  }
  const headers = sendableHeaders(checkedHeaders(wanted, url), isOwn);
  url.username = "";
  url.password = "";
  return {
    url: url.href,
    init: {
      method,
      headers,
      ...(body !== undefined && { body }),
      redirect: "manual",
      ...(isOwn && withoutHiddenTimeouts()),
    },
  };
}

function refuseSettings(settings: ConnectionOptions): void {
  const { dispatcher, proxy, tls, socketPath, allowH2, maxHeaderBytes } = settings;
  const wanted = {
    dispatcher,
    proxy: proxy || undefined,
    tls,
    socketPath,
    allowH2: allowH2 || undefined,
    "limits.maxHeaderBytes": maxHeaderBytes,
  };
  for (const [name, value] of Object.entries(wanted)) {
    if (value === undefined) continue;
    throw new HookError(
      name,
      `fetch has no setting ${name}. Remove it, or use undiciTransport() on Node.`,
    );
  }
}

/**
 * The headers that will be sent. In browsers some belong to the browser, and others need the server's consent (CORS).
 */
function sendableHeaders(wanted: Record<string, string>, isOwn: boolean): Record<string, string> {
  const headers: Record<string, string> = { ...UNCOMPRESSED, ...wanted };
  const dropped = droppedNames(headers);
  const isBrowser = dropped.includes("accept-encoding");
  if (!isBrowser) return headers;
  const foreign = dropped.find((name) => !isOurs(name, wanted));
  if (foreign !== undefined && isOwn) {
    throw new HookError(
      "headers",
      `the header "${foreign}" belongs to the browser, which would leave it out. Remove it.`,
    );
  }
  const { accept, ...rest } = wanted;
  const kept = Object.entries(rest).filter(([name]) => !isOurs(name, wanted));
  return Object.fromEntries(
    accept === undefined ? kept : [["accept", shortAccept(accept)], ...kept],
  );
}

/** As many of the types as a page may send without the server's consent, and then any. */
function shortAccept(accept: string): string {
  if (accept.length <= LONGEST_ACCEPT) return accept;
  const end = accept.lastIndexOf(",", LONGEST_ACCEPT - ANY_TYPE.length);
  return end === -1 ? accept : accept.slice(0, end) + ANY_TYPE;
}

/** Nobody has asked for it. */
function isOurs(name: string, wanted: Record<string, string>): boolean {
  const value = wanted[name];
  return value === undefined || (name === "user-agent" && OWN_USER_AGENT.test(value));
}

/** The headers that the platform's requests do not keep. */
function droppedNames(headers: Record<string, string>): string[] {
  if (typeof Request !== "function") return [];
  const { headers: kept } = new Request("http://localhost/", { headers });
  return Object.keys(headers).filter((name) => !kept.has(name));
}
