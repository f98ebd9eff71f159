import { describe, expect, it } from "vitest";
import {
  awaitedReason,
  findWithin,
  givenReason,
  isNoReason,
  reasonOf,
} from "../../../../src/streaming/provider/finish-reason.js";

describe("isNoReason", () => {
  const states = [
    "in_progress",
    "IN_PROGRESS",
    "pending",
    "processing",
    "queued",
    "running",
    "starting",
  ];

  const words = [
    "null",
    "NULL",
    "None",
    "not_finished",
    "FINISH_REASON_UNSPECIFIED",
    "unspecified",
  ];
  it.each([null, ...words, ...states])("takes %j for none", (reason) => {
    expect(isNoReason(reason)).toBe(true);
  });

  it.each([undefined, "", "stop", "unknown", "incomplete", "completed", "run", 0, false, {}])(
    "does not take %j for it",
    (reason) => {
      expect(isNoReason(reason)).toBe(false);
    },
  );
});

describe("findWithin", () => {
  const find = (record: unknown) => findWithin(record, ({ found }) => found);

  it.each([
    [{ found: 1, choices: [{ found: 2 }] }, 1],
    [{ choices: [{}, { found: 2 }, { found: 3 }] }, 2],
    [{ data: { output: { choices: [{ found: 4 }] } } }, 4],
    [[{}, { message: { found: 5 } }], 5],
    [{ other: { found: 6 } }, undefined],
    [{ data: { data: { data: { data: { data: { found: 7 } } } } } }, undefined],
    [null, undefined],
    ["found", undefined],
  ])("looks into %j", (record, found) => {
    expect(find(record)).toBe(found);
  });
});

describe("reasonOf", () => {
  it.each([
    [{ finish_reason: "stop", stop_reason: "error" }, "stop"],
    [{ finish_reason: null, stop_reason: "error" }, "error"],
    [{ finishReason: "STOP" }, "STOP"],
    [{ stopReason: "end_turn" }, "end_turn"],
    [{ done_reason: "load" }, "load"],
    [{ finish_reason: { type: "length", length: 3 } }, "length"],
    [{ reason: "stop" }, undefined],
  ])("reads %j", (fields, reason) => {
    expect(reasonOf(fields)).toBe(reason);
  });
});

describe("givenReason", () => {
  it("is one that tells of an end", () => {
    expect(givenReason({ finish_reason: "stop" })).toBe("stop");
    expect(givenReason({ stopReason: { type: "abort" } })).toBe("abort");
    for (const reason of [null, "", "null", "in_progress", 7, undefined]) {
      expect(givenReason({ finish_reason: reason })).toBeUndefined();
    }
  });
});

describe("awaitedReason", () => {
  it.each([
    [{ finish_reason: null }, "finish_reason: null"],
    [{ stop_reason: null, finish_reason: "not_finished" }, "finish_reason: not_finished"],
    [{ finish_reason: "", stopReason: null }, "stopReason: null"],
    [{ done_reason: null }, "done_reason: null"],
    [{ finish_reason: "" }, undefined],
    [{ finish_reason: "stop" }, undefined],
    [{}, undefined],
  ])("of %j is %j", (fields, awaited) => {
    expect(awaitedReason(fields)).toBe(awaited);
  });
});
