import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, it } from "vitest";
import { channels, isObserved } from "../../../../src/streaming/diagnostics/diagnostics.js";

const listener = (): void => undefined;

describe("isObserved", () => {
  it.each([
    "tracing:http-streaming-llm:call:start",
    "tracing:http-streaming-llm:attempt:error",
    "http-streaming-llm:attempt:headers",
    "http-streaming-llm:call:continue",
  ])("is true while somebody listens to %s", (name) => {
    expect(isObserved()).toBe(false);
    subscribe(name, listener);
    expect(isObserved()).toBe(true);
    unsubscribe(name, listener);
    expect(isObserved()).toBe(false);
  });
});

describe("channels", () => {
  it("publish to whoever listens", () => {
    const heard: unknown[] = [];
    const onMessage = (message: unknown): void => void heard.push(message);
    subscribe("http-streaming-llm:call:retry", onMessage);
    const message = { attempt: 0 } as Parameters<typeof channels.retry.publish>[0];
    channels.retry.publish(message);
    unsubscribe("http-streaming-llm:call:retry", onMessage);
    channels.retry.publish(message);
    expect(heard).toEqual([message]);
  });
});
