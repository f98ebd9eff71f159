import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import {
  DifferentContinuation,
  RepeatedPart,
} from "../../../../src/streaming/answer/continuation.js";
import { CumulativeCalls } from "../../../../src/streaming/answer/cumulative-calls.js";
import { NewParts } from "../../../../src/streaming/answer/new-parts.js";

const HOOK = "parseChunk";
const newParts = () => new NewParts(() => new CumulativeCalls());
const repeated = (text: string, reasoning = "") =>
  new RepeatedPart("all", { text, reasoning, usage: undefined, id: undefined, lastEventId: "" });
const whole = (text: string) => ({ text, cumulative: true });

describe("NewParts", () => {
  it("leaves pieces as they are", () => {
    const parts = newParts();
    const delta = { text: "a", id: "1" };
    expect(parts.hasText).toBe(false);
    expect(parts.ofText("a", HOOK)).toBe("a");
    expect(parts.ofPieces(parts.ofGrowing(delta, 0, HOOK))).toBe(delta);
    expect(parts.rest()).toBeUndefined();
    expect([parts.hasText, parts.isBroken]).toEqual([true, false]);
  });

  it("finds what is new where each record holds all so far", () => {
    const parts = newParts();
    const texts = ["a", "ab", "ab\ufffd"].map((text) => parts.ofGrowing(whole(text), 0, HOOK).text);
    expect(texts).toEqual(["a", "b", ""]);
    expect(parts.rest()).toMatchObject({ text: "\ufffd" });
  });

  it("refuses pieces beside what grows, of which nobody can tell whether they come again", () => {
    const grown = newParts();
    grown.ofGrowing(whole("a"), 0, HOOK);
    expect(() => grown.ofText("b", HOOK)).toThrow(HookError);
    expect(() => grown.ofGrowing({ text: "b" }, 1, HOOK)).toThrow(
      /^parseChunk returned some text with/,
    );
    const cut = newParts();
    cut.ofText("a", HOOK);
    expect(() => cut.ofGrowing(whole("a"), 1, HOOK)).toThrow(HookError);
    expect(cut.ofGrowing({ id: "1", cumulative: true }, 1, HOOK)).toMatchObject({ id: "1" });
  });

  it("drops what a continuation repeats", () => {
    const parts = newParts();
    parts.goOn(repeated("ab", "h"), false);
    expect(parts.isBroken).toBe(true);
    const logprobs = [1];
    const again = parts.ofPieces({ text: "a", reasoning: "hm", logprobs });
    expect(again).toEqual({ text: "", reasoning: "m", logprobs: undefined });
    expect(parts.ofPieces({ text: "bc", logprobs })).toMatchObject({ text: "c", logprobs });
    expect([parts.isBroken, parts.ofText("d", HOOK)]).toEqual([false, "d"]);
  });

  it("notices a continuation that says something else", () => {
    const parts = newParts();
    parts.goOn(repeated("ab"), false);
    expect(() => parts.ofText("x", HOOK)).toThrow(DifferentContinuation);
  });

  it("begins what grows anew in another stream, and goes on in the same", () => {
    const nothing = new RepeatedPart("none", {
      text: "a",
      reasoning: "",
      usage: undefined,
      id: undefined,
      lastEventId: "",
    });
    const same = newParts();
    same.ofGrowing(whole("a"), 0, HOOK);
    same.goOn(nothing, true);
    expect(same.ofGrowing(whole("ab"), 1, HOOK).text).toBe("b");
    same.goOn(nothing, false);
    expect(same.ofGrowing(whole("ab"), 1, HOOK).text).toBe("ab");
  });
});
