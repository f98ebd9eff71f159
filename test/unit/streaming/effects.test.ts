import { describe, expect, it } from "vitest";
import {
  abandon,
  emit,
  giveBack,
  hold,
  limit,
  open,
  read,
  release,
  settle,
  sleep,
  stream,
  type Effects,
} from "../../../src/streaming/effects.js";
import { NEVER } from "../../helpers/run-effects.js";

const DEADLINE = { ...NEVER, at: 1 };
const REQUEST = { method: "GET", url: "http://models.test/", headers: {}, body: undefined };
const free = (): void => undefined;
const body = { finished: true, deadline: () => DEADLINE, push: () => [] };

/** What a part of a call yields, and what it makes of the answer. */
function step<T>(effects: Effects<T>, answer?: unknown) {
  return [effects.next().value, effects.next(answer).value];
}

describe("The effects of a call", () => {
  it("say what is to be done, and give what came of it", () => {
    const head = { status: 200, headers: {} };
    const deltas = [{ text: "a" }];
    expect(step(open(REQUEST, DEADLINE), head)).toEqual([
      { kind: "open", request: REQUEST, deadline: DEADLINE },
      head,
    ]);
    expect(step(read(DEADLINE), [])).toEqual([{ kind: "read", deadline: DEADLINE }, []]);
    expect(step(settle("headers", 1, DEADLINE), 2)).toEqual([
      { kind: "settle", hook: "headers", value: 1, deadline: DEADLINE },
      2,
    ]);
    expect(step(limit(DEADLINE))[0]).toEqual({ kind: "limit", deadline: DEADLINE });
    expect(step(hold(free))[0]).toEqual({ kind: "hold", release: free });
    expect(step(giveBack(free))[0]).toEqual({ kind: "giveBack", release: free });
    expect(step(sleep(5, DEADLINE))[0]).toEqual({ kind: "sleep", ms: 5, deadline: DEADLINE });
    expect(step(stream(body))[0]).toEqual({ kind: "stream", body });
    expect(step(release())[0]).toEqual({ kind: "release" });
    expect(step(abandon())[0]).toEqual({ kind: "abandon" });
    expect(step(emit(deltas))[0]).toEqual({ kind: "emit", deltas });
  });

  it("are none where nothing is to be done", () => {
    expect(limit(NEVER).next().done).toBe(true);
    expect(emit([]).next().done).toBe(true);
  });
});
