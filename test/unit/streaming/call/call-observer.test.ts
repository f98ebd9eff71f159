import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HttpStatusError } from "../../../../src/errors.js";
import { CallObserver } from "../../../../src/streaming/call/call-observer.js";
import type { CallDiagnostics } from "../../../../src/streaming/call/diagnostics.js";

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
    observer.received([{ text: "", id: "1", finishReason: "stop", usage: { outputTokens: 3 } }]);
    observer.ended("answered", undefined);
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

  it("tells of one that blocks the thread in two", () => {
    new CallObserver(CALL, true).ended("cancelled", undefined);
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
