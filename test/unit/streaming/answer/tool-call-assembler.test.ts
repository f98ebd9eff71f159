import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HookError, TruncatedStreamError } from "../../../../src/errors.js";
import type { ToolCallDelta } from "../../../../src/streaming/delta/stream-delta.js";
import { ToolCallAssembler } from "../../../../src/streaming/answer/tool-call-assembler.js";
import type { ToolCallPiece } from "../../../../src/streaming/delta/delta.js";
import { CALLS, interleaved, WIRES } from "../../../helpers/tool-call-wires.js";
import { expectEqual } from "../../../helpers/expect-equal.js";
import { budget } from "../../../helpers/properties.js";
import { expectProportional } from "../../../helpers/proportional.js";

const RUNS = budget(3);

interface Call {
  id?: string;
  name?: string;
  args: string;
  error?: string;
}

/** The calls that the pieces add up to. */
function joined(pieces: readonly ToolCallPiece[]): Call[] {
  const calls: Call[] = [];
  for (const { index, args, ...first } of pieces) {
    const call = (calls[index] ??= { args: "" });
    for (const key of ["id", "name"] as const) {
      expect(key in call && key in first, `${key} comes once`).toBe(false);
    }
    Object.assign(call, first);
    call.args += args;
  }
  expect(Object.keys(calls), "without gaps").toHaveLength(calls.length);
  return calls;
}

const HOOK = "parseChunk";

/** The pieces of records, each of which holds some deltas. */
function piecesOf(
  records: readonly (readonly ToolCallDelta[])[],
  { isFinished = true, finishReason = "tool_calls" } = {},
) {
  const assembler = new ToolCallAssembler();
  const pieces = records.flatMap((deltas, record) => assembler.add(deltas, record, HOOK) ?? []);
  const end = { isFinished, finishReason, records: records.length, hook: HOOK };
  return [...pieces, ...(assembler.end(end) ?? [])];
}

/** The calls in deltas, each of a record of its own. */
function assembled(...deltas: readonly ToolCallDelta[]): Call[] {
  return joined(piecesOf(deltas.map((delta) => [delta])));
}

function inOneRecord(...deltas: readonly ToolCallDelta[]): Call[] {
  return joined(piecesOf([deltas]));
}

const unfinished =
  (...deltas: readonly ToolCallDelta[]) =>
  () =>
    joined(
      piecesOf(
        deltas.map((delta) => [delta]),
        { isFinished: false },
      ),
    );

const A = { id: "a", name: "f", args: '{"x":1}' };
const B = { id: "b", name: "g", args: '{"y":2}' };
const STRAY = "Arguments came under the number of no call: they may be those of this one.";
const F = { name: "f", args: '{"x":1}' };

