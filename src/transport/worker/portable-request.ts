/** Requests and their options on the way from the blocked thread to its worker, to which only what can be cloned crosses. */
import { SynchronousHookError } from "../../errors.js";
import type { ConnectionOptions, TlsOptions } from "../connection.js";
import type { HttpRequest } from "../transport.js";
import { readProxyEnvironment } from "../undici/proxy.js";

/** A request of which all can be cloned. */
export type PortableRequest = Omit<HttpRequest, "body"> & {
  readonly body: string | Uint8Array | readonly FormEntry[] | undefined;
};

/** A `FormData` cannot be cloned, and a cloned `File` is a `Blob` without a name. */
interface FormEntry {
  readonly name: string;
  readonly value: string | Blob;
  readonly fileName: string | undefined;
}

/** Options without a dispatcher, which lives in its own thread. */
export type PortableOptions = Omit<ConnectionOptions, "dispatcher">;

/** A request as it crosses to a worker. */
export function toPortableRequest(request: HttpRequest): PortableRequest {
  const { method, url, headers, body } = request;
  const plain = { method, url, headers: { ...headers } };
  if (body === undefined || typeof body === "string") return { ...plain, body };
  // A copy: cloning a slice would clone the whole pool it was cut from.
  if (body instanceof Uint8Array) return { ...plain, body: new Uint8Array(body) };
  const entries = [...(body as Iterable<[string, string | File]>)];
  return { ...plain, body: entries.map(([name, value]) => formEntry(name, value)) };
}

function formEntry(name: string, value: string | File): FormEntry {
  return { name, value, fileName: typeof value === "string" ? undefined : value.name };
}

/** The request that has crossed. */
export function toHttpRequest(request: PortableRequest): HttpRequest {
  const { body } = request;
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) {
    return { ...request, body };
  }
  const form = new FormData();
  for (const { name, value, fileName } of body) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, value, fileName);
  }
  return { ...request, body: form };
}

/**
 * The options of a request as they cross to a worker.
 *
 * @throws SynchronousHookError for one that cannot.
 */
export function toPortableOptions(options: ConnectionOptions): PortableOptions {
  const { dispatcher, proxy, tls, ...plain } = options;
  if (dispatcher !== undefined) {
    throw new SynchronousHookError(
      "dispatcher",
      "a dispatcher cannot be used on the synchronous path: it lives in this thread, which is blocked. " +
        "Use the options proxy, tls and socketPath, or the asynchronous methods.",
    );
  }
  return {
    ...plain,
    ...(proxy !== undefined && { proxy: portableProxy(proxy) }),
    ...(tls !== undefined && { tls: portableTls(tls) }),
  };
}

function portableProxy(
  proxy: NonNullable<ConnectionOptions["proxy"]>,
): NonNullable<ConnectionOptions["proxy"]> {
  if (proxy === "env") return readProxyEnvironment();
  return proxy instanceof URL ? proxy.href : proxy;
}

function portableTls(tls: TlsOptions): TlsOptions {
  const entries = Object.entries(tls).map(([name, value]: [string, unknown]) => {
    const copy = Array.isArray(value) ? value.map(portableKey) : portableKey(value);
    if (!isPortable(copy)) {
      throw new SynchronousHookError(
        "tls",
        `tls.${name} is, or holds, a function or another live object of this thread. It cannot cross to the ` +
          "worker thread, which connects on the synchronous path. Give plain values (texts, bytes), or use the asynchronous methods.",
      );
    }
    return [name, copy];
  });
  return Object.fromEntries(entries) as TlsOptions;
}

function isPortable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

function portableKey(value: unknown): unknown {
  return value instanceof Uint8Array ? new Uint8Array(value) : value;
}
