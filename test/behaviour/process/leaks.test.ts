import { getEventListeners, setMaxListeners } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedToken } from "http-streaming-llm";
import { startFaultServer, statusAnswer, type FaultServer } from "../../helpers/fault-server.js";
import { activeResources, heapInUse, leftResources } from "../../helpers/leaks.js";
import {
  everyPath,
  type CallPath,
  type ExitModel,
  type Fields,
  type Options,
} from "../../helpers/exit-models.js";
import { record } from "../../helpers/recordings.js";

const [recording] = record(["Down, ", "down, ", "down. ", "Would ", "the ", "fall "]);
const { bytes, headLength, text } = recording!;

let server: FaultServer;
beforeAll(async () => {
  server = await startFaultServer();
});
afterAll(() => server.close());

/** One exit of one call; all give what the call ended with. */
type Exit = (run: (url: string, given?: Given) => Promise<string>) => Promise<string>;

interface Given {
  readonly fields?: Fields;
  readonly options?: Options;
  readonly reader?: () => unknown;
}

const whole = () => server.url(bytes, { end: "keep" });
const stalling = () => server.url(bytes.subarray(0, headLength + 80), { end: "stall" });

const exits: readonly Exit[] = [
  (run) => run(whole()),
  (run) => run(server.url(statusAnswer(401), { end: "keep" })),
  (run) =>
    run(server.url([statusAnswer(503, { "retry-after-ms": "1" }), bytes], { end: "keep" }), {
      fields: { maxRetries: 1 },
    }),
  (run) => run(server.url(bytes.subarray(0, headLength + 80), { end: "reset" })),
  (run) => run(server.url(bytes.subarray(0, headLength + 80), { end: "close" })),
  (run) => run(server.url(bytes.subarray(0, 20), { end: "close" })),
  (run) => run(stalling(), { fields: { timeouts: { idle: 15 } } }),
  (run) => run(stalling(), { options: { timeout: 15 } }),
  (run) => run(stalling(), { reader: () => "leave", options: { timeout: 40 } }),
  (run) => {
    const reader = () => {
      throw new Error("the reader's own");
    };
    return run(stalling(), { reader, options: { timeout: 15 } });
  },
  (run) => run(whole(), { options: { signal: AbortSignal.abort() } }),
  async (run) => {
    const controller = new AbortController();
    const ending = run(stalling(), { options: { signal: controller.signal } });
    setTimeout(() => controller.abort(), 10);
    return ending;
  },
  async (run) => {
    const controller = new AbortController();
    const reader = () => controller.abort();
    const options = { signal: controller.signal, timeout: 40 };
    setTimeout(() => controller.abort(), 10);
    return run(stalling(), { reader, options });
  },
  (run) =>
    run(whole(), {
      fields: {
        parseChunk: () => {
          throw new Error("the hook's own");
        },
      },
    }),
];

const paths = everyPath.filter(({ blocks }) => !blocks);

describe("hundreds of calls with mixed exits", { timeout: 600_000 }, () => {
  it("leave no listener, no timer, no socket and no memory behind", async () => {
    const { signal } = new AbortController();
    // Twenty calls at a time listen to it.
    setMaxListeners(0, signal);
    const endings = new Set<string>();
    const once = async (number: number): Promise<void> => {
      const path = paths[number % paths.length]!;
      const exit = exits[Math.floor(number / paths.length) % exits.length]!;
      endings.add(await exit((url, given) => endingOf(path, path.create, url, given, signal)));
    };
    const runs = async (count: number): Promise<void> => {
      let next = 0;
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          while (next < count) await once(next++);
        }),
      );
      await server.quiet();
      server.forget();
    };
    const before = activeResources();
    await runs(200);
    const heap = await heapInUse();
    await runs(500);
    const growth = (await heapInUse()) - heap;

    expect(getEventListeners(signal, "abort")).toEqual([]);
    // 4 KiB for each call would be seen.
    expect(growth).toBeLessThan(2 * 1024 * 1024);
    expect(await leftResources(before)).toEqual({});
    expect([...endings].sort()).toEqual(
      expect.arrayContaining([
        "AbortError",
        "ConnectionError",
        "HttpStatusError",
        "TimeoutError",
        "TruncatedStreamError",
        "answer",
      ]),
    );
  });
});

describe("a shared token", () => {
  it("of a user who is gone is forgotten when it has expired", async () => {
    const users = 2000;
    let user = 0;
    const token = sharedToken({
      scope: () => `user ${user}`,
      request: () => ({ url: "http://auth.test/" }),
      read: () => ({ token: Buffer.alloc(10_000, `${user} `).toString("latin1"), expiresInMs: 0 }),
    });
    const context = () => ({
      attempt: 0,
      signal: new AbortController().signal,
      isSynchronous: true,
      request: () => ({ status: 200, headers: {}, body: {} }),
    });
    const heap = await heapInUse();
    for (; user < users; user++) void token(context());
    const growth = (await heapInUse()) - heap;
    expect(growth).toBeLessThan((users * 10_000) / 4);
    // It is still in use: what was measured is what it keeps.
    expect(await token(context())).toContain(`${users} `);
  });
});

async function endingOf(
  path: CallPath,
  create: (url: string, fields?: Fields) => ExitModel,
  url: string,
  { fields, options, reader }: Given = {},
  signal: AbortSignal,
): Promise<string> {
  const model = create(url, { maxRetries: 0, format: recording!.format, ...fields });
  try {
    const read = await path.call(model, { signal, ...options }, reader);
    return read === text ? "answer" : "left";
  } catch (error) {
    return (error as Error).name;
  }
}
