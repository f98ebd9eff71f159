import { describe, expect, it } from "vitest";
import { HookError } from "../../../src/errors.js";
import { EndMark } from "../../../src/formats/end-mark.js";

const isData = (mark: EndMark, data: string) => mark.isData(`data: ${data}`, 6, 6 + data.length);

describe("EndMark", () => {
  it("is the data of an event, with little around it", () => {
    const mark = EndMark.of("[DONE]");
    for (const data of ["[DONE]", " [DONE]", '"[DONE]"', ' "[DONE]" ']) {
      expect(isData(mark, data)).toBe(true);
    }
    for (const data of ["", "[DONE", "[DONE].", "[DONE] [DONE]", " ".repeat(17) + "[DONE]"]) {
      expect(isData(mark, data)).toBe(false);
    }
    expect([mark.isName(""), mark.isName("[DONE]")]).toEqual([false, false]);
  });

  it("is an event's name", () => {
    const mark = EndMark.of({ event: "end" });
    expect([mark.isName("end"), mark.isName("ends"), mark.isName("")]).toEqual([
      true,
      false,
      false,
    ]);
    expect(isData(mark, "end")).toBe(false);
  });

  it("is none where there is none", () => {
    const mark = EndMark.of(false);
    expect([mark.isName("end"), mark.isName(""), isData(mark, "")]).toEqual([false, false, false]);
  });

  it("knows that it looks like a record", () => {
    expect(EndMark.of('{"done":true}').isObject).toBe(true);
    expect(EndMark.of("[DONE]").isObject).toBe(false);
    expect(EndMark.of(false).isObject).toBe(false);
  });

  it.each([
    ["", /got "" as/],
    [true, /got true as/],
    [null, /got null as/],
    [{ event: "" }, /got {"event":""} as/],
  ])("refuses %j", (done, message) => {
    expect(() => EndMark.of(done)).toThrow(HookError);
    expect(() => EndMark.of(done)).toThrow(message);
  });
});
