import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import { checkHookRequest } from "../../../../src/streaming/request/hook-request.js";

const check = (request: unknown) =>
  checkHookRequest(request as never, "request()", (what) => new HookError("request()", what));

describe("checkHookRequest", () => {
  it("gives where a request goes", () => {
    const request = { url: "http://auth.test/t", method: "DELETE", payload: null, step: "login" };
    expect(check(request).href).toBe("http://auth.test/t");
    expect(check({ url: new URL("http://auth.test/"), headers: undefined }).port).toBe("");
  });

  it.each<[unknown, RegExp]>([
    [undefined, /^undefined$/],
    [null, /^null$/],
    ["http://auth.test/", /a string/],
    [{}, /missing/],
    [{ url: "/t" }, /absolute/],
    [{ url: 5 }, /wrong url/],
    [{ url: "http://auth.test/", body: {} }, /"body"/],
    [{ url: "http://auth.test/", step: 1 }, /wrong step/],
    [{ url: "http://auth.test/", methd: "DELETE" }, /perhaps method was meant/],
    [{ url: "http://auth.test/", method: "delete" }, /wrong method.*"DELETE"/],
  ])("refuses %j", (request, message) => {
    expect(() => check(request)).toThrow(HookError);
    expect(() => check(request)).toThrow(message);
  });
});
