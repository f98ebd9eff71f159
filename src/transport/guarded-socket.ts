/**
 * Two faults of undici 7 (6 has them too, 8 does not have the first) that a slow reader would meet.
 * undici's parser, while it is paused, must not be told that the socket has ended: an assertion
 * then throws where nobody can catch it, and the process dies (nodejs/undici#5360).
 *
 * - The end of the socket. A stream announces it together with its last bytes when it is asked for
 *   "all there is", and in the next read when it is asked for exactly as many bytes as there are.
 *   So undici's `read()` is given that number; a paused parser makes no next read.
 * - A reset. For a response with `connection: close`, undici takes ECONNRESET for an end, which
 *   also turns a body that broke off into a complete one. It does so by the error's code.
 *
 * Sockets of a dispatcher from outside cannot be reached. See `async-exchange.ts` for those.
 */
import type { Socket } from "node:net";
import type { buildConnector } from "undici";

export function guarded(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    connect(options, (...result) => {
      if (result[1] !== null) guard(result[1]);
      callback(...result);
    });
  };
}

function guard(socket: Socket): void {
  const read = socket.read.bind(socket);
  socket.read = (size?: number): unknown => {
    // More than the high-water mark would raise it, for good.
    const there = Math.min(socket.readableLength, socket.readableHighWaterMark);
    return read(size ?? (there > 0 ? there : undefined));
  };
  // Before undici's own listener, which comes with the first request.
  socket.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ECONNRESET") error.code = "UND_ERR_SOCKET";
  });
}
