import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HttpStatusError } from "../../../../src/errors.js";
import { CallObserver } from "../../../../src/streaming/diagnostics/call-observer.js";
import { CallReport } from "../../../../src/streaming/call/call-report.js";
import type { Delta } from "../../../../src/streaming/delta/delta.js";
import type { CallDiagnostics } from "../../../../src/streaming/diagnostics/diagnostics.js";
import { modelCall } from "../../../helpers/run-scripted.js";

const EVENTS = ["start", "end", "asyncStart", "asyncEnd", "error"];
const NAMES = [
  ...EVENTS.map((event) => `tracing:http-streaming-llm:call:${event}`),
  "http-streaming-llm:call:retry",
];
const CALL = { modelClass: "M", operation: "chat", streaming: true } as const;

let heard: [name: string, message: CallDiagnostics][];
const listener = (message: unknown, name: string | symbol): void => {
  heard.push([String(name).split(":").at(-1)!, structuredClone(message) as CallDiagnostics]);
};
beforeEach(() => {
  heard = [];
  for (const name of NAMES) subscribe(name, listener);
});
afterEach(() => {
  for (const name of NAMES) unsubscribe(name, listener);
});

describe("CallObserver", () => {
  it("tells of an asynchronous call in four events", () => {
    const observer = new CallObserver(CALL, false);
    observer.prepared("http://models.test/", "m-1");
    observer.attemptStarted();
    observer.reading({ bytes: 10, records: 2 });
    observer.noted([{ text: "", id: "1", finishReason: "stop", usage: { outputTokens: 3 } }]);
    observer.ended("answered");
    expect(heard.map(([name]) => name)).toEqual(["start", "end", "asyncStart", "asyncEnd"]);
    expect(heard.at(-1)![1]).toMatchObject({
      ...CALL,
      outcome: "answered",
      requestModel: "m-1",
      attempts: 1,
      bytes: 10,
      records: 2,
      responseId: "1",
      finishReason: "stop",
      usage: { outputTokens: 3 },
    });
  });

  it("says nothing of an answer that was begun anew, nor the id of an earlier request", () => {
    const observer = new CallObserver(CALL, false);
    observer.attemptStarted();
    observer.headersReceived(200, "req-1");
    observer.noted([{ text: "a", id: "1", model: "m", usage: { outputTokens: 3 } }]);
    observer.attemptEnded(new Error("cut"));
    observer.retried(new Error("cut"), 0);
    observer.attemptStarted();
    observer.headersReceived(200, undefined);
    observer.ended("answered");
    const [, call] = heard.at(-1)!;
    for (const fact of ["responseId", "responseModel", "usage", "requestId"]) {
      expect(call).not.toHaveProperty(fact);
    }
  });

  it("tells of one that blocks the thread in two", () => {
    new CallObserver(CALL, true).ended("cancelled");
    expect(heard.map(([name]) => name)).toEqual(["start", "end"]);
    expect(heard[1]![1].outcome).toBe("cancelled");
  });

  it("shows of an error what holds no content", () => {
    const observer = new CallObserver(CALL, false);
    const error = new HttpStatusError("the secret prompt", { status: 429, providerCode: "x" });
    observer.retried(error, 5);
    observer.ended("failed", error);
    const shown = { name: "HttpStatusError", code: "HTTP_STATUS", status: 429, providerCode: "x" };
    expect(heard.find(([name]) => name === "retry")?.[1]).toMatchObject({ error: shown });
    expect(heard.find(([name]) => name === "error")?.[1]).toMatchObject({ error: shown });
    expect(JSON.stringify(heard)).not.toContain("secret");
  });

  it("numbers the calls", () => {
    new CallObserver(CALL, true);
    new CallObserver(CALL, true);
    const [first, second] = heard.filter(([name]) => name === "start");
    expect(second![1].callId).toBe(first![1].callId + 1);
  });
});

describe("what a CallObserver measures", () => {
  let now: number;
  beforeEach(() => {
    vi.spyOn(performance, "now").mockImplementation(() => now);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** A call whose reads each give something at a time, in ms; what is left comes at the end. */
  function measured(reads: [at: number, delta: Delta][], endAt: number, rest: Delta[] = []) {
    now = 1000;
    const one = new CallReport(
      modelCall({ observe: (call, isBlocking) => new CallObserver(call, isBlocking) }),
    );
    for (const [at, delta] of reads) {
      now = 1000 + at;
      one.received([delta]);
    }
    now = 1000 + endAt;
    one.closing([...rest, { text: "", usage: { outputTokens: 11 } }]);
    one.observer!.ended("answered");
    return heard.at(-1)![1];
  }

  it("is from the first content to the last, without the wait behind it", () => {
    const { gaps, tokensPerSecond } = measured(
      [
        [10, { text: "a" }],
        [50, { text: "", reasoning: "b" }],
        [110, { text: "c" }],
      ],
      1110,
    );
    expect(gaps).toEqual({ count: 2, meanMs: 50, longestMs: 60 });
    expect(tokensPerSecond).toBeCloseTo(100);
  });

  it("is of content alone: token counts and names are none", () => {
    const { gaps, usage } = measured(
      [
        [10, { text: "a" }],
        [60, { text: "b" }],
        [500, { text: "", metadata: { a: 1 } }],
        [900, { text: "", usage: { outputTokens: 2 } }],
      ],
      1000,
    );
    expect(gaps).toEqual({ count: 1, meanMs: 50, longestMs: 50 });
    expect(usage).toEqual({ outputTokens: 11 });
  });

  it("takes text that was held back to the end for no new content", () => {
    const reads: [number, Delta][] = [
      [10, { text: "a" }],
      [60, { text: "b" }],
    ];
    expect(measured(reads, 2060, [{ text: "held" }]).gaps?.longestMs).toBe(50);
  });

  it("is nothing where all content came at once", () => {
    expect(measured([[10, { text: "a" }]], 20)).not.toHaveProperty("gaps");
    const whole = measured([], 20, [{ text: "a" }]);
    expect(whole).toMatchObject({ timeToFirstTokenMs: 20 });
    expect(whole).not.toHaveProperty("gaps");
    expect(whole).not.toHaveProperty("tokensPerSecond");
  });
});
