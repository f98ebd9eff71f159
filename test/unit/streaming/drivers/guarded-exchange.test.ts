import { describe, expect, it, vi } from "vitest";
import { ConnectionError, HookError, TruncatedStreamError } from "../../../../src/errors.js";
import {
  GuardedExchange,
  GuardedSyncExchange,
} from "../../../../src/streaming/drivers/guarded-exchange.js";
import type { BodyReader, Exchange, SyncExchange } from "../../../../src/transport/transport.js";
import { NEVER } from "../../../helpers/run-effects.js";

const HEAD = { status: 200, headers: {} };
const SECRET = Object.assign(new Error("refused at http://me:pa55@a.test/?key=k1"), {
  config: { headers: { authorization: "Bearer s3cret" } },
});

const boom = (): never => {
  throw SECRET;
};
const rejecting = async (): Promise<never> => boom();

const rejectedWithNothing: PromiseLike<never> = {
  then: (_, reject) => Promise.resolve(undefined as never).then(() => reject?.(undefined) as never),
};

function guard(members: object): GuardedExchange {
  const nothing = () => undefined;
  const exchange = {
    head: async () => HEAD,
    read: (reader: BodyReader) => reader.onBytes(undefined),
    release: nothing,
    close: nothing,
    unattended: nothing,
    over: Promise.resolve(),
    ...members,
  };
  return new GuardedExchange(exchange, "own");
}

function read(exchange: Exchange): Promise<readonly Uint8Array[] | undefined> {
  return new Promise((onBytes, onFailure) => exchange.read({ onBytes, onFailure }));
}

describe("GuardedExchange", () => {
  it.each<[string, object]>([
    ["throws", { head: boom }],
    ["rejects", { head: rejecting }],
    ["rejects with no Error", { head: () => rejectedWithNothing }],
  ])("makes a ConnectionError of a head() that %s", async (_, members) => {
    const error: unknown = await guard(members)
      .head()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(JSON.stringify([error, (error as Error).message])).not.toMatch(/pa55|k1|s3cret/);
  });

  it.each<[string, unknown, RegExp]>([
    ["nothing", undefined, /gave a status of type undefined/],
    ["NaN", { ...HEAD, status: NaN }, /status of type number/],
    ["a status that is text", { ...HEAD, status: "200" }, /status of type string/],
    ["no headers", { status: 200 }, /no object of headers/],
    ["a text for headers", { status: 200, headers: "vary: accept" }, /no object of headers/],
    ["an object", { status: 200, headers: { "set-cookie": { a: 1 } } }, /"set-cookie" as object/],
  ])("refuses %s for a head", async (_, head, message) => {
    const headed = guard({ head: async () => head }).head();
    await expect(headed).rejects.toThrow(HookError);
    await expect(headed).rejects.toThrow(message);
  });

  it("takes headers as clients of Node give them", async () => {
    const headers = { "set-cookie": ["a=1", "b=2"], age: 5, etag: undefined, vary: "accept" };
    expect(await guard({ head: async () => ({ status: 200, headers }) }).head()).toEqual({
      status: 200,
      headers: { "set-cookie": "a=1, b=2", age: "5", vary: "accept" },
    });
    const vary = { Vary: "accept" };
    for (const some of [vary, new Headers(vary), new Map(Object.entries(vary))]) {
      const head = { status: 200, headers: some } as never;
      expect(await guard({ head: async () => head }).head()).toMatchObject({
        headers: { vary: "accept" },
      });
    }
  });

  it.each<[string, object]>([
    ["throws", { read: boom }],
    ["rejects", { read: rejecting }],
    ["fails", { read: (reader: BodyReader) => reader.onFailure(SECRET) }],
    ["fails with nothing", { read: (reader: BodyReader) => reader.onFailure(undefined as never) }],
  ])("makes a broken body of a read() that %s", async (_, members) => {
    await expect(read(guard(members))).rejects.toThrow(TruncatedStreamError);
  });

  it.each<[string, unknown]>([
    ["bytes without a list", new Uint8Array(1)],
    ["texts", ["a"]],
    ["null", null],
  ])("refuses %s for what was read", async (_, given) => {
    const exchange = guard({ read: (reader: BodyReader) => reader.onBytes(given as never) });
    await expect(read(exchange)).rejects.toThrow(/gave what is no list of Uint8Array/);
  });

  it("fails where a read is answered twice, and gives what came first", async () => {
    const exchange = guard({
      read(reader: BodyReader) {
        reader.onBytes([new Uint8Array(1)]);
        reader.onBytes([new Uint8Array(2)]);
      },
    });
    await expect(read(exchange)).resolves.toHaveLength(1);
    await expect(read(exchange)).rejects.toThrow(/answered more than once/);
  });

  it("reads on in a loop where each read is answered at once", () => {
    let left = 20_000;
    const exchange = guard({
      read: (reader: BodyReader) => reader.onBytes(left-- > 0 ? [new Uint8Array(1)] : undefined),
    });
    let reads = 0;
    const reader: BodyReader = {
      onBytes(buffers) {
        if (buffers === undefined) return;
        reads++;
        exchange.read(reader);
      },
      onFailure: () => undefined,
    };
    exchange.read(reader);
    expect(reads).toBe(20_000);
  });

  it("fails what is waited for when it is closed, whatever the exchange does", async () => {
    const exchange = guard({ head: () => new Promise(() => {}), read: () => undefined });
    const waits = [exchange.head(), read(exchange)];
    const reason = new Error("too late");
    exchange.close(reason);
    exchange.onBytes([new Uint8Array(1)]);
    for (const wait of waits) await expect(wait).rejects.toBe(reason);
    await expect(read(exchange)).rejects.toBe(reason);
  });

  it.each([boom, rejecting])("bears a release, a close and an unattended that fail", (fails) => {
    const close = vi.fn(fails);
    const exchange = guard({ release: fails, unattended: fails, close });
    exchange.unattended();
    exchange.release();
    exchange.close(new Error("left"));
    expect(close).toHaveBeenCalled();
  });
});

describe("GuardedSyncExchange", () => {
  it("holds the synchronous path to the same", () => {
    const exchange = new GuardedSyncExchange(
      { head: boom, read: boom, release: boom, close: boom } satisfies SyncExchange,
      "own",
    );
    expect(() => exchange.head(NEVER)).toThrow(ConnectionError);
    expect(() => exchange.read(NEVER)).toThrow(TruncatedStreamError);
    expect(() => exchange.release()).not.toThrow();
    const unread = { head: () => ({}), read: rejecting, release: boom, close: boom };
    const wrong = new GuardedSyncExchange(unread as unknown as SyncExchange, "own");
    expect(() => wrong.head(NEVER)).toThrow(/status of type undefined/);
    expect(() => wrong.read(NEVER)).toThrow(/read returned a Promise/);
  });
});
