import { describe, expect, it } from "vitest";
import { DONE, LeavableGenerator } from "../../../../src/langchain/reading/leavable-generator.js";

class Numbers extends LeavableGenerator<number> {
  left = 0;
  #next = 0;

  async next(): Promise<IteratorResult<number, void>> {
    return this.left > 0 ? DONE : { done: false, value: this.#next++ };
  }

  protected async leave(): Promise<void> {
    this.left++;
  }
}

describe("LeavableGenerator", () => {
  it("is left by a break, return(), throw() and the end of a scope", async () => {
    const broken = new Numbers();
    for await (const number of broken) if (number === 2) break;
    const thrown = new Numbers();
    await expect(thrown.throw(new Error("no more"))).rejects.toThrow("no more");
    const disposed = new Numbers();
    await disposed[Symbol.asyncDispose]();
    const returned = new Numbers();
    expect(await returned.return()).toEqual(DONE);
    expect([broken, thrown, disposed, returned].map(({ left }) => left)).toEqual([1, 1, 1, 1]);
    expect(await returned.next()).toEqual(DONE);
  });
});
