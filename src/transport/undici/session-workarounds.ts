/**
 * Two faults of undici's HTTP/2 client.
 *
 * - A reset. undici takes every end of a stream for the end of the body, and Node ends a stream quietly, too,
 *   when the server resets it with NO_ERROR or CANCEL. Only a stream that the server ended with the flag
 *   END_STREAM is complete (RFC 9113, 8.1). The two can be told apart by when Node says so: for the flag
 *   before it closes the stream, for a reset afterwards.
 * - A farewell. When a server says with GOAWAY that it takes no more requests, undici breaks off those that
 *   are running, which the server would have answered to the end (RFC 9113, 6.8). Left alone, Node closes the
 *   session after the last of them; only new requests have to go elsewhere.
 *
 * undici shows neither the session nor its streams. But it keeps the session with the socket.
 */
import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { Client } from "undici";

/** Tells whether HTTP/2 was agreed upon for a connection. */
export function isHttp2(socket: Socket): boolean {
  return (socket as { alpnProtocol?: unknown }).alpnProtocol === "h2";
}

/**
 * Mends the session of a client that has just connected.
 * @param setLeaving told whether the server is waiting for the last answers to end, and takes no request
 */
export function guardSession(
  client: Client,
  socket: Socket,
  setLeaving: (leaving: boolean) => void,
): void {
  const session = sessionOf(socket);
  if (session === undefined) {
    socket.destroy(new Error("The HTTP/2 session of this undici could not be found."));
    return;
  }
  const request = session.request.bind(session);
  session.request = (...args) => guardStream(request(...args));
  guardFarewell(client, session, setLeaving);
}

function sessionOf(socket: Socket): ClientHttp2Session | undefined {
  const symbols = Object.getOwnPropertySymbols(socket);
  return symbols.map((symbol): unknown => Reflect.get(socket, symbol)).find(isSession);
}

function isSession(value: unknown): value is ClientHttp2Session {
  const { request, goaway } = (value ?? {}) as Partial<ClientHttp2Session>;
  return typeof request === "function" && typeof goaway === "function";
}

function guardStream(stream: ClientHttp2Stream): ClientHttp2Stream {
  let ended = false;
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (chunk === null && !ended) {
      ended = true;
      // When all that had come was read, and before undici hears of the end.
      if (stream.closed && !stream.endAfterHeaders) {
        stream.prependOnceListener("end", () => stream.emit("error", resetError(stream)));
      }
    }
    return push(chunk, encoding);
  };
  return stream;
}

/** The error that Node has for the other codes. */
function resetError({ rstCode }: ClientHttp2Stream): Error {
  const name = rstCode === 0 ? "NGHTTP2_NO_ERROR" : "NGHTTP2_CANCEL";
  const error = new Error(`Stream closed with error code ${name}`);
  return Object.assign(error, { code: "ERR_HTTP2_STREAM_ERROR" });
}

function guardFarewell(
  client: Client,
  session: ClientHttp2Session,
  setLeaving: (leaving: boolean) => void,
): void {
  const listeners = session.listeners("goaway");
  session.removeAllListeners("goaway");
  session.on("goaway", (code: number, ...rest: unknown[]) => {
    const { pending, running } = client.stats;
    if (code === 0 && running > 0 && pending === 0) setLeaving(true);
    else for (const listener of listeners) Reflect.apply(listener, session, [code, ...rest]);
  });
  session.on("close", () => {
    setLeaving(false);
  });
}
