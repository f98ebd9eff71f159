import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import { toDispatchRequest } from "../../../../src/transport/undici/dispatch-request.js";

const URL_OF_MODEL = "http://models.test:8080/v1/x?a=b#c";
const of = (url: string, headers: Record<string, string> = {}) =>
  toDispatchRequest({ method: "POST", url, headers, body: "body" });

describe("toDispatchRequest", () => {
  it("says where, what, and that undici's own timeouts do not decide", () => {
    expect(of(URL_OF_MODEL, { Accept: "x", "Content-Length": "7" })).toEqual({
      origin: "http://models.test:8080",
      path: "/v1/x?a=b",
      method: "POST",
      headers: { accept: "x" },
      body: "body",
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  });

  it("sends the credentials of the URL, unless there are others", () => {
    expect(of("http://u:p%20@models.test/").headers.authorization).toBe(
      `Basic ${Buffer.from("u:p ").toString("base64")}`,
    );
    expect(of("http://u:p@models.test/", { authorization: "x" }).headers.authorization).toBe("x");
  });

  it.each(["models.test/x", "ftp://models.test/", ""])("refuses the endpoint %j", (url) => {
    expect(() => of(url)).toThrow(HookError);
  });

  it.each<[RegExp, Record<string, unknown>]>([
    [/not a valid header name/, { "a b": "x" }],
    [/belongs to the connection/, { "Transfer-Encoding": "chunked" }],
    [/contains a line break/, { "x-key": "secret\n" }],
    [/cannot carry/, { "x-key": "secret€" }],
    [/is undefined. Give a string/, { "x-key": undefined }],
    [/is null/, { "x-key": null }],
  ])("refuses headers: %s", (message, headers) => {
    const send = (): unknown => of(URL_OF_MODEL, headers as Record<string, string>);
    expect(send).toThrow(message);
    expect(send).not.toThrow(/secret/);
  });
});
