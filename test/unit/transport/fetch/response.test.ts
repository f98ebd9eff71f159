import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import { headOf, streamOf } from "../../../../src/transport/fetch/response.js";

describe("headOf", () => {
  it("gives the status and the headers, repeated ones joined", () => {
    const headers = new Headers([
      ["X-Many", "a"],
      ["x-many", "b"],
      ["set-cookie", "c=1"],
      ["set-cookie", "d=2"],
    ]);
    expect(headOf(new Response("", { status: 201, headers }))).toEqual({
      status: 201,
      headers: expect.objectContaining({ "x-many": "a, b", "set-cookie": "c=1, d=2" }),
    });
  });

  it("gives names in lower case, whatever an own fetch gives", () => {
    const response = { status: 200, headers: new Map([["Content-Type", "text/html"]]) };
    expect(headOf(response as unknown as Response).headers).toEqual({
      "content-type": "text/html",
    });
  });

  it("refuses a redirect that a browser keeps to itself", () => {
    // It cannot be made by hand.
    const type = { value: "opaqueredirect" };
    const hidden = Object.create(Response.error(), { type }) as Response;
    expect(() => headOf(hidden)).toThrow(HookError);
    expect(() => headOf(hidden)).toThrow("the server redirects");
  });
});

describe("headOf, of what tells nothing", () => {
  it("fails as a request without a response, or says why nothing can be read", () => {
    expect(() => headOf(Response.error())).toThrow(TypeError);
    const opaque = Object.create(Response.error(), { type: { value: "opaque" } }) as Response;
    expect(() => headOf(opaque)).toThrow(HookError);
    expect(() => headOf(opaque)).toThrow("no-cors");
  });
});

describe("headOf, of what is no response", () => {
  it.each([undefined, null, "ok", { status: 200, headers: {} }])("refuses %j", (value) => {
    expect(() => headOf(value as unknown as Response)).toThrow(HookError);
    expect(() => headOf(value as unknown as Response)).toThrow("in place of a Response");
  });
});

describe("streamOf", () => {
  it("gives the body, and nothing where there is none", () => {
    const response = new Response("ok");
    expect(streamOf(response)).toBe(response.body);
    expect(streamOf(new Response(null, { status: 204 }))).toBeUndefined();
  });

  it("refuses responses that have no stream", () => {
    for (const body of [undefined, {}]) {
      expect(() => streamOf({ body } as unknown as Response)).toThrow(HookError);
    }
  });
});
