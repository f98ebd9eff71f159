import { describe, expect, it } from "vitest";
import { RecordTooLargeError } from "../../../../src/errors.js";
import { jsonLines } from "../../../../src/formats/json-lines.js";
import { sse } from "../../../../src/formats/sse.js";
import { readOpening } from "../../../../src/streaming/response/opening.js";
import { ResponseBody } from "../../../../src/streaming/response/response-body.js";
import { NEVER, runEffects } from "../../../helpers/run-effects.js";

function open(format = sse(), type: string | undefined, reads: readonly string[], limit = 100) {
  const { result, error, kinds } = runEffects(
    readOpening(new ResponseBody(type), format, limit, () => NEVER),
    reads,
  );
  const held = Buffer.concat(result?.buffers ?? []).toString();
  return { isReadable: result?.isReadable, held, error, reads: kinds.length };
}

describe("readOpening", () => {
  it("reads nothing where the content-type tells", () => {
    expect(open(sse(), "text/event-stream", ["x"])).toMatchObject({ isReadable: true, reads: 0 });
  });

  it("tells by the first bytes, however they are cut, and gives them back", () => {
    const opening = open(sse(), "application/json", [" \n", "da", "ta: 1"]);
    expect(opening).toMatchObject({ isReadable: true, held: " \ndata: 1", reads: 3 });
    expect(open(sse(), "application/json", ['{"a"'])).toMatchObject({ isReadable: false });
    expect(open(jsonLines(), "text/html", ["<p>"])).toMatchObject({ isReadable: false });
  });

  it("takes an empty body for an empty one of the format", () => {
    expect(open(sse(), "text/html", [" "])).toMatchObject({ isReadable: true });
    expect(open(sse(), "application/json", ["da"])).toMatchObject({ isReadable: false });
  });

  it("does not wait behind white space for ever", () => {
    const { error } = open(sse(), "text/html", [" ".repeat(6), " ".repeat(6)], 10);
    expect(error).toBeInstanceOf(RecordTooLargeError);
  });
});
