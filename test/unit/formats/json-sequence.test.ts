import { describe, expect, it } from "vitest";

import { jsonSequence } from "../../../src/formats/json-sequence.js";
import {
  atEveryCut,
  bytesOf,
  errorAtEveryCut,
  LIMITS,
  recordsAtEveryCut,
} from "../../helpers/every-cut.js";

const RS = "\x1e";
const of = (input: string | Uint8Array) => recordsAtEveryCut(jsonSequence(), input);
const failure = (input: string, before: readonly unknown[] = []) =>
  errorAtEveryCut(jsonSequence(), input, before);

describe("jsonSequence()", () => {
  it("yields one value for each text", () => {
    expect(of(`${RS}{"a":1}\n${RS}[2]\n${RS}"c"\n${RS}4\n${RS}null\n`)).toEqual([
      { a: 1 },
      [2],
      "c",
      4,
      null,
    ]);
  });

  it("reads texts that are pretty-printed", () => {
    const value = { a: [1, "ä😀", { b: "x".repeat(60) }] };
    expect(of(`${RS}${JSON.stringify(value, null, 2)}\n${RS}\n 5 \n`)).toEqual([value, 5]);
  });

  it("gives a text as soon as it is complete, before the next separator", () => {
    const decoder = jsonSequence().createDecoder(LIMITS);
    expect([...decoder.decode(bytesOf(`${RS}{"a":1}`))]).toEqual([{ a: 1 }]);
    expect([...decoder.decode(bytesOf(`\n${RS}12`))]).toEqual([]);
    expect([...decoder.decode(bytesOf("3\n"))]).toEqual([123]);
  });

  it("ignores repeated separators, and texts of white space", () => {
    expect(of(`${RS}${RS}${RS}1\n${RS}\n${RS} \n${RS}2\n${RS}${RS}`)).toEqual([1, 2]);
    expect(of("")).toEqual([]);
  });

  it("drops a byte order mark", () => {
    expect(of(`\uFEFF${RS}1\n`)).toEqual([1]);
  });

  it("accepts an object, array or string without white space behind it", () => {
    expect(of(`${RS}{}${RS}[]${RS}"a"`)).toEqual([{}, [], "a"]);
  });

  it.each(["12", "tru", "true", "null", "-"])(
    "reports the number or literal %s without white space behind it",
    (text) => {
      expect(failure(`${RS}1\n${RS}${text}${RS}2\n`, [1]).record).toBe(text);
      expect(failure(`${RS}1\n${RS}${text}`, [1]).record).toBe(text);
    },
  );

  it("reports a text that was cut off", () => {
    expect(failure(`${RS}1\n${RS}{"a":${RS}2\n`, [1])).toMatchObject({
      name: "ChunkParseError",
      facts: { index: 1 },
      record: '{"a":',
    });
    expect(failure(`${RS}{"a":`).message).toContain("The stream ended inside this record");
  });

  it("lets no separator hide in a string", () => {
    expect(failure(`${RS}"a${RS}b"\n`).record).toBe('"a');
  });

  it("reports malformed texts", () => {
    expect(failure(`${RS}{a}\n`).record).toBe("{a}");
    expect(failure(`${RS}truth\n`).record).toBe("truth");
    expect(failure(`${RS}1 2\n`, [1]).record).toBe("2");
    expect(failure(`${RS}{} {}${RS}`, [{}]).record).toBe("{}");
  });

  it("reports text before the first separator, with a hint", () => {
    expect(failure(`{"a":1}\n`).message).toContain("record separator");
    expect(failure("data: 1\n\n").message).toContain("use sse()");
    expect(failure("abc").record).toBe("abc");
  });

  it("reports a text that is longer than the limit", () => {
    const limits = { maxRecordBytes: 10 };
    const fits = `${RS}"12345678"\n${RS}1234567890 \n`;
    expect(atEveryCut(jsonSequence(), fits, { limits }).records).toEqual(["12345678", 1234567890]);
    const error = errorAtEveryCut(jsonSequence(), `${RS}1 ${RS}"123456789"`, [1], limits);
    expect(error.name).toBe("RecordTooLargeError");
  });
});
