import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { constants, createBrotliCompress, createGzip } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { chatClass, llmClass } from "../../helpers/exit-models.js";

/** A reader that pauses holds the server back, and loses nothing. */

const MIB = 1024 * 1024;
const RECORDS = 20_000;
const PADDING = "x".repeat(1000);
const recordOf = (at: number): string =>
  `data: ${JSON.stringify({ text: `${at}:${PADDING};` })}\n\n`;

const QUICK = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

interface Flood {
  readonly url: string;
  /** Of the records, before they are compressed. */
  made(): number;
  /** How many bytes were made, once that does not grow any more. */
  settled(): Promise<number>;
}

/** A kilobyte each, by default 20 MB, made as they are asked for. */
async function flood(encoding: string | undefined, count = RECORDS): Promise<Flood> {
  let made = 0;
  const server = createServer((_, response) => {
    response.writeHead(200, {
      "content-type": "text/event-stream",
      ...(encoding && { "content-encoding": encoding }),
    });
    let at = 0;
    const records = new Readable({
      highWaterMark: 64 * 1024,
      read() {
        const text = at < count ? recordOf(at++) : null;
        made += text?.length ?? 0;
        this.push(text);
      },
    });
    if (encoding === "gzip") records.pipe(createGzip({ level: 0 })).pipe(response);
    else if (encoding === "br") records.pipe(createBrotliCompress(QUICK)).pipe(response);
    else records.pipe(response);
    response.on("error", () => undefined);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    made: () => made,
    async settled() {
      for (let before = -1; before !== made;) {
        before = made;
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      return made;
    },
  };
}

/** Checks that the records come in order, and says where they are. */
function inOrder() {
  let at = 0;
  let rest = "";
  return (text: string): number => {
    rest += text;
    const records = rest.split(";");
    rest = records.pop() ?? "";
    for (const record of records) {
      if (record !== `${at}:${PADDING}`)
        throw new Error(`not record ${at}: ${record.slice(0, 20)}`);
      at++;
    }
    return at;
  };
}

// Bytes that were compressed well stand for far more of them on the way: there only the end is checked.
const WAYS = [
  ["plain, HttpStreamingLLM", undefined, true, llmClass],
  ["plain, HttpStreamingChatModel", undefined, true, chatClass],
  ["in gzip, stored", "gzip", true, llmClass],
  ["in brotli, a thousandth", "br", false, llmClass],
] as const;

describe("a reader that pauses", () => {
  it.each(WAYS)("holds the server back, and gets all of it then: %s", async (...way) => {
    const [, encoding, heldBack, { create }] = way;
    const count = heldBack ? RECORDS : RECORDS / 4;
    const server = await flood(encoding, count);
    const take = inOrder();
    let records = 0;
    const pauses = [1, count];
    for await (const piece of (await create(server.url).stream("x")) as AsyncIterable<unknown>) {
      records = take(typeof piece === "string" ? piece : (piece as { text: string }).text);
      if (records < (pauses[0] ?? Infinity)) continue;
      pauses.shift();
      const made = await server.settled();
      // The kernels' buffers, both sides', are some megabytes.
      if (heldBack) expect(made - records * PADDING.length).toBeLessThan(16 * MIB);
    }
    expect(records).toBe(count);
    expect(server.made()).toBeGreaterThan(count * PADDING.length);
  });

  it("does not time out while it does", async () => {
    const server = await flood(undefined);
    const take = inOrder();
    let records = 0;
    const model = llmClass.create(server.url, { timeouts: { idle: 250, firstChunk: 2000 } });
    for await (const token of (await model.stream("x")) as AsyncIterable<string>) {
      records = take(token);
      if (records === 3) await new Promise((resolve) => setTimeout(resolve, 800));
    }
    expect(records).toBe(RECORDS);
  });

  it("through getReader() and tee() the server is held back as well", async () => {
    const server = await flood(undefined);
    const stream = (await llmClass.create(server.url).stream("x")) as ReadableStream<string>;
    const [left, right] = stream.tee();
    const readers = [left.getReader(), right.getReader()] as const;
    await readers[0].read();
    expect(await server.settled()).toBeLessThan(16 * MIB);
    await Promise.all(readers.map((reader) => reader.cancel()));
  });
});
