import { describe, expect, it } from "vitest";
import type { StreamDelta } from "../../../../src/streaming/delta/stream-delta.js";
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
    expect(progress).toMatchObject({ wentOn: false, isOver: true, content: 1, news: 2 });
    progress.noteContent(progress.isOver);
    expect(progress).toMatchObject({ wentOn: true, isOver: false, content: 2, news: 3 });
    progress.takeEnd({ done: true });
    expect(progress).toMatchObject({ wentOn: true, isOver: true, isDoubtful: false, news: 3 });
  });

  it("doubts an end that was announced with each of many pieces, and not those of steps", () => {
    const progressOf = (pieces: readonly (readonly StreamDelta[])[]) => {
      const progress = new AnswerProgress();
      for (const deltas of pieces) {
        const { isOver } = progress;
        for (const delta of deltas) progress.takeEnd(delta);
        progress.noteContent(isOver);
      }
      return progress;
    };
    const ended = [{ text: "a", done: true }];
    expect(progressOf([ended, ended, ended])).toMatchObject({ isOver: true, isDoubtful: false });
    expect(progressOf([ended, ended, ended, ended])).toMatchObject({ isDoubtful: true });
    const piece = [{ text: "a" }];
    const steps = [piece, ended, piece, ended, piece, ended, piece, ended];
    expect(progressOf(steps)).toMatchObject({ wentOn: true, isDoubtful: false });
  });

  it("does not go on with notes behind the announcement, and is not closed by them", () => {
    const progress = new AnswerProgress();
    progress.takeEnd({ done: true });
    progress.noteContent(true, true);
    expect(progress).toMatchObject({ wentOn: false, isOver: true, content: 1, news: 2 });
    progress.noteContent(true);
    progress.noteContent(false);
    expect(progress).toMatchObject({ wentOn: true, isOver: false, content: 3 });
  });
});
