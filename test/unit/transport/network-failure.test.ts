import { describe, expect, it } from "vitest";
import {
  brokenBody,
  codeOf,
  describe as describeFailure,
  messageOf,
  plainCause,
  serverAt,
} from "../../../src/transport/network-failure.js";

const coded = (code: string, more: object = {}) => Object.assign(new Error("m"), { code, ...more });

describe("codeOf", () => {
  it.each<[string, unknown, string]>([
    ["the error's own", coded("ECONNRESET"), "ECONNRESET"],
    ["that of its cause", new Error("m", { cause: coded("ENOTFOUND") }), "ENOTFOUND"],
    ["that of its first part", new AggregateError([coded("ECONNREFUSED")]), "ECONNREFUSED"],
    ["the inner one of a proxy's", coded("UND_ERR_PRX_TLS", { cause: coded("EPIPE") }), "EPIPE"],
    ["a proxy's, where there is no other", coded("UND_ERR_PRX_TLS"), "UND_ERR_PRX_TLS"],
    [
      "one for undici's parser",
      Object.assign(new Error(), { name: "HTTPParserError" }),
      "HPE_ERROR",
    ],
    ["that of another realm's error", { code: "EPIPE" }, "EPIPE"],
    ["none", "text", ""],
    ["none of a cause that is none", new Error("m", { cause: null }), ""],
  ])("gives %s", (_, error, code) => {
    expect(codeOf(error)).toBe(code);
  });
});

describe("plainCause", () => {
  it("copies name, code and message, without what addresses may hold", () => {
    const error = Object.assign(
      new TypeError("to http://u:s3cret@a.test/x?key=s3cret#s3cret: no"),
      {
        code: "EPIPE",
        socket: "s3cret",
      },
    );
    const cause = plainCause(error);
    expect(cause).toMatchObject({ name: "TypeError", code: "EPIPE" });
    expect(cause.message).toBe("to http://a.test/x no");
    expect(cause).not.toHaveProperty("socket");
    expect(plainCause("text").message).toBe("text");
  });

  it("reads a message of any length in no time, though it is all addresses", () => {
    const text = "a://".repeat(250_000);
    expect(plainCause(`${text}?key=s3cret`).message).toBe(text);
  });
});

describe("messages", () => {
  it("are found in whatever was thrown", () => {
    expect(messageOf(new Error("m"))).toBe("m");
    expect(messageOf({ message: "m" })).toBe("m");
    expect(messageOf(undefined)).toBe("undefined");
  });

  it("have the code, once", () => {
    expect(describeFailure("EPIPE", "broken.")).toBe("broken, EPIPE");
    expect(describeFailure("EPIPE", "write EPIPE")).toBe("write EPIPE");
    expect(describeFailure("EPIPE", "")).toBe("EPIPE");
    expect(describeFailure("", "")).toBe("unknown error");
  });
});

describe("brokenBody", () => {
  it("says why, with the code", () => {
    const error = brokenBody(coded("Z_BUF_ERROR"));
    expect(error.code).toBe("TRUNCATED_STREAM");
    expect(error.message).toContain(
      "broke off: its compressed data is incomplete or damaged (m, Z_BUF_ERROR)",
    );
    expect(error.cause).toMatchObject({ code: "Z_BUF_ERROR" });
  });
});

describe("serverAt", () => {
  it("names host and port, and nothing that could be a credential", () => {
    expect(serverAt("http://user:pass@models.test/a?key=s3cret")).toBe("models.test:80");
    expect(serverAt("https://models.test")).toBe("models.test:443");
    expect(serverAt("https://[::1]:8000/")).toBe("[::1]:8000");
    expect(serverAt("models.test")).toBe("the server");
  });
});
