import { describe, expect, it } from "vitest";
import { HttpStatusError } from "../../../../src/errors.js";
import { followRedirect, isRedirect } from "../../../../src/streaming/request/redirect.js";

const REQUEST = {
  method: "POST",
  url: "https://models.test/v1/generate?x=1",
  headers: { authorization: "Bearer k", accept: "text/event-stream", "content-type": "text/plain" },
  body: "prompt",
};
const head = (location: string, status = 307) => ({ status, headers: { location } });
const follow = (
  location: string,
  {
    status = 307,
    policy = "same-origin",
    redirects = 0,
  } = {},
) => followRedirect(REQUEST, head(location, status), policy, redirects);

describe("isRedirect", () => {
  it("goes by the status and the location", () => {
    const statuses = [200, 300, 301, 302, 303, 304, 307, 308, 400];
    expect(statuses.filter((status) => isRedirect(head("/x", status)))).toEqual([
      301, 302, 303, 307, 308,
    ]);
    expect(isRedirect({ status: 302, headers: {} })).toBe(false);
  });
});

describe("followRedirect", () => {
  it("keeps the request within the origin", () => {
    expect(follow("/v2/generate")).toEqual({ ...REQUEST, url: "https://models.test/v2/generate" });
    expect(follow("other", { status: 301 }).url).toBe("https://models.test/v1/other");
  });

  it("makes a GET of it after a 303", () => {
    const request = follow("/result", { status: 303 });
    expect(request).toMatchObject({ method: "GET", body: undefined });
    expect(Object.keys(request.headers)).toEqual(["authorization", "accept"]);
  });

  it("goes to another origin only where it may, and takes nothing personal there", () => {
    expect(() => follow("https://other.test/x")).toThrow(HttpStatusError);
    expect(follow("https://u:p@other.test/x#y", { policy: "follow" })).toEqual({
      method: "GET",
      url: "https://other.test/x",
      headers: { accept: "text/event-stream" },
      body: undefined,
    });
    expect(() => follow("http://models.test/x")).toThrow(/another origin/);
  });

  it.each([
    ["/x", { policy: "error" as const }],
    ["/x", { redirects: 5 }],
    ["ftp://models.test/", { policy: "follow" as const }],
    ["http://[", {}],
  ])("refuses %s with %j", (location, options) => {
    expect(() => follow(location, options)).toThrow(HttpStatusError);
  });
});
