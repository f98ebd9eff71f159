import { describe, expect, it } from "vitest";
import * as web from "../../../src/runtime/web.js";

describe("The runtime: web", () => {
  it("turns texts into bytes and back", () => {
    const bytes = web.utf8Bytes("aé🐇");
    expect(web.utf8Text(bytes, 0, bytes.length)).toBe("aé🐇");
    expect(web.asciiText(bytes, 0, 1)).toBeUndefined();
    expect(web.toBase64(bytes)).toBe("YcOp8J+Qhw==");
    expect([...web.fromBase64("YcOp8J+Qhw==")]).toEqual([...bytes]);
  });

  it("finds and joins bytes", () => {
    const bytes = web.concatBytes([Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3, 2)]);
    expect([...bytes]).toEqual([1, 2, 3, 2]);
    expect(web.indexOfByte(bytes, 2, 2)).toBe(3);
    expect(web.indexOfBytes(bytes, Uint8Array.of(3, 2), 0)).toBe(2);
    expect(web.indexOfBytes(bytes, Uint8Array.of(9), 0)).toBe(-1);
    expect(web.allocateBytes(3)).toHaveLength(3);
  });

  it("leaves records to JSON.parse", () => {
    expect(web.recordParser()).toBeUndefined();
  });

  it("knows no codes of sockets", () => {
    expect(web.explainConnection("ECONNREFUSED", "a.test:80", "model server")).toBeUndefined();
    expect(web.explainBreak("HPE_INVALID_EOF_STATE")).toBe("the connection was lost");
  });

  it("has no checksum of its own", () => {
    expect(web.nativeCrc32).toBeUndefined();
  });

  it("keeps what a call needs of its surroundings", () => {
    const context = web.currentContext("TEST");
    expect(context.runInAsyncScope((a: number) => a + 1, undefined, 1)).toBe(2);
    expect(web.diagnosticsChannel("http-streaming-llm:test").hasSubscribers).toBe(false);
    const target = {};
    expect(web.weakReference(target).deref()).toBe(target);
    expect(web.nativeSha256).toBeUndefined();
    expect(web.LONGEST_STRING).toBeGreaterThan(2 ** 28);
  });
});
