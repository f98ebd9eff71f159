import { describe, expect, it } from "vitest";
import { HookError } from "http-streaming-llm";
import {
  checkedSignal,
  eitherSignal,
  isSignal,
} from "../../../../src/langchain/runs/abort-signal.js";
import { scriptedTransport } from "../../../../src/testing/index.js";
import { DeltaChat } from "../../../helpers/chat-fixtures.js";
import { DeltaLLM } from "../../../helpers/delta-llm.js";

const url = "http://models.test/";
const transport = scriptedTransport(() => ({
  headers: { "content-type": "application/x-ndjson" },
  body: '{"text":"a","done":true}\n',
}));

/** A signal as plain JavaScript may give it. */
const given = (signal: unknown) => ({ signal: signal as AbortSignal });

describe("isSignal", () => {
  it("knows a signal by what it can do, whoever made it", () => {
    expect(isSignal(new AbortController().signal)).toBe(true);
    expect(isSignal({ aborted: false, addEventListener: () => undefined })).toBe(true);
    expect([null, {}, new AbortController(), new EventTarget(), "x"].some(isSignal)).toBe(false);
  });
});

describe("eitherSignal", () => {
  /** A signal as a library makes it. */
  const foreignSignal = () => {
    const listeners: (() => void)[] = [];
    const signal = {
      aborted: false,
      reason: undefined as unknown,
      addEventListener: (_: string, listener: () => void) => listeners.push(listener),
    };
    const abort = (reason: Error) => {
      Object.assign(signal, { aborted: true, reason });
      for (const listener of listeners) listener();
    };
    return { signal: signal as unknown as AbortSignal, abort, listeners };
  };

  it("fires with the caller's signal, whoever made it, and with the other", () => {
    const reason = new Error("enough");
    const foreign = foreignSignal();
    const platform = new AbortController();
    for (const { signal, abort } of [
      foreign,
      { signal: platform.signal, abort: (why: Error) => platform.abort(why) },
    ]) {
      const own = new AbortController();
      const firstOfOwn = eitherSignal(signal, own.signal);
      own.abort();
      expect(firstOfOwn.aborted).toBe(true);
      const either = eitherSignal(signal, new AbortController().signal);
      expect(either.aborted).toBe(false);
      abort(reason);
      expect(either.reason).toBe(reason);
      expect(eitherSignal(signal, new AbortController().signal).reason).toBe(reason);
    }
    expect(foreign.listeners).toHaveLength(1);
  });

  it("ends a stream of events by a signal of a library", async () => {
    const { signal, abort } = foreignSignal();
    const endless = scriptedTransport(() => ({
      headers: { "content-type": "application/x-ndjson" },
      body: Array.from({ length: 50 }, () => '{"text":"a"}\n'),
    }));
    const chat = new DeltaChat({ url, transport: endless });
    const read = async () => {
      let events = 0;
      for await (const _ of chat.streamEvents("q", { signal, version: "v2" })) {
        if (++events === 3) abort(new Error("enough"));
      }
    };
    await expect(read()).rejects.toThrow(/aborted|enough/);
  });
});

describe("checkedSignal", () => {
  it("takes null and undefined for none, and names what is no signal", () => {
    expect([checkedSignal(null), checkedSignal(undefined)]).toEqual([undefined, undefined]);
    expect(() => checkedSignal(new AbortController(), "MyLLM")).toThrow(
      /^MyLLM: signal is an AbortController.*controller\.signal/,
    );
    expect(() => checkedSignal("x")).toThrow(HookError);
  });

  it("is asked on every path", async () => {
    const chat = new DeltaChat({ url, transport });
    const llm = new DeltaLLM(url, { transport });
    llm.format = chat.format;
    const wrong = given(new AbortController());
    const versioned = { ...wrong, version: "v2" as const };
    for (const model of [chat, llm]) {
      await expect(model.invoke("x", wrong)).rejects.toBeInstanceOf(HookError);
      await expect(model.stream("x", wrong)).rejects.toBeInstanceOf(HookError);
      await expect(model.batch(["x", "y"], wrong)).rejects.toBeInstanceOf(HookError);
      expect(() => model.invokeSync("x", wrong)).toThrow(HookError);
      expect(() => model.streamEvents("x", versioned)).toThrow(HookError);
      expect(await model.invoke("x", given(null))).toBeDefined();
    }
    await expect(chat.streamEvents("x", wrong).output).rejects.toBeInstanceOf(HookError);
    await expect(llm.generate(["x", "y"], wrong)).rejects.toBeInstanceOf(HookError);
  });
});
