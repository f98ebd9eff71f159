import { describe, expect, it, vi } from "vitest";

import { ByteBuffer } from "../../../../src/formats/bytes/byte-buffer.js";

describe("ByteBuffer", () => {
  it("holds what was pushed and appended", () => {
    const buffer = new ByteBuffer();
    buffer.push(0x61);
    buffer.append(Buffer.from("_bcd_"), 1, 4);
    buffer.append(Buffer.from("x".repeat(300)), 0, 300);
    expect(buffer.text()).toBe(`abcd${"x".repeat(300)}`);
  });

  it("removes bytes from the front", () => {
    const buffer = new ByteBuffer();
    buffer.append(Buffer.from("abc"), 0, 3);
    buffer.dropFirst(1);
    expect(buffer.text()).toBe("bc");
    buffer.dropFirst(2);
    expect(buffer.length).toBe(0);
  });

  it("grows a few times, not once a byte", () => {
    const allocate = vi.spyOn(Buffer, "allocUnsafeSlow");
    const buffer = new ByteBuffer();
    for (let i = 0; i < 1024 * 1024; i++) buffer.push(0x61);
    expect(allocate.mock.calls.length).toBeLessThan(20);
    const copied = allocate.mock.calls.reduce((sum, [capacity]) => sum + capacity / 2, 0);
    expect(copied).toBeLessThan(2 * 1024 * 1024);
    allocate.mockRestore();
  });

  it("gives back the memory of a long record", () => {
    const buffer = new ByteBuffer();
    buffer.append(Buffer.alloc(1024 * 1024), 0, 1024 * 1024);
    buffer.clear();
    expect(buffer.bytes.length).toBe(0);
  });

  it("holds many pieces as one", () => {
    const buffer = new ByteBuffer();
    buffer.appendAll([Uint8Array.of(1), Uint8Array.of(), Uint8Array.of(2, 3)]);
    expect([...buffer.held]).toEqual([1, 2, 3]);
  });
});
