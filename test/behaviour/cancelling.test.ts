import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { useScriptedServer } from "../helpers/scripted-server.js";
import { events, serve, stalling } from "../helpers/delta-llm.js";
import {
  chatClass,
  everyPath,
  llmClass,
  type CallPath,
  type ExitModel,
} from "../helpers/exit-models.js";

const scripted = useScriptedServer();

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Much longer than it takes; there are timeouts that would close a request later. */
const SOON_MS = 10_000;

interface SlowServer {
  readonly url: string;
  /** How many tokens it has sent. */
  sent(): number;
  /** The same, when its connection was closed. */
  readonly closed: Promise<number>;
}

/** A server that gives a token every 20 ms for ever. It runs in this thread, as the reader does. */
async function slowServer(): Promise<SlowServer> {
  let sent = 0;
  let onClosed!: (sent: number) => void;
  const closed = new Promise<number>((resolve) => (onClosed = resolve));
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const timer = setInterval(() => {
      sent++;
      response.write('data: {"text":"x"}\n\n');
    }, 20);
    response.on("close", () => {
      clearInterval(timer);
      onClosed(sent);
    });
  });
  return { url: await listening(server), sent: () => sent, closed };
}

async function listening(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const asynchronous = everyPath.filter(({ iterates, blocks }) => iterates && !blocks);

describe("a reader who leaves", () => {
  it.each(asynchronous)("closes the request at once after three tokens: $title", async (path) => {
    const server = await slowServer();
    let tokens = 0;
    let sent = 0;
    await path.call(path.create(server.url), {}, () => {
      if (++tokens < 3) return;
      sent = server.sent();
      return "leave";
    });
    // Turns of one event loop, whatever the machine: a tenth of a second is five tokens.
    expect((await server.closed) - sent).toBeLessThanOrEqual(5);
  });

  it.each([llmClass, chatClass])(
    "does so though the next read is pending already: $name",
    async ({ create }) => {
      const { url, id } = serve(scripted, stalling("a", "b", "c"));
      const stream: ReadableStream = await create(url).stream("Why?");
      const reader = stream.getReader();
      for (let token = 0; token < 3; token++) await reader.read();
      const pending = reader.read();
      const left = performance.now();
      await reader.cancel();
      await scripted.seen(({ closedByPeerMs }) => closedByPeerMs !== undefined, id);
      expect(performance.now() - left).toBeLessThan(SOON_MS);
      expect(await pending).toMatchObject({ done: true });
    },
  );

  it("closes the request on the synchronous path too", async () => {
    for (const { create } of [llmClass, chatClass]) {
      const { url, id } = serve(scripted, stalling("a", "b", "c"));
      let tokens = 0;
      for (const _ of create(url).streamSync("Why?")) if (++tokens === 3) break;
      const left = performance.now();
      await scripted.seen(({ closedByPeerMs }) => closedByPeerMs !== undefined, id);
      expect(performance.now() - left).toBeLessThan(SOON_MS);
    }
  });

  it("keeps the connection where the answer was complete already", async () => {
    const before = await scripted.connections();
    const { url, id } = serve(scripted, events("a", "b", { done: true }));
    const model = llmClass.create(url);
    for (let run = 0; run < 5; run++) {
      let read = "";
      for await (const token of (await model.stream("Why?")) as AsyncIterable<string>)
        read += token;
      expect(read).toBe("ab");
    }
    expect((await scripted.log(id)).length).toBe(5);
    // undici has a connection ready again a turn after its answer ended: two may take turns.
    expect((await scripted.connections()) - before).toBeLessThanOrEqual(2);
  });
});

describe("a reader who stops reading", () => {
  const MIB = 1024 * 1024;
  const text = "x".repeat(1000);
  /** 250 MB in records of about a kilobyte. */
  const flood = {
    headers: { "content-type": "text/event-stream" },
    steps: [{ text: `data: {"text":"${text}"}\n\n`.repeat(64), repeat: 3900 }],
  };

  it.each(asynchronous.filter(({ path }) => path !== "streamEvents v2"))(
    "stops the server: $title",
    async (path) => {
      await expectLittle((model, hold) => path.call(model, {}, hold), path.create);
    },
  );

  it("stops it on the synchronous path", async () => {
    const { url, id } = serve(scripted, flood);
    const tokens = llmClass.create(url).streamSync("Why?");
    (tokens as Generator<string>).next();
    const sent = await settled(id);
    (tokens as Generator<string>).return(undefined);
    expect(sent).toBeLessThan(12 * MIB);
  });

  async function expectLittle(
    read: (model: ExitModel, hold: () => Promise<"leave">) => ReturnType<CallPath["call"]>,
    create: (url: string) => ExitModel,
  ): Promise<void> {
    const { url, id } = serve(scripted, flood);
    let sent = Infinity;
    await read(create(url), async () => {
      sent = await settled(id);
      return "leave";
    });
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(12 * MIB);
  }

  /** What the server could get rid of, once that does not grow any more. */
  async function settled(id: string): Promise<number> {
    let before = -1;
    for (;;) {
      const [request] = await scripted.log(id);
      const now = request?.bytesWritten ?? 0;
      if (now > 0 && now === before) return now;
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  }
});
