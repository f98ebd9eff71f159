import { IterableReadableStream } from "@langchain/core/utils/stream";
import { describe, expect, it } from "vitest";
import {
  isVersioned,
  leavable,
  leavableEvents,
} from "../../../../src/langchain/reading/leavable-events.js";
import { ReaderLeft } from "../../../../src/langchain/reading/reader-left.js";

/** Events until the signal fires; then the generator fails with its reason. */
async function* events({ signal }: { signal?: AbortSignal }, count = 1): AsyncGenerator<number> {
  for (let event = 0; event < count; event++) yield event;
  await new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error));
  });
}

describe("leavable", () => {
  it("gives the events, and their failure", async () => {
    const given: number[] = [];
    const failing = async function* (): AsyncGenerator<number> {
      yield 1;
      throw new Error("of the call");
    };
    const reading = async () => {
      for await (const event of leavable({}, failing)) given.push(event);
    };
    await expect(reading()).rejects.toThrow("of the call");
    expect(given).toEqual([1]);
  });

  it("ends the call as soon as its reader leaves, also one that waits", async () => {
    let signal: AbortSignal | undefined;
    const open = (options: { signal?: AbortSignal }) => {
      signal = options.signal;
      return events(options);
    };
    const reader = leavable({}, open);
    await reader.next();
    const waiting = reader.next();
    await reader.return();
    expect(signal?.aborted).toBe(true);
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it("says why, and reads on until the end, for LangChain's handlers write what they hear", async () => {
    let reason: unknown;
    let hasEnded = false;
    const reader = leavable({}, async function* ({ signal }: { signal?: AbortSignal }) {
      yield 1;
      reason = signal?.reason;
      yield 2;
      hasEnded = true;
    });
    await reader.next();
    await reader.return();
    expect(reason).toBeInstanceOf(ReaderLeft);
    expect(hasEnded).toBe(true);
  });

  it("begins nothing for a reader who leaves before the first event", async () => {
    let hasBegun = false;
    const reader = leavable({}, async function* () {
      hasBegun = true;
      yield 1;
    });
    await reader.return();
    expect(hasBegun).toBe(false);
  });

  it("listens to the caller's signal as well", async () => {
    const controller = new AbortController();
    const reader = leavable({ signal: controller.signal }, (options) => events(options, 0));
    const waiting = reader.next();
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  it("throws what its reader throws into it", async () => {
    const reader = leavable({}, (options: object) => events(options));
    await expect(reader.throw(new Error("mine"))).rejects.toThrow("mine");
  });
});

describe("leavableEvents", () => {
  it("is a stream of the same", async () => {
    const stream = leavableEvents({}, () =>
      IterableReadableStream.fromAsyncGenerator(
        (async function* () {
          yield 1;
          yield 2;
        })(),
      ),
    );
    const given: number[] = [];
    for await (const event of stream) given.push(event);
    expect(given).toEqual([1, 2]);
  });
});

describe("isVersioned", () => {
  it("tells the two kinds of events apart", () => {
    expect(isVersioned({ version: "v2" })).toBe(true);
    expect(isVersioned({ version: "v1" })).toBe(true);
    expect(isVersioned({})).toBe(false);
    // LangChain takes any other for content-block events.
    expect(isVersioned({ version: "v3" as "v2" })).toBe(false);
    expect(isVersioned(undefined)).toBe(false);
  });
});
