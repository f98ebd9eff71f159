import { InMemoryCache } from "@langchain/core/caches";
import { describe, expect, it } from "vitest";
import { everyPath, type Fields } from "../../helpers/exit-models.js";
import { useScriptedServer } from "../../helpers/scripted-server.js";
import { DeltaLLM, events, Recorder, serve } from "../../helpers/delta-llm.js";

const server = useScriptedServer();

function recursiveSchema(): object {
  const schema = { type: "object", properties: {} as Record<string, unknown> };
  schema.properties["child"] = schema;
  return schema;
}

function selfHoldingList(): unknown[] {
  const list: unknown[] = [];
  list.push(list);
  return list;
}

const FIELDS: readonly (readonly [string, unknown])[] = [
  ["an object inside itself", recursiveSchema()],
  ["a list inside itself", selfHoldingList()],
  ["lists of thousands of levels", JSON.parse("[".repeat(20_000) + "]".repeat(20_000))],
  ["objects of thousands of levels", JSON.parse('{"a":'.repeat(20_000) + "1" + "}".repeat(20_000))],
];

describe.each(FIELDS)("a constructor field that is %s", (_, schema) => {
  it.each(everyPath)("does not end a call: $title", async ({ create, call }) => {
    const recorder = new Recorder();
    const fields = { schema, callbacks: [recorder], cache: new InMemoryCache() } as Fields;
    expect(await call(create(serve(server, events("ok", { done: true })).url, fields))).toBe("ok");
    await recorder.terminal();
    expect(recorder.runs.failed).toEqual([]);
  });
});

describe("a model's identifying parameters", () => {
  const paramsOf = (fields: object) =>
    new DeltaLLM("http://h.test/", fields)._identifyingParams() as { schema: unknown };

  it("say where an object is inside itself", () => {
    expect(paramsOf({ schema: recursiveSchema() }).schema).toEqual({
      type: "object",
      properties: { child: "[Circular]" },
    });
  });

  it("take what stands in two places for no circle", () => {
    const part = { a: 1 };
    expect(paramsOf({ schema: [part, { part }] }).schema).toEqual([{ a: 1 }, { part: { a: 1 } }]);
  });
});
