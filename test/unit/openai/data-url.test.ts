import { describe, expect, it } from "vitest";
import { parseDataUrl } from "../../../src/openai/data-url.js";

describe("parseDataUrl", () => {
  it.each([
    ["data:image/png;base64,AAEC", "image/png", "AAEC"],
    ["DATA:text/plain;charset=utf-8;Base64,eA==", "text/plain;charset=utf-8", "eA=="],
    ["data:image/png;base64,AA%2BB%3d", "image/png", "AA+B="],
    ["data:,a%20b", undefined, "YSBi"],
    ["data:text/plain,100%,€", "text/plain", Buffer.from("100%,€").toString("base64")],
    ["data:text/plain,%E2%82%AC", "text/plain", Buffer.from("€").toString("base64")],
  ])("reads %s", (url, mimeType, base64) => {
    expect(parseDataUrl(url)).toEqual({ mimeType, base64 });
  });

  it.each(["https://x.test/a,b", "data:image/png", "", " data:,x"])("reads no %j", (url) => {
    expect(parseDataUrl(url)).toBeUndefined();
  });
});
