import { describe, expect, it } from "vitest";
import {
  checkToolUse,
  checkUnannounced,
  checkUnread,
} from "../../../../src/streaming/answer/answer-end.js";
import { WireEnd } from "../../../../src/streaming/provider/wire-end.js";

const END = { count: 2, format: {}, wire: new WireEnd(), last: "the secret record" };
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
    [{ format: { ended: true } }, { isPromised: true }],
    [{ format: { ended: true, isCut: true, strayWords: "no room" } }, {}],
    [{ format: { ended: true }, count: 0 }, {}],
    [{ format: { ended: true } }, { hasContent: false, isUnderstood: true }],
    [{ format: { isCut: true } }, { isWhole: true }],
    [{}, { isWhole: true, isPromised: true }],
  ])("takes %j of %j for an end", (end, answer) => {
    expect(() => checkUnannounced({ ...END, ...end }, { ...ANSWER, ...answer })).not.toThrow();
  });

  it.each([
    [{ count: 0 }, {}, /without a single record/],
    [{ format: { ended: true }, count: 0 }, { hasContent: false }, /without a single record/],
    [{}, { hasContent: false }, /2 record\(s\).*parseChunk.*"the \[redacted\] record"/],
    [{ format: { ended: true } }, { hasContent: false }, /none of which gave a token/],
    [
      { count: 1 },
      { hasContent: false, isWhole: true },
      /the fields that the server sends \(it is given the whole body\)/,
    ],
    [{ format: { isCut: true } }, {}, /middle of a line/],
    [{ format: { strayWords: "a secret\nis out" } }, {}, /the words: a \[redacted\] is out$/],
    [{ format: { strayWords: "no room" }, count: 0 }, { hasContent: false }, /the words: no room$/],
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
