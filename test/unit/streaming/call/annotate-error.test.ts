import { describe, expect, it } from "vitest";
import { ConnectionError } from "../../../../src/errors.js";
import { annotateError, completeError } from "../../../../src/streaming/call/annotate-error.js";
import { stateOf } from "../../../helpers/run-scripted.js";

describe("annotateError", () => {
  it("puts who called what in front of an error's message, once", () => {
    const call = stateOf({ partial: () => "half" });
    call.current = {
      method: "PUT",
      url: new URL("http://user:pass@models.test/x?key=1"),
      headers: {},
      body: undefined,
      model: undefined,
    };
    const error = new ConnectionError("it is gone");
    annotateError(call, error);
    annotateError(call, error);
    expect(error.message).toBe("TestLLM: PUT http://models.test/x: it is gone");
    expect(error.partial).toBe("half");
  });

  it("names the place that a redirect led to, without its query and what is secret", () => {
    const call = stateOf({});
    const request = {
      method: "POST",
      url: new URL("http://models.test/x?key=a-secret"),
      headers: {},
      body: undefined,
      model: undefined,
    } as const;
    call.current = request;
    call.movedTo = "http://models.test/login/a-secret?next=x";
    const error = new ConnectionError("it is gone");
    annotateError(call, error);
    expect(error.message).toBe(
      "TestLLM: POST http://models.test/x: it is gone (Redirected to http://models.test/login/[redacted].)",
    );
  });
});

describe("completeError", () => {
  it("says how often it was tried, and whether another try may help", () => {
    const call = stateOf({});
    call.tries = 3;
    const error = new ConnectionError("it is gone");
    completeError(call, error);
    expect(error.message).toBe("TestLLM: it is gone. Tried 3 times.");
    expect(Reflect.get(error, Symbol.for("langchain.errors.retryable"))).toBe(true);
    const other = new TypeError("not ours");
    completeError(call, other);
    expect(other.message).toBe("not ours");
  });
});
