import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RateLimitGate, type GateTicket } from "../../../../src/streaming/retry/rate-limit-gate.js";
import { RateLimitGates } from "../../../../src/streaming/retry/rate-limit-gates.js";
import { VirtualClock } from "../../../helpers/virtual-clock.js";
import { budget } from "../../../helpers/properties.js";

const K = 20;
const MINUTE = 60_000;

interface SceneParts {
  readonly most?: number;
  readonly random?: number;
  readonly tickMs?: number;
}

/** A gate on a clock of its own, and its calls by number. */
class Scene {
  readonly clock: VirtualClock;
  readonly gate: RateLimitGate;
  readonly dismissed: number[] = [];
  readonly #tickets = new Map<number, GateTicket>();
  #through: number[] = [];

  constructor({ most, random = 0, tickMs = 0 }: SceneParts = {}) {
    this.clock = new VirtualClock(tickMs);
    this.gate = new RateLimitGate(most, this.clock, () => random);
  }

  ticket(number: number): GateTicket {
    const ticket = this.#tickets.get(number) ?? this.gate.join(number);
    this.#tickets.set(number, ticket);
    return ticket;
  }

  /** Calls that want to go through, in this order. */
  enter(...numbers: number[]): void {
    for (const number of numbers) this.enterWith(2, number);
  }

