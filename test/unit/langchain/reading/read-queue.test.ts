import { describe, expect, it } from "vitest";
import { ReadQueue } from "../../../../src/langchain/reading/read-queue.js";

describe("ReadQueue", () => {
  it("answers the calls in their turn", async () => {
    const queue = new ReadQueue<number>({}, undefined);
    expect(queue.isEmpty).toBe(true);
    const calls = [queue.add(), queue.add(), queue.add()];
    queue.resolve({ done: false, value: 1 });
    const error = new Error("x");
    queue.reject(error);
    expect(queue.isEmpty).toBe(false);
    queue.resolve({ done: true, value: undefined });
    expect(queue.isEmpty).toBe(true);
    expect(await calls[0]).toEqual({ done: false, value: 1 });
    await expect(calls[1]).rejects.toBe(error);
    expect(await calls[2]).toEqual({ done: true, value: undefined });
  });

  it("answers nobody where nobody waits", async () => {
    const queue = new ReadQueue<number>({}, undefined);
    queue.resolve({ done: false, value: 1 });
    const call = queue.add();
    queue.resolve({ done: false, value: 2 });
    expect(await call).toMatchObject({ value: 2 });
  });

  it("has the reader held as long as somebody waits", () => {
    const reader = {};
    const held = new Set<object>();
    const queue = new ReadQueue<number>(reader, held);
    const answer = () => {
      queue.resolve({ done: false, value: 1 });
      return held.has(reader);
    };
    void queue.add();
    void queue.add();
    expect(held.has(reader)).toBe(true);
    expect([answer(), answer()]).toEqual([true, false]);
  });
});
