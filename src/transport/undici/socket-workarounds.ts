/**
 * Three faults of undici 7 (6 has them too, 8 does not have the first), of which a slow reader would meet two.
 * While undici's parser is paused it must not be told that the socket has ended: an assertion then
 * throws where nobody can catch it, and the process dies (nodejs/undici#5360), or a whole body
 * counts as broken off.
 *
 * - The end. A stream announces it in two moments: when a read takes its last bytes, unless exactly
 *   as many were asked for as there are, and when `net` itself reads nothing, as it does when the
 *   peer closes. So undici's reads are given the exact number, and reading nothing does nothing
 *   while the parser is paused, which shows by its putting the rest back (`unshift`). The parser's
 *   next read, when it goes on, announces the end.
 * - A reset. For a response with `connection: close`, undici takes ECONNRESET for an end, which
 *   would also turn a body that broke off into a complete one. It goes by the error's code.
 * - A "100 Continue" that nobody asked for, as some servers and gateways send it, also behind early hints (103), which
 *   undici takes for a broken response. All interim responses are taken out of the bytes before the parser sees them.
 *
 * Sockets of a dispatcher from outside cannot be reached. See `exchange.ts` for those.
 */
import type { Socket } from "node:net";
import type { buildConnector } from "undici";

export function guarded(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    connect(options, (...result) => {
      // Not `null` but nothing, when it failed.
      if (result[1]) guard(result[1]);
      callback(...result);
    });
  };
}

function guard(socket: Socket): void {
  const read = socket.read.bind(socket);
  const unshift = socket.unshift.bind(socket);
  const write = socket.write.bind(socket);
  let paused = false;
  let interim: InterimFilter | undefined;
  socket.unshift = (bytes: Uint8Array): void => {
    paused = true;
    unshift(bytes);
  };
  socket.read = (size?: number): unknown => {
    if (size !== undefined) return size === 0 && paused ? null : read(size);
    paused = false;
    // More than the high-water mark would raise it, for good.
    const there = Math.min(socket.readableLength, socket.readableHighWaterMark);
    const bytes = read(there > 0 ? there : undefined) as Buffer | null;
    if (bytes === null || interim === undefined) return bytes;
    const rest = interim.take(bytes);
    if (rest !== null) interim = undefined;
    return rest;
  };
  // A request is sent: the next bytes are the beginning of a response.
  socket.write = (...args: unknown[]): boolean => {
    interim ??= new InterimFilter();
    return Reflect.apply(write, socket, args) as boolean;
  };
  // Before undici's own listener, which comes with the first request.
  socket.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ECONNRESET") error.code = "UND_ERR_SOCKET";
  });
}

const STATUS_LINE = "HTTP/1.1 1xx";
const INTERIM = "HTTP/1.1 1";
const SWITCHING_PROTOCOLS = "HTTP/1.1 101";
/** A longer beginning of an interim response is left to undici's own parser. */
const LONGEST_INTERIM = 16 * 1024;

/** Takes the interim responses away from the beginning of a response: "100 Continue", early hints. */
class InterimFilter {
  #held: Buffer = Buffer.alloc(0);

  /** The bytes of the response proper; `null` while that has not begun. */
  take(bytes: Buffer): Buffer | null {
    let all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    for (;;) {
      if (!mayBeInterim(all)) return all;
      const end = all.indexOf("\r\n\r\n");
      if (end === -1) {
        if (all.length > LONGEST_INTERIM) return all;
        this.#held = all;
        return null;
      }
      all = all.subarray(end + 4);
    }
  }
}

/** The last of them asks for another protocol, which undici refuses. */
function mayBeInterim(bytes: Buffer): boolean {
  const start = bytes.toString("latin1", 0, STATUS_LINE.length);
  return INTERIM.startsWith(start.slice(0, INTERIM.length)) && start !== SWITCHING_PROTOCOLS;
}
