import { describe, expect, it } from "vitest";
import { AnswerProgress } from "../../../../src/streaming/answer/answer-progress.js";

describe("AnswerProgress", () => {
  it.each([
    ["open", [{}, { finishReason: "" }, { text: "a" }], { announced: false, isPromised: false }],
    ["promised", [{ done: false }], { announced: false, isPromised: true }],
    ["promised", [{ finishReason: null }], { announced: false, isPromised: true }],
    ["promised", [{ finishReason: "NOT_FINISHED" }], { announced: false, isPromised: true }],
    ["announced", [{ done: true }], { announced: true, finishReason: undefined }],
    ["announced", [{ finishReason: "stop" }], { announced: true, finishReason: "stop" }],
    ["announced", [{ done: false }, { done: true }], { announced: true, isPromised: true }],
  ])("is %s after %j", (_, deltas, expected) => {
    const progress = new AnswerProgress();
    for (const delta of deltas) progress.takeEnd(delta);
    expect(progress).toMatchObject(expected);
  });

  it("keeps the last reason, and takes the announcement for news once", () => {
    const progress = new AnswerProgress();
    progress.takeEnd({ finishReason: "stop", done: true });
    progress.takeEnd({ finishReason: "length" });
    expect(progress).toMatchObject({ finishReason: "length", news: 1, content: 0 });
  });

  it("goes on with content behind the announcement, and not with what comes in the same record", () => {
    const progress = new AnswerProgress();
    progress.takeEnd({ text: "a", done: true });
    progress.noteContent(false);
    expect(progress).toMatchObject({ wentOn: false, isOpenAgain: false, content: 1, news: 2 });
    progress.noteContent(progress.announced);
    expect(progress).toMatchObject({ wentOn: true, isOpenAgain: true, content: 2, news: 3 });
    progress.takeEnd({ done: true });
    expect(progress).toMatchObject({ wentOn: true, isOpenAgain: false, news: 3 });
  });

  it("does not go on with notes behind the announcement, and is not closed by them", () => {
    const progress = new AnswerProgress();
    progress.takeEnd({ done: true });
    progress.noteContent(true, true);
    expect(progress).toMatchObject({ wentOn: false, isOpenAgain: false, content: 1, news: 2 });
    progress.noteContent(true);
    progress.noteContent(true, true);
    expect(progress).toMatchObject({ wentOn: true, isOpenAgain: true, content: 3 });
  });
});
