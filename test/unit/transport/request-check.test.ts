import { describe, expect, it } from "vitest";
import { HookError } from "../../../src/errors.js";
import {
  basicCredentials,
  checkedHeaders,
  parseUrl,
} from "../../../src/transport/request-check.js";

const AT = new URL("http://a.test/");

describe("parseUrl", () => {
  it("takes absolute URLs of HTTP and no others", () => {
    expect(parseUrl("https://a.test/x").href).toBe("https://a.test/x");
    for (const text of ["/x", "ftp://u:s3cret@a.test/", "http://"]) {
      expect(() => parseUrl(text)).toThrow(HookError);
      expect(() => parseUrl(text)).not.toThrow("s3cret");
    }
  });
});

describe("checkedHeaders", () => {
  it("gives lower-case names, and leaves the length to who knows it", () => {
    expect(checkedHeaders({ "X-A": "1", "Content-Length": "9" }, AT)).toEqual({ "x-a": "1" });
  });

  it("adds the credentials of the URL, unless there are others", () => {
    const url = new URL("http://me:s%C3%A9@a.test/");
    const basic = `Basic ${Buffer.from("me:sé").toString("base64")}`;
    expect(checkedHeaders({}, url)).toEqual({ authorization: basic });
    expect(checkedHeaders({ authorization: "Bearer t" }, url)).toEqual({
      authorization: "Bearer t",
    });
  });

  it.each<[string, unknown, string]>([
    ["x a", "secret", "not a valid header name"],
    ["Connection", "secret", "belongs to the connection"],
    ["x-a", "secret\r\nx-b: 1", "contains a line break"],
    ["x-a", "secret\u2026", "cannot carry"],
    ["x-a", 1, "is number. Give a string"],
    ["x-a", null, "is null. Give a string"],
  ])("refuses %s: %o", (name, value, message) => {
    const check = () => checkedHeaders({ [name]: value as string }, AT);
    expect(check).toThrow(HookError);
    expect(check).toThrow(message);
    expect(check).not.toThrow("secret");
  });
});

describe("basicCredentials", () => {
  it("takes a percent sign that stands for itself as it is", () => {
    const text = atob(basicCredentials(new URL("http://me:50%25%@a.test/")).slice("Basic ".length));
    expect(text).toBe("me:50%25%");
  });
});
