/**
 * Makes the connectors of undici's clients: by its own connectors, with some faults mended (see
 * `socket-workarounds.ts` and `session-workarounds.ts`), and with failures that say whether they are the proxy's.
 */
import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import type { buildConnector, Client, Pool } from "undici";
import { ProxyFailure } from "./failures.js";
import { guardSession, isHttp2 } from "./session-workarounds.js";
import { guarded } from "./socket-workarounds.js";
import type { Connecting } from "./load.js";

/** Names the proxy for each kind of server. */
export interface Proxies {
  readonly http?: URL | undefined;
  readonly https?: URL | undefined;
}

/** Gives the socket that a client has by now. */
export type SocketOf = () => Socket | undefined;

/** Under this key a request may say who wants to know its socket. */
export const ON_CLIENT = Symbol("onClient");

/** The options of a request with somebody to tell. Proxies copy them, handlers they wrap. */
interface ObservedOptions {
  readonly [ON_CLIENT]?: (socketOf: SocketOf) => void;
}

/** Makes the pools of an agent, whose clients connect as said above. */
export function poolFactory(
  undici: Connecting,
  proxies: Proxies,
  poolOptions: Pool.Options,
): (origin: string | URL, options: Pool.Options) => Pool {
  return (origin, { connect, ...options }) => {
    const connector =
      typeof connect === "function"
        ? blaming(connect, origin, proxies)
        : undici.buildConnector(connect);
    const pool: Pool = new undici.Pool(origin, {
      ...options,
      ...poolOptions,
      connect: guarded(connector),
      factory: (url: URL, clientOptions) => createClient(undici, pool, url, clientOptions),
    });
    return pool;
  };
}

function createClient(
  undici: Connecting,
  pool: Pool,
  origin: URL,
  { connect, ...options }: Client.Options,
): Client {
  let socket: Socket | undefined;
  /** The server takes no more requests over this connection. */
  let leaving = false;
  const keeping: buildConnector.connector = (target, callback) => {
    (connect as buildConnector.connector)(target, (...result) => {
      socket = result[1] ?? undefined;
      callback(...result);
    });
  };
  const client = new undici.Client(origin, { ...options, connect: keeping });
  // Before it sends the first request.
  client.on("connect", () => {
    if (socket === undefined || !isHttp2(socket)) return;
    guardSession(client, socket, (isLeaving) => {
      if (leaving && !isLeaving) (client as EventEmitter).emit("drain", origin, [client]);
      leaving = isLeaving;
    });
  });
  const dispatch = client.dispatch.bind(client);
  client.dispatch = (request, handler) => {
    if (leaving) {
      // The pool hears first that this client is busy, and takes another.
      queueMicrotask(() => pool.dispatch(request, handler));
      return false;
    }
    (request as ObservedOptions)[ON_CLIENT]?.(() => socket);
    return dispatch(request, handler);
  };
  return client;
}

/** A connector to a proxy, or through one, whose failures name the proxy where it is to blame. */
function blaming(
  connect: buildConnector.connector,
  origin: string | URL,
  proxies: Proxies,
): buildConnector.connector {
  const { host, protocol } = new URL(origin);
  const isProxy = [proxies.http, proxies.https].some((proxy) => proxy?.host === host);
  const proxy = protocol === "https:" ? proxies.https : proxies.http;
  const blame = (error: Error): Error => {
    if (error instanceof ProxyFailure) return error;
    if (isProxy) return new ProxyFailure(host, error);
    return proxy !== undefined && isRefusal(error) ? new ProxyFailure(proxy.host, error) : error;
  };
  return (target, callback) => {
    connect(target, (...result) => {
      if (result[1]) callback(...result);
      else callback(blame(result[0]), null);
    });
  };
}

/** The failures of a tunnel that are the proxy's; the rest are of the server's TLS. */
function isRefusal(error: Error): boolean {
  const { code } = error as { code?: unknown };
  return (
    code === "UND_ERR_SOCKET" ||
    code === "UND_ERR_HEADERS_TIMEOUT" ||
    error.message.startsWith("Proxy response (")
  );
}
