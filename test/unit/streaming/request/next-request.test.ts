import { describe, expect, it } from "vitest";
import { askNext } from "../../../../src/streaming/request/next-request.js";
import { NEVER, runEffects } from "../../../helpers/run-effects.js";
import { modelCall } from "../../../helpers/run-scripted.js";

const RESPONSE = { status: 202, headers: {}, body: { id: "j" } };

function ask(said: unknown) {
  const nextRequest = (() => said) as never;
  const context = { step: 1, state: {} } as never;
  return runEffects(askNext(modelCall({ nextRequest }), RESPONSE, context, NEVER));
}

describe("askNext", () => {
  it("gives what the model says", () => {
    const next = { url: "/jobs/j", afterMs: 5, stream: true };
    expect(ask(next).result).toEqual(next);
  });

  it.each([null, undefined])("gives nothing for %s: the response is the answer", (said) => {
    expect(ask(said)).toMatchObject({ result: undefined, error: undefined });
  });

  it.each<[unknown, RegExp]>([
    [{}, /returned no url/],
    [{ url: "/x", afterMs: -1 }, /wrong afterMs/],
    [{ url: "/x", streams: true }, /perhaps stream was meant/],
    [{ url: "/x", cancel: {} }, /wrong cancel/],
    [{ url: "/x", cancel: { url: "/x" } }, /absolute/],
    [
      { url: "/x", cancel: { url: "http://a.test/", methd: "DELETE" } },
      /cancel with "methd", .* method was/,
    ],
    [
      { url: "/x", cancel: { url: "http://a.test/", payload: { ids: new Set() } } },
      /"ids" is a Set/,
    ],
    ["/x", /returned a string/],
  ])("refuses %j", (said, message) => {
    expect(ask(said).error).toMatchObject({ name: "HookError" });
    expect((ask(said).error as Error).message).toMatch(message);
  });
});
