import { describe, expect, it } from "vitest";
import { mediaType } from "../../../src/formats/format.js";

describe("mediaType", () => {
  it.each([
    ["text/event-stream", "text/event-stream"],
    ["Application/JSON; charset=utf-8", "application/json"],
    ["text/plain ;charset=x", "text/plain"],
    // Two headers of one name arrive joined.
    ["text/plain, application/json", "text/plain"],
    [", text/plain", "text/plain"],
    ["", ""],
    [undefined, ""],
    [";", ""],
  ])("of %j is %j", (header, expected) => {
    expect(mediaType(header)).toBe(expected);
  });
});
