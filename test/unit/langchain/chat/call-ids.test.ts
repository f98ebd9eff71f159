import { AIMessage, HumanMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { CallIds } from "../../../../src/langchain/chat/call-ids.js";

function takeAll(history: readonly BaseMessage[], ...ids: readonly string[]): string[] {
  const taken = new CallIds(history);
  return ids.map((id) => taken.take(id));
}

describe("CallIds", () => {
  it("leaves ids as they are that no call before has", () => {
    const history = [new HumanMessage("x"), new AIMessage("y")];
    expect(takeAll(history, "a", "call_0", "")).toEqual(["a", "call_0", ""]);
  });

  it("counts on from ids that calls or results of the history have, valid and invalid", () => {
    const history = [
      new AIMessage({
        content: "",
        tool_calls: [{ id: "functions.add:0", name: "add", args: {} }],
        invalid_tool_calls: [{ id: "functions.add:1", name: "add", args: "{" }],
      }),
      new ToolMessage({ content: "3", tool_call_id: "functions.add:2" }),
    ];
    expect(takeAll(history, "functions.add:0", "functions.add:1", "functions.add:9")).toEqual([
      "functions.add:3",
      "functions.add:4",
      "functions.add:9",
    ]);
  });

  it("gives a number to an id without, and keeps the length of one where it can", () => {
    const results = ["now", "id-007", "9", "99999999999999999999"].map(
      (id) => new ToolMessage({ content: "", tool_call_id: id }),
    );
    expect(takeAll(results, "now", "now", "id-007", "9", "99999999999999999999")).toEqual([
      "now-2",
      "now-3",
      "id-008",
      "10",
      "999991000000000000000",
    ]);
  });

  it("goes through a run of ids that are taken once, however many calls have one of them", () => {
    const results = Array.from({ length: 20_000 }, (_, at) => String(at)).map(
      (id) => new ToolMessage({ content: "", tool_call_id: id }),
    );
    const ids = takeAll(results, ...Array.from({ length: 20_000 }, (_, at) => String(at)));
    expect(ids.slice(0, 2)).toEqual(["20000", "20001"]);
    expect(new Set(ids).size).toBe(20_000);
  });
});
