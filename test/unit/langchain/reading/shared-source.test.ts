import { describe, expect, it } from "vitest";
import { SharedSource } from "../../../../src/langchain/reading/shared-source.js";
import { rejection } from "../../../helpers/delta-llm.js";
import { turns } from "../../../helpers/hand-server.js";

/** Numbers without end, or up to `last`; notes how many were taken, and whether it was left. */
function numbers(last = Infinity) {
  const source = {
    taken: 0,
    left: 0,
    next: async (): Promise<IteratorResult<number, void>> =>
      source.taken === last
        ? { done: true, value: undefined }
        : { done: false, value: ++source.taken },
    return: async (): Promise<IteratorResult<number, void>> => {
      source.left++;
      return { done: true, value: undefined };
    },
  };
  return source;
}

/** A buffer that keeps everything, as LangChain's does, filled from a shared source. */
function buffer(shared: SharedSource<number>) {
  const items: number[] = [];
  let isFull = false;
  let failure: unknown;
  const onChange: (() => void)[] = [];
  const changed = (): void => {
    for (const notify of onChange.splice(0)) notify();
  };
  void (async () => {
    try {
      for await (const item of shared) {
        items.push(item);
        changed();
      }
    } catch (error) {
      failure = error;
    }
    isFull = true;
    changed();
  })();
  return async function* (): AsyncGenerator<number, void, undefined> {
    for (let at = 0; ;) {
      if (at < items.length) yield items[at++]!;
      else if (failure !== undefined) throw failure as Error;
      else if (isFull) return;
      else await new Promise<void>((resolve) => onChange.push(resolve));
    }
  };
}

function share(source: ReturnType<typeof numbers>, isLast = (_: number) => false) {
  const shared = new SharedSource(source, isLast);
  const items = buffer(shared);
  return { source, shared, read: () => shared.reader(items()), items };
}

/** Until a reader has come, an endless source would be read without end: this one is read at once. */
function reading(source: ReturnType<typeof numbers>) {
  const { read, ...rest } = share(source);
  const first = read();
  return { ...rest, read, first, begun: first.next() };
}

describe("SharedSource", () => {
  it("is read to its end while nobody reads, and everybody gets everything", async () => {
    const { source, read } = share(numbers(5));
    await turns();
    expect(source.taken).toBe(5);
    for (let reader = 0; reader < 2; reader++) {
      const got: number[] = [];
      for await (const item of read()) got.push(item);
      expect(got).toEqual([1, 2, 3, 4, 5]);
    }
    expect(source.left).toBe(0);
  });

  it("is read no further than its fastest reader wants", async () => {
    const { source, first, read, begun } = reading(numbers());
    await begun;
    await turns();
    const ahead = source.taken;
    expect(ahead).toBeLessThan(10);
    await turns();
    expect(source.taken).toBe(ahead);
    const second = read();
    for (let at = 0; at < 50; at++) await second.next();
    await turns();
    expect(source.taken).toBeGreaterThanOrEqual(50);
    expect(source.taken).toBeLessThan(60);
    expect(await first.next()).toEqual({ done: false, value: 2 });
    await Promise.all([first.return(), second.return()]);
  });

  it("ends when its last reader leaves, by whatever way", async () => {
    const ways = [
      (reader: AsyncGenerator<number>) => reader.return(undefined),
      (reader: AsyncGenerator<number>) => rejection(reader.throw(new Error("mine"))),
      (reader: AsyncGenerator<number>) => reader[Symbol.asyncDispose](),
    ];
    for (const leave of ways) {
      const { source, first, read, begun } = reading(numbers());
      const second = read();
      await Promise.all([begun, second.next()]);
      await leave(first);
      expect(source.left).toBe(0);
      expect(await second.next()).toMatchObject({ done: false });
      await leave(second);
      await leave(second);
      expect(source.left).toBe(1);
      expect(await second.next()).toEqual({ done: true, value: undefined });
      const { taken } = source;
      await turns();
      expect(source.taken).toBe(taken);
    }
  });

  it("refuses whoever comes after that: a part must not pass for the whole", async () => {
    const { first, read, begun } = reading(numbers());
    await begun;
    await first.return();
    const late = async () => {
      for await (const _ of read());
    };
    expect(await rejection(late())).toMatchObject({
      name: "AbortError",
      message: expect.stringContaining("const output = stream.output") as unknown,
    });
  });

  it("is not left by a reader who has come to the end of what it reads", async () => {
    const { source, shared, items } = share(numbers(20));
    const part = shared.reader(
      (async function* () {
        for await (const item of items()) {
          if (item === 3) return;
          yield item;
        }
      })(),
    );
    const got: number[] = [];
    for await (const item of part) got.push(item);
    await part.return();
    await turns(20);
    expect(got).toEqual([1, 2]);
    expect(source).toMatchObject({ taken: 20, left: 0 });
  });

  it("waits for one who reads all there is", async () => {
    const { source, shared, first, items, begun } = reading(numbers(100));
    await begun;
    const sum = shared.readAll(
      (async () => {
        let all = 0;
        for await (const item of items()) all += item;
        return all;
      })(),
    );
    await first.return();
    expect(await sum).toBe(5050);
    expect(source.left).toBe(0);
  });

  it("has nothing to leave after its last item", async () => {
    const source = numbers(3);
    const { read } = share(source, (item) => item === 3);
    for await (const item of read()) if (item === 3) break;
    expect(source.left).toBe(0);
    const got: number[] = [];
    for await (const item of read()) got.push(item);
    expect(got).toEqual([1, 2, 3]);
  });

  it("ends a read that waits, without an error, and does not wait behind it", async () => {
    const silent = {
      next: () => new Promise<IteratorResult<number, void>>((resolve) => (end = resolve)),
      return: async (): Promise<IteratorResult<number, void>> => {
        end({ done: true, value: undefined });
        return { done: true, value: undefined };
      },
    };
    let end!: (result: IteratorResult<number, void>) => void;
    const shared = new SharedSource<number>(Promise.resolve(silent), () => false);
    const reader = shared.reader(buffer(shared)());
    const waiting = reader.next();
    await turns();
    expect(await reader.return()).toEqual({ done: true, value: undefined });
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it("gives each reader the error of the source", async () => {
    const source = numbers();
    const error = new Error("of the source");
    source.next = () => Promise.reject(error);
    const { read } = share(source);
    for (let reader = 0; reader < 2; reader++) {
      expect(await rejection(read().next())).toBe(error);
    }
  });
});
