import { describe, expect, it } from "vitest";
import {
  checkToolUse,
  checkUnannounced,
  checkUnread,
} from "../../../../src/streaming/answer/answer-end.js";

const END = {
  count: 2,
  isMarked: false,
  isCut: false,
  isOver: undefined,
  excerpt: () => "the secret record",
};
const ANSWER = {
  hasContent: true,
  isUnderstood: false,
  isWhole: false,
  isPromised: false,
  hook: "parseChunk",
  redact: (text: string) => text.replace("secret", "[redacted]"),
};

describe("checkUnannounced", () => {
  it.each([
    [{}, {}],
    [{ isMarked: true }, { isPromised: true }],
    [{ isMarked: true, isCut: true, strayWords: "no room" }, {}],
    [{ isMarked: true, count: 0 }, {}],
    [{ isMarked: true }, { hasContent: false, isUnderstood: true }],
    [{ isCut: true }, { isWhole: true }],
    [{}, { isWhole: true, isPromised: true }],
  ])("takes %j of %j for an end", (end, answer) => {
    expect(() => checkUnannounced({ ...END, ...end }, { ...ANSWER, ...answer })).not.toThrow();
  });

  it.each([
    [{ count: 0 }, {}, /without a single record/],
    [{ isMarked: true, count: 0 }, { hasContent: false }, /without a single record/],
    [{}, { hasContent: false }, /2 record\(s\).*parseChunk.*the \[redacted\] record/],
    [{ isMarked: true }, { hasContent: false }, /none of which gave a token/],
    [
      { count: 1 },
      { hasContent: false, isWhole: true },
      /the fields that the server sends \(it is given the whole body\)/,
    ],
    [{ isCut: true }, {}, /middle of a line/],
    [{ strayWords: "a secret\nis out" }, {}, /the words: a \[redacted\] is out$/],
    [{ strayWords: "no room", count: 0 }, { hasContent: false }, /the words: no room$/],
    [{}, { isPromised: true }, /before the provider said/],
  ])("takes %j of %j for a cut answer", (end, answer, message) => {
    expect(() => checkUnannounced({ ...END, ...end }, { ...ANSWER, ...answer })).toThrow(message);
  });
});

describe("checkToolUse", () => {
  it("takes any other reason, and none, for an end", () => {
    for (const reason of [undefined, "stop", "length"]) {
      expect(() => checkToolUse(reason, true, "parseChunk")).not.toThrow();
    }
  });

  it("refuses a tool call in which nothing came", () => {
    const check = (takesCalls: boolean) => () =>
      checkToolUse("tool_calls", takesCalls, "parseChunk");
    expect(check(true)).toThrow(
      /reason "tool_calls".*parseChunk returned neither.*Return toolCalls/,
    );
    expect(check(false)).toThrow(/A text model has none/);
  });
});

describe("checkUnread", () => {
  it("lets an answer be empty in whose records nothing was said", () => {
    expect(() => checkUnread(END, "parseChunk", ANSWER.redact)).not.toThrow();
  });

  it("refuses one of which nothing was read", () => {
    const end = { ...END, unread: 'text: "a secret"' };
    expect(() => checkUnread(end, "parseChunk", ANSWER.redact)).toThrow(
      'a record has text: "a [redacted]". Check that parseChunk reads',
    );
  });
});
