import { createServer, type TLSSocket } from "node:tls";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { ConnectionError, TruncatedStreamError } from "../../../src/errors.js";
import { cert, key } from "../../helpers/certificate.js";
import { failureOf, post, readSome, readText, startAsync } from "../../helpers/transport-paths.js";

const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const GOAWAY = 7;
const END_STREAM = 1;
const END_HEADERS = 4;
/** Codes of a reset. */
const NO_ERROR = 0;
const INTERNAL_ERROR = 2;
const CANCEL = 8;

function frame(type: number, flags: number, stream: number, payload: Uint8Array | string = "") {
  const bytes = Buffer.from(payload);
  const head = Buffer.alloc(9);
  head.writeUIntBE(bytes.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, bytes]);
}
const uint32 = (...values: number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, at) => bytes.writeUInt32BE(value, at * 4));
  return bytes;
};
// In HPACK: the status 200 from the static table; a header whose name and value are written out.
const OK = Buffer.from([0x88]);
const trailer = Buffer.from("\x00\x01a\x01b", "latin1");

const head = (stream: number, flags = 0) => frame(HEADERS, END_HEADERS | flags, stream, OK);
const data = (stream: number, text: string, flags = 0) => frame(DATA, flags, stream, text);
const reset = (stream: number, code: number) => frame(RST_STREAM, 0, stream, uint32(code));

interface Connection {
  write(...frames: Buffer[]): void;
}

const cleanups: (() => void)[] = [];
afterEach(() => cleanups.splice(0).forEach((clean) => clean()));

/** A server of HTTP/2 by hand. `onRequest` is called when the headers of a request have come. */
async function serve(
  onRequest: (connection: Connection, stream: number, connections: number) => void,
) {
  const sockets = new Set<TLSSocket>();
  const server = createServer({ key, cert, ALPNProtocols: ["h2"] }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.write(frame(SETTINGS, 0, 0));
    const connection = { write: (...frames: Buffer[]) => void socket.write(Buffer.concat(frames)) };
    const order = sockets.size;
    // The client's preface is 24 bytes.
    let bytes = Buffer.alloc(0);
    let skip = 24;
    socket.on("data", (more: Buffer) => {
      bytes = Buffer.concat([bytes, more]);
      for (;;) {
        if (bytes.length < skip + 9) return;
        const length = bytes.readUIntBE(skip, 3);
        if (bytes.length < skip + 9 + length) return;
        const [type, flags] = [bytes[skip + 3], bytes[skip + 4]!];
        const stream = bytes.readUInt32BE(skip + 5);
        bytes = bytes.subarray(skip + 9 + length);
        skip = 0;
        if (type === SETTINGS && (flags & 1) === 0) connection.write(frame(SETTINGS, 1, 0));
        if (type === HEADERS) onRequest(connection, stream, order);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const start = () => startAsync(post(url), { allowH2: true, tls: { ca: cert } });
  return { start, connections: () => sockets.size };
}

describe("an HTTP/2 answer", () => {
  const whole: [string, (stream: number) => Buffer[]][] = [
    ["with its last data", (id) => [head(id), data(id, "an answer", END_STREAM)]],
    [
      "with data that is empty",
      (id) => [head(id), data(id, "an answer"), data(id, "", END_STREAM)],
    ],
    [
      "with trailers",
      (id) => [
        head(id),
        data(id, "an answer"),
        frame(HEADERS, END_HEADERS | END_STREAM, id, trailer),
      ],
    ],
    [
      "and is reset after its end",
      (id) => [head(id), data(id, "an answer", END_STREAM), reset(id, NO_ERROR)],
    ],
  ];
  const cut: [string, (stream: number) => Buffer[]][] = [NO_ERROR, CANCEL, INTERNAL_ERROR].map(
    (code) => [`${code}`, (id) => [head(id), data(id, "an answer"), reset(id, code)]],
  );
  const ways: [string, (connection: Connection, frames: Buffer[]) => void][] = [
    ["at once", (connection, frames) => connection.write(...frames)],
    [
      "frame by frame",
      (connection, frames) =>
        frames.forEach((each, at) => setTimeout(() => connection.write(each), at * 20)),
    ],
  ];

  describe.each(ways)("that comes %s", (_, send) => {
    it.each(whole)("is whole when it ends %s", async (__, frames) => {
      const { start } = await serve((connection, stream) => send(connection, frames(stream)));
      for (let requests = 0; requests < 2; requests++) {
        expect(await readText(start())).toBe("an answer");
      }
    });

    it.each(cut)("is cut when its stream is reset with code %s", async (__, frames) => {
      const { start } = await serve((connection, stream) => send(connection, frames(stream)));
      const exchange = start();
      await exchange.head();
      // INTERNAL_ERROR drops what was not yet read.
      const error = await failureOf(readText(exchange));
      expect(error).toBeInstanceOf(TruncatedStreamError);
      expect(error.message).toMatch(/the server reset the stream .*NGHTTP2_/);
    });
  });

  it("gives all that has come before a quiet reset, however late it is read", async () => {
    const { start } = await serve((connection, id) =>
      connection.write(head(id), data(id, "an answer"), reset(id, CANCEL)),
    );
    const exchange = start();
    await exchange.head();
    await new Promise((waited) => setTimeout(waited, 50));
    expect(await readSome(exchange)).toBe("an answer");
    expect(await failureOf(exchange.read())).toBeInstanceOf(TruncatedStreamError);
  });

  it("is none when its stream is reset before it has begun", async () => {
    for (const code of [NO_ERROR, CANCEL, INTERNAL_ERROR]) {
      const { start } = await serve((connection, id) => connection.write(reset(id, code)));
      expect(await failureOf(start().head())).toBeInstanceOf(ConnectionError);
    }
  });

  it("may be empty", async () => {
    const { start } = await serve((connection, id) => connection.write(head(id, END_STREAM)));
    expect(await readText(start())).toBe("");
  });
});

describe("an HTTP/2 server that says that it is leaving", () => {
  const goaway = (last: number, code: number) => frame(GOAWAY, 0, 0, uint32(last, code));

  it("still answers to the end what it has begun, while new requests go elsewhere", async () => {
    let first: Connection | undefined;
    const { start, connections } = await serve((connection, id, order) => {
      if (order === 1) {
        first = connection;
        connection.write(head(id), data(id, "begun"), goaway(id, NO_ERROR));
      } else {
        connection.write(head(id), data(id, `connection ${order}`, END_STREAM));
      }
    });
    const running = start();
    expect(await readSome(running)).toBe("begun");
    // The farewell comes with the data.
    for (let requests = 0; requests < 3; requests++) {
      expect(await readText(start())).toBe("connection 2");
    }
    first!.write(data(1, " and ended", END_STREAM));
    expect(await readText(running)).toBe(" and ended");
    expect(await readText(start())).toBe("connection 2");
    expect(connections()).toBe(2);
  });

  it("ends what it does not want to answer, and what runs when it leaves with an error", async () => {
    for (const [last, code] of [
      [0, NO_ERROR],
      [1, INTERNAL_ERROR],
    ] as const) {
      const { start } = await serve((connection, id) =>
        connection.write(head(id), data(id, "begun"), goaway(last, code)),
      );
      expect(await failureOf(readText(start()))).toBeInstanceOf(TruncatedStreamError);
    }
  });
});
