import { describe, expect, it } from "vitest";
import {
  DispatchHandler,
  type RequestControl,
  type ResponseSink,
} from "../../../../src/transport/undici/dispatch-handler.js";

/** A sink that writes down what it is told. */
function recorder() {
  const told: unknown[] = [];
  let control: RequestControl | undefined;
  const sink: ResponseSink = {
    onClient: () => undefined,
    onDispatch: () => true,
    onStart: (given) => {
      control = given;
      told.push("start");
    },
    onHead: (status, headers) => told.push([status, headers]),
    onBytes: (bytes) => told.push([...bytes]),
    onEnd: () => told.push("end"),
    onError: (error) => told.push(error),
  };
  return { told, handler: new DispatchHandler(sink), control: () => control! };
}

const CONTROL: RequestControl = {
  pause: () => undefined,
  resume: () => undefined,
  abort: () => undefined,
};
const bytes = Uint8Array.of(1, 2);
const latin1 = (text: string): Uint8Array => Buffer.from(text, "latin1");

describe("DispatchHandler", () => {
  it("says the same by the new methods and by the old ones", () => {
    const now = recorder();
    now.handler.onRequestStart(CONTROL);
    now.handler.onResponseStart(CONTROL, 103, {});
    now.handler.onResponseStart(CONTROL, 200, { "X-A": ["1", "2"], b: undefined });
    now.handler.onResponseData(CONTROL, bytes);
    now.handler.onResponseEnd();
    const before = recorder();
    before.handler.onConnect(() => undefined);
    before.handler.onHeaders(103, [], () => undefined);
    before.handler.onHeaders(200, [latin1("X-A"), [latin1("1"), latin1("2")]], () => undefined);
    before.handler.onData(bytes);
    before.handler.onComplete();
    expect(now.told).toEqual(["start", [200, { "x-a": "1, 2" }], [1, 2], "end"]);
    expect(before.told).toEqual(now.told);
  });

  it("passes errors on", () => {
    const { told, handler } = recorder();
    const error = new Error("x");
    handler.onResponseError(undefined, error);
    handler.onError(error);
    expect(told).toEqual([error, error]);
  });

  it("pauses, goes on and aborts in the old way", () => {
    const { handler, control } = recorder();
    const aborted: unknown[] = [];
    let resumed = 0;
    handler.onConnect((reason) => aborted.push(reason));
    expect(handler.onHeaders(200, [], () => resumed++)).toBe(true);
    control().pause();
    expect(handler.onData(bytes)).toBe(false);
    control().resume();
    expect([handler.onData(bytes), resumed]).toEqual([true, 1]);
    const reason = new Error("left");
    control().abort(reason);
    expect(aborted).toEqual([reason]);
  });
});
