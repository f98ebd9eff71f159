import { describe, expect, it } from "vitest";
import { ToolCallArguments } from "../../../../src/streaming/answer/tool-call-arguments.js";

/** What leaves of arguments that come in these pieces, and how they stand at the end. */
function read(pieces: readonly string[], named = false) {
  const args = new ToolCallArguments();
  let text = "";
  for (const piece of pieces) {
    args.add(piece, named);
    text += args.release();
  }
  const state = args.end();
  const another = args.takeAnother();
  return { text: text + args.releaseAll(), state, another };
}

describe("ToolCallArguments", () => {
  it("leave as they come, and are whole when the object is", () => {
    expect(read(['{"a"', ":1", "}"])).toMatchObject({ text: '{"a":1}', state: "whole" });
  });

  it.each([
    [[], "none"],
    [[" "], "none"],
    [['{"a":'], "cut"],
    [["nul"], "malformed"],
    [["[1]"], "malformed"],
    [["12"], "malformed"],
    [["{a}"], "malformed"],
    [["{}"], "whole"],
  ])("of %j are: %s", (pieces, state) => {
    expect(read(pieces).state).toBe(state);
  });

  it("forget a placeholder when the real ones come", () => {
    expect(read(["{}", '{"a":1}'])).toMatchObject({ text: '{"a":1}', state: "whole" });
    expect(read(["{}"]).text).toBe("");
  });

  it("take the same again for a repetition, whatever its spelling", () => {
    expect(read(['{"a":1,"b":2}', ' {"b":2, "a":1}'])).toMatchObject({
      text: '{"a":1,"b":2}',
      state: "whole",
    });
    expect(read(['{"a":1}', "{}"]).state).toBe("whole");
    expect(read(['{"a":"x y"}', "\n", '{"a":"x', ' y"}', "\n"])).toMatchObject({
      text: '{"a":"x y"}',
      state: "whole",
    });
    expect(read(["{a}", "{a}"])).toMatchObject({ text: "{a}", state: "malformed" });
  });

  it("are malformed where something else follows", () => {
    expect(read(['{"a":1}', '{"b":2}'])).toMatchObject({ state: "malformed", another: undefined });
    expect(read(['{"a":1}', '{"b":'])).toMatchObject({
      text: '{"a":1}{"b":',
      state: "cut",
      another: undefined,
    });
  });

  it("give what follows with a name to another call", () => {
    expect(read(['{"a":1}', '{"b":2}'], true)).toMatchObject({
      text: '{"a":1}',
      state: "whole",
      another: '{"b":2}',
    });
  });

  it("give it to another call also where it is cut", () => {
    expect(read(['{"a":1}', '{"b":'], true)).toMatchObject({
      text: '{"a":1}',
      state: "whole",
      another: '{"b":',
    });
  });

  it.each([
    [
      "before they were whole",
      [
        ['{"a":', true],
        ["1}", false],
        ['{"b":2}', false],
      ],
    ],
    [
      "for a repetition",
      [
        ['{"a":1}', true],
        ['{"a":1}', true],
        ['{"b":2}', false],
      ],
    ],
    [
      "in the middle of it",
      [
        ['{"a":1}', true],
        ['{"b"', false],
        [":2}", true],
      ],
    ],
  ] as const)("keep what follows where the name came %s", (_, pieces) => {
    const args = new ToolCallArguments();
    for (const [piece, isNamed] of pieces) args.add(piece, isNamed);
    expect([args.end(), args.takeAnother()]).toEqual(["malformed", undefined]);
  });
});