describe("ToolCallAssembler", () => {
  describe("tells calls apart: it", () => {
    it("keeps those apart that the provider numbers", () => {
      expect(
        assembled(
          { index: 0, id: "a", name: "f", args: '{"x"' },
          { index: 1, id: "b", name: "g", args: '{"y":' },
          { index: 0, args: ":1}" },
          { index: 1, args: "2}" },
        ),
      ).toEqual([A, B]);
    });

    it("numbers them without gaps, wherever the provider begins", () => {
      expect(assembled({ index: 3, ...A }, { index: 7e9, ...B })).toEqual([A, B]);
    });

    it("takes different numbers for different calls, and gives an id that both have to the first", () => {
      const [first, second] = [
        { index: 0, ...A },
        { index: 1, ...B, id: "a" },
      ];
      expect(assembled(first, second)).toEqual([A, { name: "g", args: B.args }]);
      expect(
        assembled(
          { ...first, args: '{"x":' },
          { ...second, args: '{"y":' },
          { index: 0, id: "a", args: "1}" },
          { index: 1, id: "a", args: "2}" },
        ),
      ).toEqual([A, { name: "g", args: B.args }]);
    });

    it("takes the ids '' and 'null' for none", () => {
      for (const id of ["", "null"]) {
        expect(
          assembled(
            { index: 0, id, name: "f", args: '{"x"' },
            { index: 0, id, args: ":1}" },
            { index: 1, id, name: "g", args: B.args },
          ),
        ).toEqual([F, { name: "g", args: B.args }]);
        expect(assembled({ id: "a", name: "f", args: "" }, { id, args: A.args })).toEqual([A]);
      }
    });

    it("begins a call with a new id and a name, though the number is repeated", () => {
      expect(
        assembled(
          { index: 0, ...A },
          { index: 0, id: "b", name: "g", args: '{"y"' },
          { index: 0, args: ":2}" },
        ),
      ).toEqual([A, B]);
      expect(assembled({ index: 0, ...A }, { index: 0, ...A, id: "b" })).toEqual([
        A,
        { ...A, id: "b" },
      ]);
    });

    it("goes on with a call that began behind the whole arguments of one of its name and number", () => {
      const [first, second] = [
        { index: 0, ...F },
        { index: 0, name: "f", args: '{"z"' },
      ];
      const calls = [F, { name: "f", args: '{"z":3}' }];
      const rest = { index: 0, args: ":3}" };
      expect(assembled(first, second, rest)).toEqual(calls);
      expect(assembled(first, second, rest, { index: 0, args: '{"z":3}' })).toEqual(calls);
      const error = "The answer ended before the arguments of the call were complete.";
      expect(assembled(first, second)).toEqual([F, { name: "f", args: '{"z"', error }]);
    });

    it("returns to a call by its id where all have one number", () => {
      expect(
        assembled(
          { index: 0, id: "a", name: "f", args: '{"x"' },
          { index: 0, id: "b", name: "g", args: '{"y":' },
          { index: 0, id: "a", args: ":1}" },
          { index: 0, id: "b", args: "2}" },
        ),
      ).toEqual([A, B]);
    });

    it("returns to a call by its id where there are no numbers", () => {
      expect(
        assembled(
          { id: "a", name: "f", args: '{"x"' },
          { id: "b", name: "g", args: '{"y":' },
          { id: "a", args: ":1}" },
          { id: "b", args: "2}" },
        ),
      ).toEqual([A, B]);
    });

    it("continues the last call with pieces that say nothing of themselves", () => {
      expect(
        assembled(
          { id: "a", name: "f", args: '{"x"' },
          { args: ":1}" },
          { id: "b", name: "g" },
          { args: '{"y":2}' },
        ),
      ).toEqual([A, B]);
    });

    it("takes a number for that of a call which had none so far", () => {
      expect(assembled({ id: "a", name: "f" }, { index: 0, args: A.args })).toEqual([A]);
      expect(
        assembled(
          { id: "a", name: "f", args: '{"x"' },
          { index: 4, id: "a", args: ":1" },
          { index: 4, args: "}" },
        ),
      ).toEqual([A]);
    });

    it("ignores an id that a nameless piece of a numbered call brings", () => {
      expect(
        assembled(
          { index: 0, id: "a", name: "f", args: '{"x"' },
          { index: 0, id: "z", args: ":1}" },
        ),
      ).toEqual([A]);
    });

    it("tells two equal calls in one record apart, where they have neither number nor id", () => {
      for (const args of [{ x: 1 }, '{"x":1}']) {
        expect(inOneRecord({ name: "f", args }, { name: "f", args })).toEqual([F, F]);
      }
      for (const args of [{}, "{}", "", null]) {
        expect(inOneRecord({ name: "f", args }, { name: "f", args })).toHaveLength(2);
      }
    });

    it("tells calls in one record apart that all have the number 0 and no id", () => {
      expect(inOneRecord({ index: 0, ...F }, { index: 0, name: "f", args: "{}" })).toEqual([
        F,
        { name: "f", args: "" },
      ]);
    });

    it("begins a call with another name, once there are arguments", () => {
      const G = { name: "g", args: '{"y":2}' };
      expect(assembled(F, G)).toEqual([F, G]);
      expect(assembled({ index: 0, ...F }, { index: 0, ...G })).toEqual([F, G]);
      expect(assembled({ name: "f" }, { name: "g", args: { y: 2 } })).toEqual([
        { name: "f", args: "" },
        G,
      ]);
    });

    it("ignores pieces that say nothing of any call", () => {
      expect(assembled({ index: null, id: "", name: "", args: null }, { index: 2 }, A)).toEqual([
        A,
      ]);
    });
  });

  describe("reads names: it", () => {
    it("joins the pieces of a name", () => {
      expect(
        assembled(
          { index: 0, id: "a", name: "get_" },
          { index: 0, name: "wea" },
          { index: 0, name: "ther", args: "[" },
          { index: 0, args: "]" },
        ),
      ).toMatchObject([{ id: "a", name: "get_weather", args: "[]" }]);
    });

    it("joins those of several calls that arrive side by side", () => {
      expect(
        assembled(
          { index: 0, name: "get_" },
          { index: 1, name: "get_" },
          { index: 0, name: "weather" },
          { index: 1, name: "time" },
          { index: 1, args: B.args },
          { index: 0, args: A.args },
        ),
      ).toEqual([
        { name: "get_weather", args: A.args },
        { name: "get_time", args: B.args },
      ]);
    });

    it("takes a name that grows for one name", () => {
      expect(
        assembled(
          { index: 0, name: "get" },
          { index: 0, name: "get_weather" },
          { index: 0, name: "get_weather", args: '{"x":1}' },
        ),
      ).toEqual([{ name: "get_weather", args: '{"x":1}' }]);
    });

    it("takes a name on every piece, and on an empty last one, for a repetition", () => {
      for (const identity of [{}, { index: 0 }, { id: "a" }, { index: 0, id: "a" }]) {
        const piece = (args: string) => ({ ...identity, name: "f", args });
        const deltas = ["", '{"x"', ":1}", "", " "].map(piece);
        expect(assembled(...deltas), JSON.stringify(identity)).toMatchObject([F]);
      }
    });

    it("takes a name that comes after the id, or after the arguments", () => {
      expect(assembled({ index: 0, id: "a" }, { index: 0, name: "f", args: A.args })).toEqual([A]);
      expect(
        assembled({ index: 0, id: "a", args: '{"x"' }, { index: 0, name: "f", args: ":1}" }),
      ).toEqual([A]);
    });

    it("says id and name once, on the first piece, which leaves when the arguments begin", () => {
      const assembler = new ToolCallAssembler();
      const add = (delta: ToolCallDelta) => assembler.add([delta], 0, HOOK);
      expect(add({ index: 0, id: "a", name: "f", args: "" })).toBeUndefined();
      expect(add({ index: 0, id: "a", name: "f", args: '{"x"' })).toEqual([
        { index: 0, id: "a", name: "f", args: '{"x"' },
      ]);
      expect(add({ index: 0, id: "a", name: "f", args: ":1}" })).toEqual([
        { index: 0, args: ":1}" },
      ]);
    });

    it("gives a call without arguments when they are {}, or before a later call", () => {
      const assembler = new ToolCallAssembler();
      const add = (delta: ToolCallDelta) => assembler.add([delta], 0, HOOK);
      expect(add({ index: 0, id: "a", name: "now", args: "{}" })).toEqual([
        { index: 0, id: "a", name: "now", args: "" },
      ]);
      expect(add({ index: 1, name: "later" })).toBeUndefined();
      expect(add({ index: 2, ...B })).toEqual([
        { index: 1, name: "later", args: "" },
        { index: 2, ...B },
      ]);
      expect(
        assembler.end({ isFinished: true, finishReason: undefined, records: 3, hook: HOOK }),
      ).toBeUndefined();
    });

    it("joins the pieces of one call in one record", () => {
      const assembler = new ToolCallAssembler();
      const deltas = [
        { index: 0, id: "a", args: '{"x"' },
        { index: 1, id: "b", name: "g", args: '{"y":2}' },
        { index: 0, name: "f", args: ":1}" },
      ];
      expect(assembler.add(deltas, 0, HOOK)).toEqual([
        { index: 0, ...A },
        { index: 1, ...B },
      ]);
    });
  });

  describe("reads arguments: it", () => {
    it("takes them as an object", () => {
      expect(
        assembled({ id: "a", name: "f", args: { x: 1 } }, { id: "b", name: "g", args: { y: 2 } }),
      ).toEqual([A, B]);
    });

    it("says {} by no text, for it may be a placeholder", () => {
      for (const args of [{}, "{}", " { } ", "{}{}"]) {
        expect(assembled({ id: "a", name: "f", args })).toEqual([{ ...A, args: "" }]);
      }
    });

    it("takes '{}' before other arguments for a placeholder, in whatever pieces it came", () => {
      for (const args of ["{}", "{ }\n", {}]) {
        expect(
          assembled(
            { index: 0, id: "a", name: "f", args },
            { index: 0, args: '{"x"' },
            { index: 0, args: ":1}" },
          ),
        ).toEqual([A]);
      }
      expect(assembled(...pieces("{", "}{", '"x":1}'))).toEqual([A]);
    });

    it("takes the whole arguments sent again for a repetition, in whatever pieces they came", () => {
      expect(assembled(...pieces('{"x"', ":1}", '{"x":1}'))).toEqual([A]);
      expect(assembled(...pieces('{"x":1}', '{"x"', ":1}", ' {"x": 1}'))).toEqual([A]);
      expect(assembled(...pieces('{"x":1}{"x":1}'))).toEqual([A]);
      expect(assembled({ index: 0, ...A }, { index: 0, ...A })).toEqual([A]);
      expect(assembled(A, { ...A, args: { x: 1 } }, { id: "a", args: {} })).toEqual([A]);
      const named = ['{"x"', ":1}", '{"x"', ":1}"].map((args) => ({ index: 0, name: "f", args }));
      expect(assembled(...named)).toEqual([F]);
    });

    it("begins a call where a name comes with other arguments than those that are whole", () => {
      const G = { name: "f", args: '{"x":2}' };
      expect(assembled(F, G)).toEqual([F, G]);
      expect(assembled({ index: 0, ...F }, { index: 0, ...G })).toEqual([F, G]);
      expect(
        assembled(
          { index: 0, ...F },
          { index: 0, name: "f" },
          { index: 0, args: '{"x"' },
          { index: 0, args: ":2}" },
        ),
      ).toEqual([F, G]);
    });

    it("joins two whole objects without a name between them to what is no call", () => {
      expect(assembled(...pieces('{"x":1}', '{"x":2}'))).toMatchObject([
        { args: '{"x":1}{"x":2}', error: expect.stringContaining("not a JSON object") as string },
      ]);
    });

    it("gives white space at their beginning as it came, and none behind them", () => {
      expect(assembled(...pieces(" \n", '{"x": ', "1}", " \n"))).toEqual([
        { ...A, args: ' \n{"x": 1}' },
      ]);
    });

    it("keeps what stands in strings apart from what closes a value", () => {
      const args = JSON.stringify({ '}"{': '\\"}]{', list: [[], {}] });
      expect(assembled(...pieces(...args))).toEqual([{ ...A, args }]);
    });
  });

  describe("judges calls at the end: it", () => {
    const errors = (...deltas: ToolCallDelta[]) => assembled(...deltas).map(({ error }) => error);

    it("lets whole calls be, with and without a finish reason", () => {
      expect(assembled(A, B)).toEqual([A, B]);
      expect(unfinished(A, B)()).toEqual([A, B]);
      expect(unfinished({ name: "f", args: {} })()).toEqual([{ name: "f", args: "" }]);
    });

    it("takes a call that comes with an error for none, though it is whole", () => {
      const refused = { ...A, error: "no such tool" };
      expect(assembled(refused, B)).toEqual([refused, B]);
      const cut = { ...refused, args: "{" };
      expect(unfinished(cut)()).toEqual([cut]);
    });

    it("takes every mere beginning of arguments for a cut", () => {
      const args = JSON.stringify({ path: "/etc", list: [1.5e3, true, null, '"'], more: {} });
      for (let length = 0; length < args.length; length++) {
        const cut = { index: 0, id: "a", name: "f", args: args.slice(0, length) };
        expect(unfinished(cut), cut.args).toThrow(TruncatedStreamError);
        const [call] = assembled(cut);
        expect(call?.args).toBe(cut.args);
        if (length > 0) expect(call?.error).toContain("before the arguments");
      }
      for (const beginning of ["[", '"x', '{"x":1}{"x"']) {
        expect(unfinished({ ...A, args: beginning }), beginning).toThrow(TruncatedStreamError);
        expect(errors({ ...A, args: beginning }), beginning).toEqual([
          expect.stringContaining("before the arguments"),
        ]);
      }
    });

    it("takes what is closed and malformed, or no object, for an invalid call", () => {
      const wrong = [
        "{x:1}",
        '{"x":1}}',
        "[1]",
        '"x"',
        "7",
        "1.",
        "nul",
        "tomorrow",
        '{"x":1]',
        "{,}",
      ];
      for (const args of wrong) {
        for (const calls of [assembled({ ...A, args }, B), unfinished({ ...A, args }, B)()]) {
          expect(calls, args).toEqual([
            { ...A, args, error: expect.stringContaining("not a JSON object") as string },
            B,
          ]);
        }
      }
    });

    it("takes no arguments at all for a call after a finish reason, and for a cut without", () => {
      for (const args of [undefined, null, "", " "]) {
        const [call] = assembled({ index: 0, id: "a", name: "f", args });
        expect(call).toEqual({ id: "a", name: "f", args: args ?? "" });
        expect(unfinished({ index: 0, id: "a", name: "f", args })).toThrow(
          /"f".*args: \{\}.*done: true/,
        );
      }
    });

    it("takes a call whose arguments had not begun for a cut where no more was allowed", () => {
      const begun = { index: 1, id: "b", name: "g", args: "" };
      const cut = { ...begun, error: expect.stringContaining("before the arguments") as string };
      const { args: _, index: __, ...rest } = cut;
      for (const before of [
        { index: 0, ...A },
        { index: 0, id: "a", name: "f" },
      ]) {
        const pieces = piecesOf([[before], [begun]], { finishReason: "length" });
        const [first, second] = joined(pieces);
        // Calls are written one by one: only the last can be cut.
        expect(first).not.toHaveProperty("error");
        expect(second).toEqual({ ...rest, args: "" });
      }
    });

    it("takes calls for none whose arguments may have come under the number of no call", () => {
      // SGLang numbered the names by the tools of the request, and the arguments by the calls of the answer.
      const f = { index: 1, id: "a", name: "f", args: "" };
      const g = { index: 0, id: "b", name: "g", args: "" };
      for (const [first, second] of [
        [{}, {}],
        [{ id: "c" }, { id: "d" }],
      ]) {
        const stray = [
          { index: 0, ...first, args: '{"x"' },
          { index: 0, ...second, args: ":1}" },
        ];
        expect(errors(f, ...stray)).toEqual([STRAY, "The call has no name."]);
        expect(unfinished(f, ...stray)().map(({ error }) => error)).not.toContain(undefined);
        const swapped = [f, ...stray, g, { index: 1, ...second, args: '{"y":2}' }];
        expect(errors(...swapped), "not f with the arguments of g").toEqual([
          STRAY,
          "The call has no name.",
          STRAY,
        ]);
      }
      expect(errors({ ...f, ...A }, { index: 0, args: B.args }), "f has its own").toEqual([
        undefined,
        "The call has no name.",
      ]);
    });

    it("takes a call for one whose arguments came before its name, behind one that has none", () => {
      const late = [
        { index: 1, id: "b", args: '{"y"' },
        { index: 1, name: "g", args: ":2}" },
      ];
      expect(assembled({ index: 0, id: "a", name: "now", args: "" }, ...late)).toEqual([
        { id: "a", name: "now", args: "" },
        B,
      ]);
    });

    it("takes a call without a name for none", () => {
      expect(errors({ id: "a", args: "{}" }, { id: "b" })).toEqual([
        "The call has no name.",
        "The call has no name.",
      ]);
    });
  });

  describe("refuses what is no piece of a call: it", () => {
    const adding = (entry: unknown) => () =>
      new ToolCallAssembler().add([A, entry as ToolCallDelta], 0, HOOK);

    it("names the entry, what it is, and what an entry looks like", () => {
      const wrong: [entry: unknown, words: RegExp][] = [
        [null, /entry 1 is null/],
        [undefined, /entry 1 is undefined/],
        ["call", /entry 1 is "call"/],
        [[A], /entry 1 is an array/],
        ...[-1, NaN, Infinity, 2 ** 53, 0.5, "0", {}].map((index): [unknown, RegExp] => [
          { index, ...B },
          /has the index .*whole number/,
        ]),
        [{ ...B, id: {} }, /has the id an object/],
        [{ ...B, name: 7 }, /has the name 7/],
        [{ ...B, args: 7 }, /has the args 7/],
        [{ ...B, args: () => 7 }, /has the args/],
        [{ ...B, args: { big: 7n } }, /cannot be written as JSON/],
        [{ ...B, args: { toJSON: () => undefined } }, /JSON cannot say/],
        [{ index: 0, id: "b", function: { name: "g", arguments: "{}" } }, /has "function"/],
        [{ index: 0, id: "b", name: "g", input: { y: 2 } }, /has "input", but no args/],
      ];
      for (const [entry, words] of wrong) {
        expect(adding(entry), String(words)).toThrow(HookError);
        expect(adding(entry), String(words)).toThrow(words);
        expect(adding(entry)).toThrow("{ index?, id?, name?, args? }");
      }
    });

    it("takes arguments that are nested too deep for an error, as text and as an object", () => {
      const deep = (levels: number) => `{"x":${"[".repeat(levels)}${"]".repeat(levels)}}`;
      expect(assembled({ ...A, args: deep(500) })[0]).not.toHaveProperty("error");
      expect(adding({ ...B, args: deep(600) })).toThrow(HookError);
      expect(adding({ ...B, args: deep(600) })).toThrow(/"g".*nested too deep/);
      expect(adding({ ...B, args: "[".repeat(1e6) })).toThrow(HookError);
      const object = JSON.parse(deep(100_000)) as object;
      expect(adding({ ...B, args: object })).toThrow(HookError);
    });

    it("takes a number for the text of an id", () => {
      const numbered = { ...A, id: 7 } as unknown as ToolCallDelta;
      expect(assembled(numbered)).toEqual([{ ...A, id: "7" }]);
    });
  });

  // A test each: on a busy machine the time that a property may take, once for each wire, would be too long for one.
  it.each(Object.entries(WIRES))(
    "finds the calls again, for any cut and any order that the wire allows: %s",
    (_, { write, mayInterleave }) => {
      fc.assert(
        fc.property(CALLS, fc.infiniteStream(fc.nat(100)), (calls, choices) => {
          const choose = () => choices.next().value as number;
          const queues = calls.map((call, index) => write(call, index, choose));
          const records = mayInterleave ? interleaved(queues, choose) : queues.flat();
          const found = joined(piecesOf(records)).map(({ id, ...call }) => call);
          const wanted = calls.map(({ name, args }) => ({ name, args: jsonOf(args) }));
          const byText = (x: Call, y: Call) =>
            `${x.name} ${x.args}`.localeCompare(`${y.name} ${y.args}`);
          expectEqual(found.sort(byText), wanted.sort(byText));
        }),
        RUNS,
      );
    },
  );

  it("gives calls or a typed error for anything at all", () => {
    const odd = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(NaN, undefined, 2 ** 53));
    const delta = fc.oneof(
      { weight: 4, arbitrary: ANY_DELTA },
      fc.record({ index: odd, id: odd, name: odd, args: odd }, { requiredKeys: [] }),
      odd,
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(delta, { maxLength: 3 })),
        fc.boolean(),
        (records, isFinished) => {
          try {
            const calls = joined(piecesOf(records as ToolCallDelta[][], { isFinished }));
            for (const { name, args, error } of calls) {
              if (error !== undefined) continue;
              const kinds = [typeof name, typeof JSON.parse(args.trim() || "{}")];
              expectEqual(kinds, ["string", "object"]);
            }
          } catch (error) {
            if (HookError.isInstance(error) || TruncatedStreamError.isInstance(error)) return;
            throw error;
          }
        },
      ),
      budget(10),
    );
  });

  const called = (index: number) => ({ ...A, id: `c${index}`, index });
  const piece = (index: number) => ({
    ...(index === 0 && F),
    index: 0,
    args: index === 0 ? '{"x":"' : "{}x ",
  });
  const whole = () => ({ index: 0, ...A });
  it.each([
    ["calls", called],
    ["pieces of one", piece],
    ["repetitions of one", whole],
  ])("looks at each delta once, however many there are: %s", (_, deltaAt) => {
    expectProportional(50_000, (count) => {
      const deltas = Array.from({ length: count }, (__, index): ToolCallDelta[] => [
        deltaAt(index),
      ]);
      const assembler = new ToolCallAssembler();
      for (const delta of deltas) assembler.add(delta, 0, HOOK);
      assembler.end({ isFinished: true, finishReason: "stop", records: 1, hook: HOOK });
    });
  });
});

const ANY_DELTA: fc.Arbitrary<ToolCallDelta> = fc.record(
  {
    index: fc.nat(2),
    id: fc.constantFrom("a", "b", "", "null"),
    name: fc.constantFrom("f", "g", "fg"),
    args: fc.constantFrom<ToolCallDelta["args"][]>("", "{", '"x":', "1", "}", "{}", {}, { x: 1 }),
  },
  { requiredKeys: [] },
);

/** `{}` is said by no text. */
function jsonOf(args: object): string {
  const text = JSON.stringify(args);
  return text === "{}" ? "" : text;
}

/** The pieces of one call. */
function pieces(...texts: string[]): ToolCallDelta[] {
  return texts.map((args, at) => ({ index: 0, ...(at === 0 && { id: "a", name: "f" }), args }));
}
