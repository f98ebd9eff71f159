import { describe, expect, it } from "vitest";
import { ByteQueue } from "../../../src/transport/byte-queue.js";

/** What a read of a queue gives: bytes, the end, a failure, or nothing yet. */
function read(queue: ByteQueue) {
  const heard: unknown[] = [];
  queue.read({
    onBytes: (buffers) => heard.push(buffers?.map((bytes) => [...bytes]) ?? "end"),
    onFailure: (reason) => heard.push(reason),
  });
  return heard;
}
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("ByteQueue", () => {
  it("gives all that has come at once, in order", () => {
    const queue = new ByteQueue();
    queue.push(bytes(1));
    queue.push(bytes());
    queue.push(bytes(2, 3));
    expect(read(queue)).toEqual([[[1], [2, 3]]]);
  });

  it("calls a reader back who waits", () => {
    const queue = new ByteQueue();
    const heard = read(queue);
    expect(heard).toEqual([]);
    queue.push(bytes(1));
    queue.push(bytes(2));
    expect(heard).toEqual([[[1]]]);
    expect(read(queue)).toEqual([[[2]]]);
  });

  it("ends behind what is queued, for good", () => {
    const queue = new ByteQueue();
    queue.push(bytes(1));
    queue.end();
    queue.end(new Error("too late"));
    queue.push(bytes(2));
    expect([read(queue), read(queue), read(queue)]).toEqual([[[[1]]], ["end"], ["end"]]);
  });

  it("fails behind what is queued, or at once when that is discarded", () => {
    const failure = new Error("gone");
    const queue = new ByteQueue();
    queue.push(bytes(1));
    queue.end(failure);
    expect([read(queue), read(queue)]).toEqual([[[[1]]], [failure]]);
    const discarded = new ByteQueue();
    discarded.push(bytes(1));
    discarded.discard(failure);
    expect(read(discarded)).toEqual([failure]);
  });

  it("tells a reader who waits that it has ended", () => {
    const queue = new ByteQueue();
    const heard = read(queue);
    queue.end();
    expect(heard).toEqual(["end"]);
  });

  it("refuses a second reader", () => {
    const queue = new ByteQueue();
    read(queue);
    expect(read(queue)).toMatchObject([{ name: "TypeError" }]);
  });

  it("is full above its limit, until it is read", () => {
    const queue = new ByteQueue();
    queue.push(new Uint8Array(64 * 1024));
    expect(queue.full).toBe(false);
    queue.push(bytes(1));
    expect(queue.full).toBe(true);
    read(queue);
    expect(queue.full).toBe(false);
  });
});
