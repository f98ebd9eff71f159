import { describe, expect, it } from "vitest";
import { Permits } from "../../../../src/streaming/retry/permits.js";
import { turns } from "../../../helpers/hand-server.js";

describe("Permits", () => {
  it("let as many run at a time as they are, and then those whose call came first", async () => {
    const permits = new Permits(2);
    const running: number[] = [];
    const releases = new Map<number, () => void>();
    const run = async (order: number): Promise<void> => {
      releases.set(order, await permits.acquire(order));
      running.push(order);
    };
    for (const order of [1, 2, 4, 3, 5, 0]) void run(order);
    await turns();
    expect(running).toEqual([1, 2]);
    releases.get(2)?.();
    await turns();
    expect(running).toEqual([1, 2, 0]);
    releases.get(1)?.();
    releases.get(0)?.();
    await turns();
    expect(running).toEqual([1, 2, 0, 3, 4]);
  });
});
