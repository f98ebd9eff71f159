import { describe, expect, it } from "vitest";
import { jsonLines } from "../../../../src/formats/json-lines.js";
import { bytesOf, decodePieces } from "../../../helpers/every-cut.js";

const known = (n: number): string => `{"id":"the same for a while","delta":{"text":"t${n}"}}`;

describe("KnownLineReader", () => {
  it("gives what is known among what is not, in reads of any size", () => {
    const lines = Array.from({ length: 60 }, (_, n) => (n % 7 === 5 ? `"other ${n}"` : known(n)));
    const bytes = bytesOf(lines.map((line) => line + "\r\n".slice(line.length % 2)).join(""));
    const expected = lines.map((line): unknown => JSON.parse(line));
    const format = jsonLines();
    for (const size of [1, 30, 100, 1000, 10_000]) {
      const count = Math.ceil(bytes.length / size);
      const reads = Array.from({ length: count }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      );
      expect(decodePieces(format, reads).records).toEqual(expected);
    }
  });
});
