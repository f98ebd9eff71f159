import { expect, it } from "vitest";
import { Source } from "../../../../../src/formats/json/fast/source.js";

it("views the bytes that it is made of, not all of their buffer", () => {
  const bytes = Uint8Array.from([9, 9, 1, 2, 3, 9]).subarray(2, 5);
  const { view } = new Source(bytes);
  expect(view.byteLength).toBe(3);
  expect(view.getUint16(1)).toBe(0x0203);
});