  enterWith(allowance: number, number: number): void {
    void Promise.resolve(this.ticket(number).acquire(allowance)).then((entered) => {
      (entered ? this.#through : this.dismissed).push(number);
    });
  }

  answer(...numbers: number[]): void {
    for (const number of numbers) this.ticket(number).answered();
  }

  refuse(retryAfterMs: number | undefined, ...numbers: number[]): void {
    for (const number of numbers) this.ticket(number).refused(retryAfterMs);
  }

  /** Which have gone through since this was asked last, in order. */
  async through(): Promise<number[]> {
    await this.clock.advance(0);
    const through = this.#through;
    this.#through = [];
    return through;
  }

  /** So many calls before all others, one after the other, each answered. */
  answerInRow(count: number): void {
    for (let number = 0; number < count; number++) {
      const ticket = this.gate.join(-1);
      expect(ticket.acquire(0)).toBe(true);
      ticket.answered();
    }
  }
}

const numbersTo = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

describe("RateLimitGate", () => {
  it("lets all through before the first refusal, at once", () => {
    const { gate } = new Scene();
    const tickets = numbersTo(500).map((number) => gate.join(number));
    expect(tickets.every((ticket) => ticket.acquire(0) === true)).toBe(true);
    tickets[0]?.release();
    tickets[1]?.answered();
    expect(gate.join(500).acquire(0)).toBe(true);
  });

  it("lets no more through than the most there may be", async () => {
    const scene = new Scene({ most: 2 });
    scene.enter(0, 1, 2, 3);
    expect(await scene.through()).toEqual([0, 1]);
    scene.answer(0);
    expect(await scene.through()).toEqual([2]);
  });

  it("has one place less after a refusal, and an answer gives its own on", async () => {
    const scene = new Scene();
    scene.enter(0, 1, 2);
    scene.refuse(undefined, 2);
    await scene.through();
    scene.enter(3, 4, 5);
    expect(await scene.through()).toEqual([]);
    scene.answer(0);
    expect(await scene.through()).toEqual([3]);
    scene.answer(1, 3);
    expect(await scene.through()).toEqual([4, 5]);
  });

  it("has one place more after 20 answers in a row, up to the most there may be", async () => {
    const scene = new Scene({ most: 3 });
    scene.enter(0, 1, 2);
    scene.refuse(undefined, 2);
    scene.answer(0, 1);
    scene.answerInRow(K - 3);
    await scene.through();
    scene.enter(10, 11, 12, 13, 14);
    expect(await scene.through()).toEqual([10, 11]);
    scene.answer(10);
    expect(await scene.through()).toEqual([12, 13]);
    for (let number = 100; number < 100 + 2 * K; number++) {
      scene.answer(11);
      scene.answer(number);
      scene.enter(number + 1);
    }
    scene.enter(200);
    expect(await scene.through()).not.toContain(200);
  });

  it("counts the answers anew after a refusal", async () => {
    const scene = new Scene();
    scene.enter(0, 1, 2);
    scene.refuse(undefined, 2);
    scene.answer(0, 1);
    scene.answerInRow(K - 3);
    scene.enter(3, 4);
    scene.refuse(undefined, 4);
    scene.answer(3);
    await scene.through();
    scene.enter(5, 6);
    expect(await scene.through()).toEqual([5]);
  });

  it("holds all back as long as the server asks, with jitter of up to a quarter", async () => {
    for (const random of [0, 0.5, 1]) {
      const scene = new Scene({ random });
      scene.enter(0, 1);
      scene.refuse(1000, 1);
      await scene.through();
      scene.enter(1, 2);
      scene.answer(0);
      await scene.clock.advance(999 + 250 * random);
      expect(await scene.through()).toEqual([]);
      await scene.clock.advance(1);
      expect(await scene.through()).toEqual([1]);
    }
  });

  it("holds all back as long as a refusal took, if that is longer: up to 5 s", async () => {
    for (const [tookMs, waitMs, heldMs] of [
      [300, undefined, 300],
      [300, 100, 300],
      [100, 300, 300],
      [MINUTE / 2, 0, 5000],
    ] as const) {
      const scene = new Scene();
      scene.enter(0, 1);
      await scene.clock.advance(tookMs);
      scene.refuse(waitMs, 1);
      expect(scene.gate.heldMs()).toBe(heldMs);
    }
  });

  it("is held by the longest of several waits, and adds at most 5 s of jitter", () => {
    const scene = new Scene({ random: 1 });
    scene.enter(0, 1, 2);
    scene.refuse(MINUTE, 0);
    scene.refuse(1, 1, 2);
    expect(scene.gate.heldMs()).toBe(MINUTE + 5000);
  });

  it("lets through in the order in which calls came, refused ones first", async () => {
    const scene = new Scene();
    scene.enter(0, 1, 2, 3);
    scene.refuse(100, 3, 1);
    await scene.through();
    scene.enter(7, 4, 3, 1);
    scene.answer(2, 0);
    await scene.clock.advance(100);
    expect(await scene.through()).toEqual([1, 3]);
    scene.answer(1, 3);
    expect(await scene.through()).toEqual([4, 7]);
  });

  it("gives a permit on when its call releases it, in the queue and out of it", async () => {
    const scene = new Scene();
    scene.enter(0, 1);
    scene.refuse(undefined, 1);
    await scene.through();
    scene.enter(2, 3, 4);
    scene.ticket(2).release();
    expect(await scene.through()).toEqual([]);
    scene.ticket(0).release();
    expect(await scene.through()).toEqual([3]);
    for (const gone of [0, 1, 2]) scene.ticket(gone).release();
    expect(await scene.through()).toEqual([]);
  });

  it("counts no refusal while others are in flight", async () => {
    const scene = new Scene();
    scene.enter(0, 1);
    for (let other = 2; other < 12; other++) {
      scene.refuse(0, 1);
      expect(scene.ticket(1).countedRefusals).toBe(0);
      // The minute that lets one more through.
      scene.enter(1);
      await scene.clock.advance(MINUTE);
    }
    expect((await scene.through()).filter((number) => number === 1)).toHaveLength(11);
  });

  it("counts a refusal of a call alone for all who were refused, until one is answered", async () => {
    const scene = new Scene();
    const counted = (...numbers: number[]) =>
      numbers.map((number) => scene.ticket(number).countedRefusals);
    scene.enter(0, 1);
    scene.refuse(0, 1, 0);
    expect(counted(0, 1)).toEqual([1, 1]);
    scene.enter(0, 1);
    scene.refuse(100, 0);
    scene.enter(2);
    expect(counted(0, 1, 2)).toEqual([2, 2, 0]);
    scene.enter(0);
    await scene.clock.advance(100);
    scene.answer(0);
    expect(counted(0, 1, 2)).toEqual([0, 0, 0]);
  });

  it("dismisses who cannot bear another refusal of all", async () => {
    const scene = new Scene();
    scene.enter(0, 1);
    scene.refuse(0, 1, 0);
    scene.enter(0);
    scene.enterWith(1, 1);
    scene.enterWith(0, 2);
    await scene.through();
    scene.refuse(50, 0);
    await scene.clock.advance(49);
    expect(scene.dismissed).toEqual([1]);
    await scene.clock.advance(1);
    expect(await scene.through()).toEqual([2]);
  });

  it("holds a call that was refused alone for a growing while, where the server names none", async () => {
    const scene = new Scene({ random: 1 });
    const pauses: number[] = [];
    for (let round = 0; round < 4; round++) {
      scene.enter(0);
      await scene.clock.advance(10_000);
      scene.refuse(undefined, 0);
      pauses.push(scene.gate.heldMs());
    }
    // A quarter of each is jitter.
    expect(pauses).toEqual([625, 1250, 2500, 5000]);
  });

  it("misses no end of a wait, however time goes on while it looks at the clock", async () => {
    for (let waitMs = 0; waitMs < 5; waitMs += 0.1) {
      const scene = new Scene({ tickMs: 0.25 });
      scene.enter(0);
      scene.refuse(waitMs, 0);
      await scene.through();
      scene.enter(0);
      await scene.clock.advance(100);
      expect(await scene.through()).toEqual([0]);
    }
  });

  it("lets one more through when nothing has happened for a minute", async () => {
    const scene = new Scene();
    scene.enter(0, 1);
    scene.refuse(1000, 1);
    await scene.through();
    scene.enter(1, 2);
    await scene.clock.advance(MINUTE - 1);
    expect(await scene.through()).toEqual([]);
    await scene.clock.advance(1);
    expect(await scene.through()).toEqual([1]);
    // It was one more, no place to keep: its refusal takes none away.
    scene.refuse(undefined, 1);
    scene.answer(0);
    expect(await scene.through()).toEqual([2]);
  });

  it("is stale when it has stood empty for a minute", async () => {
    const scene = new Scene();
    scene.enter(0);
    await scene.clock.advance(2 * MINUTE);
    expect(scene.gate.isStale).toBe(false);
    scene.refuse(MINUTE, 0);
    await scene.clock.advance(MINUTE);
    expect(scene.gate.isStale).toBe(false);
    await scene.clock.advance(1);
    expect(scene.gate.isStale).toBe(true);
  });

  const durations = fc.array(fc.integer({ min: 0, max: MINUTE / 2 }), {
    minLength: 1,
    maxLength: 120,
    size: "max",
  });

  it("has all calls answered by a server of any fixed capacity, after few refusals", async () => {
    await fc.assert(
      fc.asyncProperty(
        durations,
        fc.record({
          capacity: fc.integer({ min: 1, max: 40 }),
          most: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
          retryAfterMs: fc.option(fc.integer({ min: 0, max: 5000 }), { nil: undefined }),
          latencyMs: fc.integer({ min: 0, max: 100 }),
          spreadMs: fc.integer({ min: 0, max: 2000 }),
          tickMs: fc.constantFrom(0, 0.01, 0.4),
        }),
        async (calls, { capacity, most, retryAfterMs, latencyMs, spreadMs, tickMs }) => {
          const clock = new VirtualClock(tickMs);
          const gate = new RateLimitGate(most, clock);
          let active = 0;
          let refusals = 0;
          let answers = 0;
          const run = async (durationMs: number, number: number): Promise<void> => {
            await clock.delay((number * spreadMs) / calls.length);
            const ticket = gate.join(number);
            for (;;) {
              expect(await ticket.acquire(0)).toBe(true);
              await clock.delay(latencyMs);
              if (active < capacity) break;
              refusals++;
              await clock.delay(latencyMs);
              ticket.refused(retryAfterMs);
              expect(ticket.countedRefusals).toBe(0);
            }
            active++;
            await clock.delay(durationMs);
            active--;
            await clock.delay(latencyMs);
            ticket.answered();
            answers++;
          };
          const all = Promise.all(calls.map(run));
          await clock.runAll();
          await all;
          expect(answers).toBe(calls.length);
          expect(refusals).toBeLessThanOrEqual(calls.length + calls.length / K + 1);
        },
      ),
      budget(1),
    );
  });
});

describe("RateLimitGates", () => {
  const url = new URL("http://models.test/generate?model=a");
  const gates = new RateLimitGates(String);
  const gate = (headers: Record<string, string> = {}, at: URL | string = url) =>
    gates.gateFor(new URL(at), headers);

  it("has one gate for each server and credential", () => {
    expect(gate()).toBe(gate({}, "http://models.test/other?model=b"));
    expect(gate()).not.toBe(gate({}, "https://models.test/"));
    for (const name of [
      "authorization",
      "proxy-authorization",
      "cookie",
      "x-api-key",
      "api-key",
      "x-goog-api-key",
      "ocp-apim-subscription-key",
      "x-auth-token",
    ]) {
      const first = gate({ [name]: "abc" });
      expect(first, name).toBe(gate({ [name]: "abc" }));
      expect(first, name).not.toBe(gate({ [name]: "abcd" }));
      expect(first, name).not.toBe(gate());
    }
    expect(gate({}, `${url.href}&key=1`)).not.toBe(gate({}, `${url.href}&key=2`));
  });

  it("has the same for what differs with every call of one account", () => {
    expect(gate({ "x-request-id": "1" })).toBe(gate({ "idempotency-key": "2" }));
    const signed = (signer: string, signature: string) =>
      gate({
        authorization: `AWS4-HMAC-SHA256 Credential=${signer}/20260101/eu/x, Signature=${signature}`,
      });
    expect(signed("AKID", "1")).toBe(signed("AKID", "2"));
    expect(signed("AKID", "1")).not.toBe(signed("OTHER", "1"));
  });
});
