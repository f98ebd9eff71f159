import { describe, expect, it } from "vitest";
import { UnexpectedContentTypeError } from "../../../src/errors.js";
import { BodyCheck } from "../../../src/transport/fetch/body-check.js";
import { FOREIGN_CODINGS } from "../../../src/transport/foreign-codings.js";
import { contentEncodings } from "../../../src/transport/undici/content-coding.js";

describe("FOREIGN_CODINGS", () => {
  it.each(FOREIGN_CODINGS)("%s is refused over every transport", (coding) => {
    const headers = { "content-encoding": coding };
    expect(() => contentEncodings(headers)).toThrow(UnexpectedContentTypeError);
    const check = new BodyCheck("basic", headers);
    expect(() => check.add(Uint8Array.of(1))).toThrow(UnexpectedContentTypeError);
  });
});
