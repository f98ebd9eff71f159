import { describe, expect, it } from "vitest";
import {
  ConnectionError,
  HookError,
  TruncatedStreamError,
  UnexpectedContentTypeError,
} from "../../../../src/errors.js";
import { failureAfterHead, failureBeforeHead } from "../../../../src/transport/fetch/failures.js";

const URL_WITH_KEY = "https://model.test/chat?key=s3cret";
const failed = (cause: object, message = "fetch failed") =>
  Object.assign(new TypeError(message), { cause: Object.assign(new Error(), cause) });

describe("failureBeforeHead", () => {
  it.each<[string, unknown, string]>([
    ["Node", failed({ code: "ECONNREFUSED", message: "refused" }), "nobody listens"],
    ["Bun", Object.assign(new TypeError("no"), { code: "ECONNREFUSED" }), "nobody listens"],
    [
      "Deno",
      failed({ message: `error sending request for url (${URL_WITH_KEY}): dns error` }),
      "(https://model.test/chat): dns error. Check that the server runs",
    ],
    ["a browser", new TypeError("Failed to fetch"), "Failed to fetch. Check that the server runs"],
    [
      "another realm",
      { name: "TypeError", message: "Network connection lost." },
      "Network connection lost. Check",
    ],
    [
      "headers that are too large",
      failed({ code: "UND_ERR_HEADERS_OVERFLOW", message: "overflow" }),
      "Use undiciTransport() on Node, and limits.maxHeaderBytes",
    ],
    ["what is no error", "refused", "the request to model.test:443 failed: refused"],
  ])("is a ConnectionError in %s, and shows no query", (_, thrown, message) => {
    const error = failureBeforeHead(thrown, URL_WITH_KEY);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toContain(message);
    expect(error.message + (error.cause as Error).message).not.toContain("s3cret");
  });

  it.each([failed({ message: "bad port" }), new TypeError("Requests to port 1 are blocked")])(
    "says that fetch keeps the port for another protocol: %s",
    (thrown) => {
      const error = failureBeforeHead(thrown, "http://model.test:1/");
      expect(error).toMatchObject({ hook: "endpoint" });
      expect(error.message).toContain("does not connect to model.test:1");
    },
  );

  it.each([
    ["UND_ERR_CONNECT_TIMEOUT", "connect"],
    ["UND_ERR_HEADERS_TIMEOUT", "headers"],
  ])("names the phase of a timeout that is not ours: %s", (code, phase) => {
    expect(failureBeforeHead(failed({ code }), URL_WITH_KEY)).toMatchObject({
      code: "TIMEOUT",
      phase,
    });
  });

  it("leaves a HookError as it is", () => {
    const error = new HookError("headers", "no");
    expect(failureBeforeHead(error, URL_WITH_KEY)).toBe(error);
  });
});

describe("failureAfterHead", () => {
  it.each<[object, string]>([
    [{ code: "UND_ERR_SOCKET" }, "the connection was lost"],
    [{ code: "Z_DATA_ERROR" }, "its compressed data is incomplete or damaged"],
    [{ code: "HPE_INVALID_CHUNK_SIZE" }, "its chunked encoding ended early or is damaged"],
    [{}, "the connection was lost (terminated)"],
  ])("is a TruncatedStreamError for %o", (cause, why) => {
    const error = failureAfterHead(failed(cause, "terminated"));
    expect(error).toBeInstanceOf(TruncatedStreamError);
    expect(error.message).toContain(why);
  });

  it("names the phase of a timeout that is not ours", () => {
    const error = failureAfterHead(failed({ code: "UND_ERR_BODY_TIMEOUT" }));
    expect(error).toMatchObject({ code: "TIMEOUT", phase: "idle" });
  });

  it("leaves what was found here as it is", () => {
    const hook = new HookError("transport", "no");
    const content = new UnexpectedContentTypeError("no", { contentType: "", body: "" });
    expect(failureAfterHead(hook)).toBe(hook);
    expect(failureAfterHead(content)).toBe(content);
  });
});
