import { describe, expect, it } from "vitest";
import { fetchTransport } from "../../../src/transport/fetch/index.js";
import { checkOptions } from "../../../src/transport/option-check.js";
import { undiciTransport } from "../../../src/transport/undici/index.js";
import { answeringDispatcher } from "../../helpers/answering-dispatcher.js";

describe("checkOptions", () => {
  it("takes those that there are", () => {
    expect(() => checkOptions("a", {}, ["b"])).not.toThrow();
    expect(() => checkOptions("a", { b: undefined }, ["b"])).not.toThrow();
  });

  it("refuses what would be left out without a word", () => {
    const refused = (options: unknown) => () => checkOptions("a", options as object, ["b", "c"]);
    expect(refused({ d: 1 })).toThrow('a() has no use for "d". Give it { b, c }, or some of them.');
    expect(refused("x")).toThrow("a() has no use for a string");
    expect(refused(null)).toThrow("a() has no use for a object");
  });

  it("notices a fetch, or a dispatcher, in place of the options", () => {
    expect(() => fetchTransport((async () => new Response()) as object)).toThrow("a function");
    expect(() => undiciTransport(answeringDispatcher() as object)).toThrow("dispatcher");
  });
});
