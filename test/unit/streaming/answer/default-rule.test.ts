import { describe, expect, it } from "vitest";
import { DEFAULT_RULE } from "../../../../src/streaming/answer/default-rule.js";

const { last, mark, marked, silent, spoken, unread, whole } = DEFAULT_RULE;
const bare = { code: 500, message: "the model has failed" };

describe("DEFAULT_RULE", () => {
  it("believes the wire, whatever stands in the record", () => {
    expect(marked({ event: undefined, lastEventId: "", error: "throttled" })).toBe("throttled");
    expect(marked({ event: "error", lastEventId: "" })).toBeUndefined();
    expect(marked(undefined)).toBeUndefined();
  });

  it("finds an error in a record that nobody could read, or that gave nothing", () => {
    expect(unread(bare, undefined)?.message).toBe("the model has failed");
    expect(unread({ id: "1" }, undefined)).toBeUndefined();
    expect(silent(null, bare, undefined)?.message).toBe("the model has failed");
    expect(silent("", { id: "1" }, undefined)).toBeUndefined();
  });

  it("leaves an error to the author who has read it", () => {
    expect(silent({ error: "overloaded" }, bare, undefined)).toBeUndefined();
    expect(silent({ error: null }, bare, undefined)?.message).toBe("the model has failed");
  });

  it("finds the failure of an answer in the record that ends it, and in no other", () => {
    const record = { data: { status: "failed", error: "no tokens left" } };
    expect(silent({ done: true }, record, undefined)?.message).toBe("no tokens left");
    expect(silent({ finishReason: "stop" }, record, undefined)?.message).toBe("no tokens left");
    expect(silent({ finishReason: "error" }, {}, undefined)?.code).toBe("error");
    expect(silent({ done: false }, record, undefined)).toBeUndefined();
    expect(silent(null, record, undefined)).toBeUndefined();
    expect(silent(null, record, "workflow_finished")?.message).toBe("no tokens left");
    expect(silent(null, { finish_reason: "abort" }, undefined)?.code).toBe("abort");
  });

  it("takes content for the answer, unless the record calls itself an error", () => {
    expect(spoken({ type: "error", message: "overloaded" }, undefined)?.message).toBe("overloaded");
    expect(spoken({ type: "error" }, undefined)?.message).toBe("");
    expect(spoken({ text: "a" }, "error")?.message).toBe("a");
    expect(spoken({ ...bare, error: "overloaded" }, undefined)).toBeUndefined();
  });

  it("finds the failure of an answer beside its last part, and in the mark behind it", () => {
    const record = { text: "a", finish_reason: "abort" };
    expect(last(record, undefined, false)?.code).toBe("abort");
    expect(last('{"finish_reason":"abort"}', undefined, true)).toBeUndefined();
    expect(mark('{"reason":"canceled"}')).toBeDefined();
    expect([mark("[DONE]"), mark(undefined)]).toEqual([undefined, undefined]);
  });

  it("finds the failure of a job in its state", () => {
    expect(whole({ status: "failed", output: "half" })?.code).toBe("failed");
    expect(whole({ status: "done", output: "all" })).toBeUndefined();
  });
});
