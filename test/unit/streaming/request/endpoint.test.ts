import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import {
  parseEndpoint,
  shownUrl,
  takeUserinfo,
} from "../../../../src/streaming/request/endpoint.js";

describe("shownUrl", () => {
  it("shows neither userinfo nor query nor fragment", () => {
    const url = "https://user:pass@host.test:8443/v1/generate?key=secret#part";
    expect(shownUrl(url)).toBe("https://host.test:8443/v1/generate");
    expect(shownUrl(new URL(url))).toBe("https://host.test:8443/v1/generate");
  });
});

describe("parseEndpoint", () => {
  it("gives a copy, without the fragment", () => {
    const url = new URL("http://models.test/x?a=b#c");
    const parsed = parseEndpoint(url);
    expect(parsed.href).toBe("http://models.test/x?a=b");
    expect(url.hash).toBe("#c");
    expect(parseEndpoint(url.href).href).toBe(parsed.href);
  });

  it.each([
    [undefined, /missing/],
    ["", /missing/],
    [7, /is a number/],
    [Object.create(null), /is an object/],
    ["undefined/secret", /begins with "undefined" \(is an environment variable not set\?\)/],
    ["null:80/secret", /uses null:/],
    ["models.test/secret", /not an absolute URL/],
    ["/secret", /the url of url is .*A path needs its server: new URL\(path, this\.endpoint\)/],
    ["file:///secret", /uses file:/],
  ])("refuses %j, and does not show it", (endpoint, message) => {
    const parse = (): unknown => parseEndpoint(endpoint, "url");
    expect(parse).toThrow(HookError);
    expect(parse).toThrow(message);
    expect(parse).not.toThrow(/secret/);
  });
});

describe("takeUserinfo", () => {
  it("makes a header of it, and leaves nothing in the URL", () => {
    const url = new URL("http://us%20er:50%25@models.test/");
    const expected = Buffer.from("us er:50%").toString("base64");
    expect(takeUserinfo(url)).toEqual({ authorization: `Basic ${expected}` });
    expect(url.href).toBe("http://models.test/");
    expect(takeUserinfo(url)).toEqual({});
  });
});
