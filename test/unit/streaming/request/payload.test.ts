import { Readable } from "node:stream";
import { HumanMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import {
  encodeOptional,
  encodePayload,
  queryOf,
} from "../../../../src/streaming/request/payload.js";

function* numbers() {
  yield 1;
}

async function* pieces() {
  yield await Promise.resolve("x");
}

describe("encodePayload", () => {
  it("sends objects as JSON, and what is encoded already as it is", () => {
    expect(encodePayload({ a: ["é"] })).toEqual({
      body: '{"a":["é"]}',
      headers: { "content-type": "application/json" },
    });
    expect(encodePayload([1])).toMatchObject({ body: "[1]" });
    const list = Object.assign(new Set([1]), { toJSON: () => [1] });
    expect(encodePayload(list)).toMatchObject({ body: "[1]" });
    expect(encodePayload("text")).toMatchObject({
      body: "text",
      headers: { "content-type": "text/plain;charset=UTF-8" },
    });
    const bytes = Uint8Array.of(1);
    expect(encodePayload(bytes).body).toBe(bytes);
    const form = new FormData();
    expect(encodePayload(form)).toEqual({ body: form, headers: {} });
    expect(encodePayload(new URLSearchParams({ q: "a b" }))).toMatchObject({
      body: "q=a+b",
      headers: { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" },
    });
  });

  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["number", 1],
    ["Map", new Map()],
    ["Map", Object.assign(new Map(), { own: 1 })],
    ["Set", Object.assign(new Set(), { own: 1 })],
    ["Set", new Set()],
    ["Headers", new Headers()],
    ["Generator", numbers()],
    ["AsyncGenerator", pieces()],
    ["Readable", Readable.from(["x"])],
    ["ArrayBuffer", new ArrayBuffer(1)],
    ["Float32Array", new Float32Array(1)],
    ["Blob", new Blob([])],
    ["Promise", Promise.resolve({})],
    ["RegExp", /x/],
    ["BigInt", { a: 1n }],
    ["no JSON form", { toJSON: () => undefined }],
  ])("refuses what cannot be sent: %s", (told, payload) => {
    expect(() => encodePayload(payload, "continueFrom")).toThrow(HookError);
    expect(() => encodePayload(payload, "continueFrom")).toThrow(told);
    expect(() => encodePayload(payload, "continueFrom")).toThrow(/^continueFrom/);
  });

  it.each<[string, unknown]>([
    ["a Map", new Map()],
    ["a Map", Object.assign(new Map(), { own: 1 })],
    ["a Set", new Set([1])],
    ["a Float32Array", Float32Array.of(1)],
    ["an ArrayBuffer", new ArrayBuffer(1)],
    ["a Blob", new Blob([])],
    ["a Promise", Promise.resolve([])],
    ["a RegExp", /x/],
    ["an Error", new Error("x")],
    ["NaN", NaN],
    ["Infinity", Infinity],
  ])("refuses what JSON would lose within a payload: %s", (told, value) => {
    for (const payload of [{ model: "m", inner: [{ value }] }, [{ value }]]) {
      expect(() => encodePayload(payload)).toThrow(HookError);
      expect(() => encodePayload(payload)).toThrow(`"value" is ${told},`);
    }
  });

  it("refuses what LangChain would write in its own form, unless that form is given", () => {
    const message = new HumanMessage("hi");
    for (const payload of [message, [message], { messages: [message] }]) {
      expect(() => encodePayload(payload)).toThrow(HookError);
      expect(() => encodePayload(payload)).toThrow(
        "is a HumanMessage of LangChain's, which few servers can read",
      );
    }
    const { body } = encodePayload({ messages: [message.toJSON()] });
    expect(JSON.parse(body as string)).toMatchObject({ messages: [{ lc: 1 }] });
  });

  it("sends what says itself how it stands in JSON, and what is one value", () => {
    class Options {
      readonly #hidden = 1;
      toString() {
        return String(this.#hidden);
      }
    }
    class Items {
      readonly items = [1];
      [Symbol.iterator]() {
        return this.items[Symbol.iterator]();
      }
    }
    expect(encodePayload(new Items()).body).toBe('{"items":[1]}');
    const payload = {
      text: Object("x") as unknown,
      list: new Items(),
      at: new Date(0),
      map: Object.assign(new Map(), { toJSON: () => ({ a: 1 }) }),
      locale: { toJSON: () => ({ lc: "de" }) },
      bare: Object.create(null) as object,
      empty: [{}, [], new Options()],
      boxed: Object(1) as unknown,
      none: undefined,
    };
    expect(encodePayload(payload).body).toBe(
      '{"text":"x","list":{"items":[1]},"at":"1970-01-01T00:00:00.000Z","map":{"a":1},"locale":{"lc":"de"},"bare":{},"empty":[{},[],{}],"boxed":1}',
    );
  });

  it("shows nothing of a payload that has a cycle", () => {
    const payload: Record<string, unknown> = { secretPrompt: "x" };
    payload.self = payload;
    expect(() => encodePayload(payload)).toThrow(/circular/);
    expect(() => encodePayload(payload)).not.toThrow(/secretPrompt|self/);
  });
});

describe("encodeOptional", () => {
  it("makes no body of null, and names the hook in what it refuses", () => {
    expect(encodeOptional(null, "nextRequest")).toEqual({ body: undefined, headers: {} });
    expect(encodeOptional("a", "nextRequest").body).toBe("a");
    expect(() => encodeOptional(undefined, "nextRequest")).toThrow(/^nextRequest/);
  });
});

describe("queryOf", () => {
  it.each<[string, unknown, [string, string][]]>([
    ["nothing", undefined, []],
    ["null", null, []],
    [
      "URLSearchParams",
      new URLSearchParams("a=1&a=2"),
      [
        ["a", "1"],
        ["a", "2"],
      ],
    ],
    [
      "values",
      { q: "a b", n: 0, is: false },
      [
        ["q", "a b"],
        ["n", "0"],
        ["is", "false"],
      ],
    ],
    [
      "lists",
      { stop: ["a", "b"], none: [] },
      [
        ["stop", "a"],
        ["stop", "b"],
      ],
    ],
    ["what is left out", { a: undefined, b: null, c: ["x", null, undefined] }, [["c", "x"]]],
  ])("makes pairs of %s", (_, payload, pairs) => {
    expect(queryOf(payload)).toEqual(pairs);
  });

  it.each<[unknown, RegExp]>([
    ["text", /returned a string/],
    [["a"], /returned an array/],
    [new Map([["a", "b"]]), /returned a Map/],
    [{ a: { b: 1 } }, /as "a"/],
    [{ a: [["b"]] }, /as "a"/],
    [{ n: NaN }, /as "n"/],
    [{ n: 1n }, /as "n"/],
  ])("refuses %s", (payload, message) => {
    expect(() => queryOf(payload)).toThrow(HookError);
    expect(() => queryOf(payload)).toThrow(message);
  });
});
