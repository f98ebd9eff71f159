import { describe, expect, it } from "vitest";
import { CallbackQueue } from "../../../../src/langchain/runs/callback-queue.js";
import { turns } from "../../../helpers/hand-server.js";

describe("CallbackQueue", () => {
  it("runs callbacks in order, each after the one before, when the event loop next does", async () => {
    const queue = new CallbackQueue();
    const ran: string[] = [];
    const slow = async (name: string) => {
      await turns(3);
      ran.push(name);
    };
    queue.add(() => slow("first"));
    queue.add(async () => ran.push("second"));
    expect(ran).toEqual([]);
    await turns();
    expect(ran).toEqual(["first", "second"]);
    queue.add(async () => ran.push("third"));
    await turns();
    expect(ran).toEqual(["first", "second", "third"]);
  });

  it("goes on after one that fails, and with those that are added meanwhile", async () => {
    const queue = new CallbackQueue();
    const ran: string[] = [];
    queue.add(async () => {
      queue.add(async () => ran.push("added"));
      throw new Error("of a handler");
    });
    queue.add(async () => ran.push("next"));
    await turns();
    expect(ran).toEqual(["next", "added"]);
  });
});
