import { describe, expect, it } from "vitest";
import { Deadlines } from "../../../../src/streaming/retry/deadlines.js";

const NEVER = {
  connect: Infinity,
  headers: Infinity,
  firstChunk: Infinity,
  token: Infinity,
  idle: Infinity,
  total: Infinity,
};
const of = (timeouts: Partial<typeof NEVER>) => new Deadlines({ ...NEVER, ...timeouts });
const phases = (deadlines: Deadlines) =>
  (["total", "head", "firstChunk", "idle"] as const).map((name) => deadlines[name]().phase);

describe("Deadlines", () => {
  it("give the timeout that falls first", () => {
    expect(phases(of({ total: 10, firstChunk: 20, idle: 30 }))).toEqual(Array(4).fill("total"));
    const deadlines = of({ total: 3000, firstChunk: 2000, idle: 1000 });
    expect(phases(deadlines)).toEqual(["total", "firstChunk", "idle", "idle"]);
    expect(deadlines.token(500)).toMatchObject({ phase: "token" });
    expect(deadlines.token(1500)).toMatchObject({ phase: "idle" });
    expect(deadlines.ending(500)).toMatchObject({ phase: "idle", timeoutMs: 500 });
  });

  it("are never, where all are off", () => {
    const deadlines = of({});
    expect(deadlines.total().at).toBe(Infinity);
    expect(deadlines.firstChunk().at).toBe(Infinity);
  });

  it("read the body of an error for a while only", () => {
    expect(of({}).errorBody().at).toBeLessThan(performance.now() + 60_000);
    expect(of({ total: 1 }).errorBody().phase).toBe("total");
  });

  it("give the request that ends a job a while of its own", () => {
    const last = of({ total: 1 }).last();
    expect(last).toMatchObject({ phase: "total", timeoutMs: 10_000 });
    expect(last.at - performance.now()).toBeGreaterThan(5_000);
    expect(last.at - performance.now()).toBeLessThanOrEqual(10_000);
  });

  it("begin the wait for the first token anew with an attempt, and that for bytes with a read", () => {
    const deadlines = of({ firstChunk: 1000 });
    const before = deadlines.firstChunk().at;
    const until = performance.now() + 2;
    while (performance.now() < until);
    expect(deadlines.firstChunk().at).toBe(before);
    deadlines.startAttempt();
    expect(deadlines.firstChunk().at).toBeGreaterThan(before);
  });
});
