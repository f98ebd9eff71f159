import { describe, expect, it } from "vitest";
import { CallResources } from "../../../../src/streaming/drivers/call-resources.js";
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
  const release = (): void => undefined;
  return { closed, free, exchange: { over, close, release } as unknown as Exchange };
}

describe("CallResources", () => {
  it("give permits back at once where nothing was sent", () => {
    const left: string[] = [];
    const resources = new CallResources();
    resources.hold(() => left.push("a"));
    resources.hold(() => left.push("b"));
    resources.end();
    resources.end();
    expect(left).toEqual(["a", "b"]);
  });

  it("give permits back when no connection is in use any more", async () => {
    const [first, second] = [exchange(), exchange()];
    let left = false;
    const resources = new CallResources();
    resources.hold(() => (left = true));
    resources.open(first.exchange);
    resources.release();
    resources.open(second.exchange);
    resources.release();
    resources.end();
    second.free();
    await turns();
    expect(left).toBe(false);
    first.free();
    await turns();
    expect(left).toBe(true);
  });

  it("give one back before the end, once, when no connection is in use", async () => {
    const { exchange: opened, free } = exchange();
    const left: string[] = [];
    const [early, late] = [() => void left.push("early"), () => void left.push("late")];
    const resources = new CallResources();
    resources.hold(early);
    resources.hold(late);
    resources.open(opened);
    resources.release();
    resources.giveBack(early);
    expect(left).toEqual([]);
    free();
    await turns();
    expect(left).toEqual(["early"]);
    resources.giveBack(early);
    resources.end();
    expect(left).toEqual(["early", "late"]);
  });

  it("give permits back though a response was neither read to its end nor released", async () => {
    const [first, second] = [exchange(), exchange()];
    let left = false;
    const resources = new CallResources();
    resources.hold(() => (left = true));
    resources.open(first.exchange);
    resources.open(second.exchange);
    resources.close(new Error("left"));
    resources.end();
    await turns();
    expect(left).toBe(true);
  });
});
