import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { StreamDelta } from "http-streaming-llm";
import { type Script, useScriptedServer } from "../helpers/scripted-server.js";
import { events, rejection, serve } from "../helpers/delta-llm.js";
import { everyPath, partialOf } from "../helpers/exit-models.js";

const server = useScriptedServer();

// Full jitter begins at nothing.
beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A server that repeats all of its answer in each record. */
function growing(...pieces: string[]): StreamDelta[] {
  return pieces.map((_, index) => ({
    text: pieces.slice(0, index + 1).join(""),
    reasoning: "Hm",
    cumulative: true,
  }));
}

const DONE: StreamDelta = { done: true };
const ANSWER = events(...growing("The ", "sky", " is 蓝."), DONE);
const cut = (script: Script): Script => ({ ...script, end: "destroy" });
const FIELDS = { maxRetries: 2, endOfStream: "required" } as const;

describe.each(everyPath)("a cumulative wire on $title", ({ create, call, iterates }) => {
  it("gives each part of the answer once", async () => {
    expect(await call(create(serve(server, ANSWER).url, FIELDS))).toBe("The sky is 蓝.");
  });

  it("enforces stop sequences, also across two records", async () => {
    const model = create(serve(server, ANSWER).url, FIELDS);
    expect(await call(model, { stop: ["ky is"] })).toBe("The s");
  });

  it("fails where the server corrects what it has said, and asks no more", async () => {
    const { url, id } = serve(server, events(...growing("The sky"), ...growing("The sea"), DONE));
    const error = await rejection(call(create(url, FIELDS)));
    expect(error).toMatchObject({ code: "CHUNK_PARSE", index: 1 });
    expect((error as Error).message).toContain("from index 5 on it differs");
    expect(partialOf(error)).toBe("The sky");
    expect(await server.log(id)).toHaveLength(1);
  });

  it("begins anew with another attempt", async () => {
    // The reader of an iterating path has seen nothing of the first attempt, others nothing at all.
    const first = iterates ? [{ text: "", cumulative: true }] : growing("A wholly ", "other");
    const { url } = serve(server, cut(events(...first)), ANSWER);
    expect(await call(create(url, FIELDS))).toBe("The sky is 蓝.");
  });

  it.each([
    ["new text", "none", growing("sky", " is 蓝.")],
    ["all of the answer", "all", growing("The ", "sky", " is 蓝.")],
  ])("goes on with %s", async (_, repeats, rest) => {
    const broken = cut(events(...growing("Th", "e ")));
    const model = create(serve(server, broken, events(...rest, DONE)).url, FIELDS);
    Object.assign(model, { continueFrom: () => ({ repeats }) });
    expect(await call(model)).toBe("The sky is 蓝.");
  });

  it("goes on from a cursor with records that repeat what came before the break", async () => {
    const all = growing("Th", "e ", "sky", " is 蓝.");
    const broken = cut(events(...all.slice(0, 2)));
    const model = create(serve(server, broken, events(...all.slice(2), DONE)).url, FIELDS);
    Object.assign(model, { continueFrom: () => ({ cursor: true }) });
    expect(await call(model)).toBe("The sky is 蓝.");
  });
});
