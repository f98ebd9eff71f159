import { describe, expect, it } from "vitest";
import { explainBreak, explainConnection } from "../../../src/runtime/socket-codes.js";

describe("explainBreak", () => {
  it.each([
    ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "its length is not what content-length said"],
    ["HPE_INVALID_EOF_STATE", "its chunked encoding ended early or is damaged"],
    ["Z_BUF_ERROR", "its compressed data is incomplete or damaged"],
    ["ZlibError", "its compressed data is incomplete or damaged"],
    ["ERR_HTTP2_STREAM_ERROR", "the server reset the stream"],
    ["UND_ERR_SOCKET", "the connection was lost"],
  ])("says why for %s", (code, why) => {
    expect(explainBreak(code)).toBe(why);
  });
});

describe("explainConnection", () => {
  it.each([
    ["ECONNREFUSED", "nobody listens at a.test:80 (ECONNREFUSED). Is the proxy running?"],
    ["EAI_AGAIN", "could not be resolved"],
    ["UND_ERR_SOCKET", "closed the connection before it answered"],
    ["ENETUNREACH", "cannot be reached"],
    ["HPE_INVALID_CONSTANT", "did not answer with HTTP/1.1"],
  ])("explains %s", (code, text) => {
    expect(explainConnection(code, "a.test:80", "proxy")).toContain(text);
  });

  it("leaves other codes to who knows them", () => {
    expect(explainConnection("CERT_HAS_EXPIRED", "a.test:443", "model server")).toBeUndefined();
  });
});
