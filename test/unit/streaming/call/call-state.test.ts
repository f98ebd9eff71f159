import { describe, expect, it } from "vitest";
import { TimeoutError, TruncatedStreamError } from "../../../../src/errors.js";
import { awsEventStream } from "../../../../src/formats/aws-event-stream.js";
import { sse } from "../../../../src/formats/sse.js";
import { CallState } from "../../../../src/streaming/call/call-state.js";
import { WireEnd } from "../../../../src/streaming/provider/wire-end.js";
import type { BuiltRequest } from "../../../../src/streaming/request/build-request.js";
import { Deadlines } from "../../../../src/streaming/retry/deadlines.js";
import { SideCalls } from "../../../../src/streaming/side/side-calls.js";
import { modelCall, type CallParts } from "../../../helpers/run-scripted.js";

function state(parts: CallParts = {}, restart?: () => void) {
  const call = modelCall(parts, restart);
  const deadlines = new Deadlines(call.settings.timeouts);
  return new CallState(call, deadlines, new SideCalls(call, () => deadlines.total()));
}

const basis = (url: string, parts: Partial<BuiltRequest> = {}): BuiltRequest => ({
  method: "POST",
  url: new URL(url),
  headers: {},
  body: undefined,
  model: undefined,
  ...parts,
});

describe("CallState", () => {
  it("takes out of a server's words what was sent to it", () => {
    const call = state({ promptTexts: () => ["a prompt that nobody may read"] });
    const body = JSON.stringify({ apiKey: "k-12345678", prompt: "what the body says in words" });
    const headers = { authorization: "Bearer t-12345678" };
    call.current = call.lastRequest = basis("http://models.test/", { headers, body });
    const echo =
      "k-12345678 t-12345678 / what the body says in words / a prompt that nobody may read";
    const words = call.redact(echo);
    for (const secret of ["k-12345678", "t-12345678", "what the body", "a prompt"]) {
      expect(words).not.toContain(secret);
    }
  });

  it("counts the responses of a job by its steps, so that one begun anew counts once", () => {
    const call = state();
    expect(call.steps).toBe(0);
    call.reach({ url: "http://models.test/7" });
    call.startOver();
    expect(call.steps).toBe(1);
    call.reach({ url: "http://models.test/7" });
    expect(call.steps).toBe(2);
  });

  it("begins a step anew with what was noted before it, however deep that is", () => {
    const call = state();
    call.answerState["job"] = { id: 7, tokens: ["a"], at: () => 0 };
    call.reach({ url: "http://models.test/7" });
    call.answerState["text"] = "half";
    call.startOver();
    expect(call.answerState).toEqual({ job: { id: 7, tokens: ["a"], at: expect.any(Function) } });
    const plain = state();
    plain.answerState["job"] = { tokens: ["a"] };
    plain.reach({ url: "http://models.test/7" });
    for (let time = 0; time < 2; time++) {
      (plain.answerState["job"] as { tokens: string[] }).tokens.push("b");
      plain.startOver();
      expect(plain.answerState).toEqual({ job: { tokens: ["a"] } });
    }
  });

  it("may try a break again once something was given, but not before", () => {
    const call = state();
    const silence = new TimeoutError("idle", 1);
    expect(call.mayPass(silence)).toBe(false);
    call.delivered = true;
    expect(call.mayPass(silence)).toBe(true);
  });

  it("begins anew with nothing of the answer before", () => {
    let restarts = 0;
    const call = state({}, () => restarts++);
    const { answer, answerState } = call;
    call.startOver();
    expect(restarts).toBe(0);
    call.delivered = true;
    call.startOver();
    expect(restarts).toBe(1);
    expect(call.delivered).toBe(false);
    expect(call.answer).not.toBe(answer);
    expect(call.answerState).not.toBe(answerState);
  });

  it("knows what has come, with the text that is held back", () => {
    const call = state({ stop: ["END"], partial: () => "given " });
    call.answer.take("and EN");
    call.reading = { lastEventId: "7", endedInRecord: false };
    expect(call.partialAnswer()).toMatchObject({ text: "given EN", lastEventId: "7" });
  });

  it("wants the end mark that the author has given the format, where the settings do not decide", () => {
    const cutAfter = (result: unknown, parts: CallParts) => {
      const { answer } = state(parts);
      answer.take(result);
      try {
        answer.end({ count: 1, format: {}, wire: new WireEnd() });
        return false;
      } catch (error) {
        return TruncatedStreamError.isInstance(error);
      }
    };
    const marked = [
      sse({ done: "[DONE]" }),
      sse({ done: { event: "end" } }),
      awsEventStream({ payload: sse({ done: "end" }) }),
    ];
    for (const format of marked) {
      expect(cutAfter("a", { format })).toBe(true);
      expect(cutAfter({ text: "a", done: true }, { format })).toBe(false);
      expect(cutAfter("a", { format, settings: { endOfStream: "optional" } })).toBe(false);
    }
    for (const format of [sse(), sse({ done: false }), awsEventStream({ payload: sse() })]) {
      expect(cutAfter("a", { format })).toBe(false);
    }
  });
});
