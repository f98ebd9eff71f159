import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { withoutInput } from "../../../../src/streaming/redaction/thrown-error.js";

const KEY = "sk-live-1234567890";

function thrownBy(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("It threw nothing.");
}

describe("withoutInput", () => {
  it.each<[string, () => unknown]>([
    ["the value of a header", () => new Headers({ authorization: `Bearer ${KEY}\n"x"` })],
    ["an address that is none", () => new URL(`http://user:${KEY}@ho st/`)],
    ["the base of one", () => new URL("//[", `http://user:${KEY}@model.test/`)],
    ["an address with credentials", () => new Request(`http://user:${KEY}@model.test/`)],
  ])("takes out what the platform quotes: %s", (_, call) => {
    const error = thrownBy(call);
    // Whoever has looked at the stack has made it, with the message of then.
    expect(`${error.stack} ${inspect(error)}`).toContain(KEY);
    expect(withoutInput(error)).toBe(error);
    expect(inspect(error, { showHidden: true })).not.toContain(KEY);
    const wrapped = new Error("failed", { cause: thrownBy(call) });
    expect(inspect(withoutInput(wrapped), { showHidden: true })).not.toContain(KEY);
  });

  it("changes what the stack says with the message", () => {
    const error = thrownBy(() => new Headers({ authorization: `Bearer ${KEY}\n"x"` }));
    expect(error.stack).toContain(KEY);
    withoutInput(error);
    expect(error.stack).toContain(error.message);
    expect(error.message).toContain("[redacted]");
  });

  it("ends where an error is its own cause", () => {
    const error = new Error("x");
    error.cause = error;
    expect(withoutInput(error)).toBe(error);
  });

  it("leaves what the author wrote", () => {
    const error = new TypeError("x is not a function");
    const { stack } = error;
    expect(withoutInput(error)).toMatchObject({ message: "x is not a function", stack });
  });
});
