import { describe, expect, it, vi } from "vitest";
import { BaseExchange } from "../../../src/transport/base-exchange.js";
import type { BodyReader } from "../../../src/transport/transport.js";

/** An exchange over nothing: the test says what comes. */
class HandExchange extends BaseExchange {
  readonly stopped: (Error | undefined)[] = [];
  constructor() {
    super("waiting");
  }
  override read(reader: BodyReader): void {
    this.queue.read(reader);
  }
  override unattended(): void {}
  wait(timeoutMs: number): void {
    this.expect("headers", timeoutMs);
  }
  begin(): void {
    this.receive({ status: 200, headers: {} });
  }
  rest(bytes: number): void {
    this.spendGrace(bytes);
  }
  end(): void {
    this.queue.end();
    this.finish();
  }
  protected override letBodyEnd(): void {
    this.startGrace();
  }
  protected override stop(reason: Error | undefined): void {
    this.stopped.push(reason);
  }
}

function read(exchange: HandExchange): unknown[] {
  const heard: unknown[] = [];
  exchange.read({
    onBytes: (buffers) => heard.push(buffers),
    onFailure: (reason) => heard.push(reason),
  });
  return heard;
}

describe("BaseExchange", () => {
  it("gives the head that comes, and is over when it is finished", async () => {
    const exchange = new HandExchange();
    exchange.begin();
    expect(await exchange.head()).toEqual({ status: 200, headers: {} });
    exchange.end();
    await exchange.over;
    expect(exchange.stopped).toEqual([undefined]);
    expect(read(exchange)).toEqual([undefined]);
  });

  it("fails head and reads with the reason it was closed with, once", async () => {
    const exchange = new HandExchange();
    const reason = new Error("left");
    exchange.close(reason);
    exchange.close(new Error("again"));
    await expect(exchange.head()).rejects.toBe(reason);
    expect(read(exchange)).toEqual([reason]);
    expect(exchange.stopped).toEqual([reason]);
    await exchange.over;
  });

  it("gives the reason to who reads on after a whole body was closed", () => {
    const exchange = new HandExchange();
    const reason = new Error("left");
    exchange.begin();
    exchange.end();
    exchange.close(reason);
    expect(read(exchange)).toEqual([reason]);
  });

  it("is given up when it is released before its body", async () => {
    const exchange = new HandExchange();
    exchange.release();
    await expect(exchange.head()).rejects.toThrow("released");
  });

  it("lets a released body end within a grace of bytes, and of time", () => {
    vi.useFakeTimers();
    try {
      const byBytes = new HandExchange();
      const byTime = new HandExchange();
      for (const exchange of [byBytes, byTime]) {
        exchange.begin();
        exchange.release();
        exchange.release();
        expect(exchange.stopped).toEqual([]);
      }
      byBytes.rest(64 * 1024);
      expect(byBytes.stopped).toEqual([]);
      byBytes.rest(1);
      expect(byBytes.stopped).toHaveLength(1);
      vi.advanceTimersByTime(1_000);
      expect(byTime.stopped).toHaveLength(1);
      expect(byBytes.stopped).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it("fails when what it waits for does not come in time", async () => {
    const exchange = new HandExchange();
    exchange.wait(20);
    await expect(exchange.head()).rejects.toMatchObject({ phase: "headers", timeoutMs: 20 });
  });
});
