import { expect, it, describe } from "vitest";
import { ReaderLeft } from "../../../../src/langchain/reading/reader-left.js";

describe("ReaderLeft", () => {
  it("is an abort by its name", () => {
    expect(new ReaderLeft()).toMatchObject({ name: "AbortError" });
    expect(new ReaderLeft()).toBeInstanceOf(Error);
  });
});
