import { describe, expect, it } from "vitest";
import * as node from "../../../src/runtime/node.js";

describe("The runtime: node", () => {
  it("turns texts into bytes and back", () => {
    const bytes = node.utf8Bytes("aé🐇");
    expect(node.utf8Text(bytes, 0, bytes.length)).toBe("aé🐇");
    expect(node.asciiText(bytes, 0, 1)).toBe("a");
    expect(node.asciiText(bytes, 0, 2)).toBeUndefined();
    expect(node.toBase64(bytes)).toBe("YcOp8J+Qhw==");
    expect([...node.fromBase64("YcOp8J+Qhw==")]).toEqual([...bytes]);
  });

  it("finds and joins bytes", () => {
    const bytes = node.concatBytes([Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3, 2)]);
    expect([...bytes]).toEqual([1, 2, 3, 2]);
    expect(node.indexOfByte(bytes, 2, 2)).toBe(3);
    expect(node.indexOfBytes(bytes, Uint8Array.of(3, 2), 0)).toBe(2);
    expect(node.indexOfBytes(bytes, Uint8Array.of(9), 0)).toBe(-1);
    expect(node.allocateBytes(3)).toHaveLength(3);
  });

  it("reads records as JSON.parse does, those like earlier ones by what differs", () => {
    const parser = node.recordParser();
    const records = Array.from({ length: 20 }, (_, index) => ({
      id: "an-id-of-the-answer",
      index,
    }));
    for (const record of records) {
      expect(parser?.parse(JSON.stringify(record))).toEqual(record);
    }
  });

  it("goes on with a checksum", () => {
    const bytes = node.utf8Bytes("123456789");
    const front = node.nativeCrc32?.(bytes.subarray(0, 4), 0) ?? 0;
    expect(node.nativeCrc32?.(bytes.subarray(4), front)).toBe(0xcbf43926);
  });

  it("keeps what a call needs of its surroundings", () => {
    const context = node.currentContext("TEST");
    expect(context.runInAsyncScope((a: number) => a + 1, undefined, 1)).toBe(2);
    expect(node.diagnosticsChannel("http-streaming-llm:test").hasSubscribers).toBe(false);
    const target = {};
    expect(node.weakReference(target).deref()).toBe(target);
    expect(node.nativeSha256?.("abc")).toMatch(/^ba7816bf/);
    expect(node.LONGEST_STRING).toBeGreaterThan(2 ** 28);
  });
});
