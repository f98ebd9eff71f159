import { describe, expect, it } from "vitest";
import { CallResources } from "../../../../src/streaming/call/call-resources.js";
import type { Exchange } from "../../../../src/transport/transport.js";
import { turns } from "../../../helpers/hand-server.js";

/** A connection that is in use until it is closed. */
function exchange() {
  const closed: Error[] = [];
  let free = (): void => undefined;
  const over = new Promise<void>((resolve) => (free = resolve));
  const close = (reason: Error): void => {
    closed.push(reason);
    free();
  };
  return { closed, free, exchange: { over, close } as unknown as Exchange };
}

describe("CallResources", () => {
  it("give permits back at once where nothing was sent", () => {
    const left: string[] = [];
    const resources = new CallResources();
    resources.hold(() => left.push("a"));
    resources.hold(() => left.push("b"));
    resources.release();
    resources.release();
    expect(left).toEqual(["a", "b"]);
  });

  it("give permits back when no connection is in use any more", async () => {
    const [first, second] = [exchange(), exchange()];
    let left = false;
    const resources = new CallResources();
    resources.hold(() => (left = true));
    resources.open(first.exchange);
    resources.open(second.exchange);
    resources.release();
    second.free();
    await turns();
    expect(left).toBe(false);
    first.free();
    await turns();
    expect(left).toBe(true);
  });

  it("close the connection that is being used", () => {
    const [first, second] = [exchange(), exchange()];
    const resources = new CallResources();
    resources.close(new Error("none yet"));
    resources.open(first.exchange);
    resources.open(second.exchange);
    const reason = new Error("left");
    resources.close(reason);
    expect([first.closed, second.closed]).toEqual([[], [reason]]);
    expect(resources.exchange).toBe(second.exchange);
  });
});
