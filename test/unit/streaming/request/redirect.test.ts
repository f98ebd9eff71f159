import { describe, expect, it } from "vitest";
import { HttpStatusError } from "../../../../src/errors.js";
import type { HttpRequest } from "../../../../src/transport/transport.js";
import { openFollowing } from "../../../../src/streaming/request/redirect.js";
import { NEVER, runEffects } from "../../../helpers/run-effects.js";

const REQUEST = {
  method: "POST",
  url: "https://models.test/v1/generate?x=1",
  headers: { authorization: "Bearer k", accept: "text/event-stream", "content-type": "text/plain" },
  body: "prompt",
};
const OK = { status: 200, headers: {} };
const NOWHERE = { status: 302, headers: {} };
const head = (location: string, status = 307) => ({ status, headers: { location } });
type Policy = Parameters<typeof openFollowing>[1];
interface Options {
  readonly status?: number;
  readonly policy?: Policy;
  readonly times?: number;
}

/** The last request after so many redirects to a place, or the error. */
function follow(
  location: string,
  { status = 307, policy = "same-origin", times = 1 }: Options = {},
): HttpRequest {
  const heads = [...Array.from({ length: times }, () => head(location, status)), OK];
  const run = runEffects(
    openFollowing(REQUEST, policy, () => NEVER),
    [],
    heads,
  );
  if (run.error !== undefined) throw run.error as Error;
  expect(run.result).toBe(OK);
  return run.requests.at(-1)!;
}

describe("openFollowing", () => {
  it("tells of each address that it is sent on to", () => {
    const told: string[] = [];
    runEffects(
      openFollowing(
        REQUEST,
        "same-origin",
        () => NEVER,
        (url) => told.push(url),
      ),
      [],
      [head("/a"), head("/b?y=2"), OK],
    );
    expect(told).toEqual(["https://models.test/a", "https://models.test/b?y=2"]);
  });

  it("goes by the status and the location", () => {
    const statuses = [200, 300, 301, 302, 303, 304, 307, 308, 400];
    const followed = statuses.filter((status) => {
      const heads = [head("/x", status), OK];
      return (
        runEffects(
          openFollowing(REQUEST, "same-origin", () => NEVER),
          [],
          heads,
        ).result === OK
      );
    });
    expect(followed).toEqual([301, 302, 303, 307, 308]);
    const { result } = runEffects(
      openFollowing(REQUEST, "error", () => NEVER),
      [],
      [NOWHERE],
    );
    expect(result).toBe(NOWHERE);
  });

  it("lets the connection of each redirect go", () => {
    const { kinds } = runEffects(
      openFollowing(REQUEST, "same-origin", () => NEVER),
      [],
      [head("/a"), OK],
    );
    expect(kinds).toEqual(["open", "release", "open"]);
  });
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

  it.each<[string, Options]>([
    ["/x", { policy: "error" }],
    ["/x", { times: 6 }],
    ["ftp://models.test/", { policy: "follow" }],
    ["http://[", {}],
  ])("refuses %s with %j", (location, options) => {
    expect(() => follow(location, options)).toThrow(HttpStatusError);
  });
});
