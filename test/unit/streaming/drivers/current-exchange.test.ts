import { describe, expect, it } from "vitest";
import { CurrentExchange } from "../../../../src/streaming/drivers/current-exchange.js";

/** Writes down how it is ended. */
function exchange() {
  const ended: string[] = [];
  return {
    ended,
    release: () => void ended.push("released"),
    close: (reason: Error) => void ended.push(reason.message),
  };
}
const UNWANTED = "The rest of the response is not wanted.";

describe("CurrentExchange", () => {
  it("closes the exchange before when another is opened, unless that was released", () => {
    const current = new CurrentExchange<ReturnType<typeof exchange>>();
    const [leaked, released, last] = [exchange(), exchange(), exchange()];
    current.open(leaked);
    current.open(released);
    current.release();
    current.open(last);
    expect([leaked, released, last].map(({ ended }) => ended)).toEqual([
      [UNWANTED],
      ["released"],
      [],
    ]);
    expect(current.required()).toBe(last);
  });

  it("is none before the first, and when it was released or abandoned", () => {
    const current = new CurrentExchange<ReturnType<typeof exchange>>();
    const [first, second] = [exchange(), exchange()];
    const unopened = () => current.required();
    expect(unopened).toThrow("No request is open.");
    current.open(first);
    current.release();
    expect(current.exchange).toBeUndefined();
    current.open(second);
    current.abandon();
    expect(unopened).toThrow("No request is open.");
    // None of this ends one a second time, or fails where there is none.
    current.abandon();
    current.release();
    current.close(new Error("left"));
    expect([first.ended, second.ended]).toEqual([["released"], [UNWANTED]]);
  });

  it("stays when it is closed, so that a read of it gives the reason", () => {
    const current = new CurrentExchange<ReturnType<typeof exchange>>();
    const only = exchange();
    current.open(only);
    current.close(new Error("left"));
    expect([current.exchange, only.ended]).toEqual([only, ["left"]]);
  });
});
