import { Duplex } from "node:stream";
import type { Socket } from "node:net";
import type { buildConnector } from "undici";
import { describe, expect, it } from "vitest";
import { guarded } from "../../../../src/transport/undici/socket-workarounds.js";

/** A guarded socket that has got these bytes, after a request was sent. */
function socketWith(...pieces: string[]): Duplex {
  const socket = new Duplex({ read: () => undefined, write: (_, __, done) => done() });
  const connect: buildConnector.connector = (_, callback) => {
    callback(null, socket as unknown as Socket);
  };
  guarded(connect)({} as buildConnector.Options, () => undefined);
  socket.write("GET / HTTP/1.1\r\n\r\n");
  for (const piece of pieces) socket.push(piece);
  return socket;
}
const read = (socket: Duplex): string | null =>
  (socket.read() as Buffer | null)?.toString() ?? null;
const HEAD = "HTTP/1.1 200 OK\r\n\r\nbody";

describe("guarded", () => {
  it.each([
    "HTTP/1.1 100 Continue\r\nx: y\r\n\r\n",
    "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n",
  ])("takes away interim responses that nobody asked for, however they are cut: %j", (interim) => {
    const informed = `${interim}${HEAD}`;
    expect(read(socketWith(informed))).toBe(HEAD);
    for (let at = 1; at < informed.length - HEAD.length; at++) {
      const socket = socketWith(informed.slice(0, at));
      expect(read(socket)).toBeNull();
      socket.push(informed.slice(at));
      expect(read(socket)).toBe(HEAD);
    }
  });

  it("takes them away from a long response that came with their end", () => {
    const long = HEAD.padEnd(15_000, "x");
    const socket = socketWith(`HTTP/1.1 100 Continue\r\nx: ${"y".repeat(5_000)}`);
    expect(read(socket)).toBeNull();
    socket.push(`\r\n\r\n${long}`);
    expect(read(socket)).toBe(long);
  });

  it("leaves all else as it is", () => {
    expect(read(socketWith(HEAD))).toBe(HEAD);
    const socket = socketWith("HTTP/1.1 101 Switching\r\n\r\n");
    expect(read(socket)).toBe("HTTP/1.1 101 Switching\r\n\r\n");
    socket.push("HTTP/1.1 100 in the body\r\n\r\n");
    expect(read(socket)).toBe("HTTP/1.1 100 in the body\r\n\r\n");
  });

  it("does not announce the end while what was read is put back", async () => {
    const socket = socketWith(HEAD);
    socket.push(null);
    let ended = false;
    socket.on("end", () => (ended = true));
    const bytes = socket.read() as Buffer;
    socket.unshift(bytes);
    expect(socket.read(0)).toBeNull();
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(false);
    expect(read(socket)).toBe(HEAD);
  });

  it("tells a reset from an end", () => {
    const socket = socketWith();
    const error = Object.assign(new Error("reset"), { code: "ECONNRESET" });
    socket.emit("error", error);
    expect(error.code).toBe("UND_ERR_SOCKET");
  });

  it("passes a failure on", () => {
    const failure = new Error("no");
    const heard: unknown[] = [];
    const connect: buildConnector.connector = (_, callback) => callback(failure, null);
    guarded(connect)({} as buildConnector.Options, (...result) => heard.push(...result));
    expect(heard).toEqual([failure, null]);
  });
});
