import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import { autoFormat } from "../../../../src/formats/auto-format.js";
import { jsonLines } from "../../../../src/formats/json-lines.js";
import { sse } from "../../../../src/formats/sse.js";
import { text } from "../../../../src/formats/text.js";
import {
  isPage,
  judgeContent,
  readability,
  unexpectedContentType,
} from "../../../../src/streaming/response/content-type.js";

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

describe("readability", () => {
  it("goes by the types that a format reads", () => {
    expect(readability(sse(), "text/event-stream; charset=utf-8")).toBe("readable");
    expect(readability(jsonLines(), "application/x-ndjson")).toBe("readable");
    expect(readability(text(), "text/markdown")).toBe("readable");
  });

  it("takes what servers send when they do not know better", () => {
    for (const type of [undefined, "", "text/plain", "application/octet-stream"]) {
      expect(readability(jsonLines(), type)).toBe("readable");
    }
  });

  it("leaves HTML open, and what a format may recognise", () => {
    expect(readability(jsonLines(), "text/html")).toBe("open");
    expect(readability(sse(), "application/json")).toBe("open");
    const format = { ...text(), contentTypes: ["text/csv"] };
    expect(readability(format, "image/png")).toBe("unreadable");
    expect(readability({ ...format, contentTypes: ["text/*"] }, "text/x")).toBe("readable");
    expect(readability({ ...format, contentTypes: ["text/*"] }, "image/png")).toBe("unreadable");
    expect(readability({ ...format, contentTypes: ["text/csvs"] }, "text/csv")).toBe("unreadable");
  });
});

describe("judgeContent", () => {
  it("tells a page from what is only called so", () => {
    expect(judgeContent(jsonLines(), "text/html", bytes("<!doctype"))).toBe(false);
    expect(judgeContent(jsonLines(), "text/html", bytes('{"a":1}'))).toBe(true);
    expect(judgeContent(jsonLines(), "text/html", bytes(""))).toBeUndefined();
  });

  it("asks the format", () => {
    expect(judgeContent(sse(), "application/json", bytes("data: {"))).toBe(true);
    expect(judgeContent(sse(), "application/json", bytes("da"))).toBeUndefined();
    expect(judgeContent(sse(), "application/json", bytes("{"))).toBe(false);
  });

  it("takes no Promise of the format for a yes", () => {
    const format = { ...sse(), recognises: (async () => false) as never };
    expect(() => judgeContent(format, "application/json", bytes("{"))).toThrow(HookError);
  });
});

describe("isPage", () => {
  it("needs the type and the look of one", () => {
    expect(isPage("text/html; charset=utf-8", bytes(" \n<html>"))).toBe(true);
    expect(isPage("text/html", bytes("hello"))).toBe(false);
    expect(isPage("text/plain", bytes("<html>"))).toBe(false);
  });
});

describe("unexpectedContentType", () => {
  it.each([
    ["text/html", /login form or a proxy's error/],
    ["text/event-stream", /sse\(\)/],
    ["application/json", /streaming: false/],
    ["application/x-ndjson", /cannot read\. Set format to jsonLines\(\)\.$/],
    ["application/json-seq", /Set format to jsonSequence\(\)\.$/],
    ["image/png", /the one that the server speaks/],
    ["", /no content-type/],
  ])("says what to do about %j", (type, message) => {
    const error = unexpectedContentType(autoFormat(), type, "body");
    expect(error.message).toMatch(message);
    expect(error).toMatchObject({ contentType: type, body: "body" });
  });
});
