/**
 * The expectations of the Web Platform Tests `eventsource/format-*`, restated as data. A browser
 * discards an event without its blank line, so these run with `strict`.
 *
 * @see https://github.com/web-platform-tests/wpt/tree/master/eventsource
 */
import { describe, expect, it } from "vitest";

import { sse, type SseOptions } from "../../../src/formats/sse.js";
import type { SseEvent } from "../../../src/formats/sse-decoder.js";
import { recordsAtEveryCut } from "../../helpers/every-cut.js";

const LONG = "x".repeat(300);

interface Expectation {
  readonly test: string;
  readonly input: string;
  /** What an event listener would see of each event. */
  readonly events: readonly Partial<SseEvent>[];
}

const data = (...values: string[]) => values.map((value) => ({ data: value }));

const EXPECTATIONS: readonly Expectation[] = [
  {
    test: "format-bom: one mark is dropped, a later one makes the field unknown",
    input: "\uFEFFdata:1\n\n\uFEFFdata:2\n\ndata:3\n\n",
    events: data("1", "3"),
  },
  {
    test: "format-bom-2: of two marks the second one is part of the field's name",
    input: "\uFEFF\uFEFFdata:1\n\ndata:2\n\ndata:3\n\n",
    events: data("2", "3"),
  },
  {
    test: "format-comments: comments of any length and line end, also when they look like data",
    input: `data:1\r:\0\n:\r\ndata:2\n:${LONG}\rdata:3\n:data:fail\r:${LONG}\ndata:4\n\n`,
    events: data("1\n2\n3\n4"),
  },
  {
    test: "format-data-before-final-empty-line: no event without the blank line",
    input: "retry:1000\ndata:test1\n\nid:test\ndata:test2",
    events: [{ data: "test1", retry: 1000 }],
  },
  {
    test: "format-field-data: empty data counts, with and without a colon",
    input: "data:\n\ndata\ndata\n\ndata:test\n\n",
    events: data("", "\n", "test"),
  },
  {
    test: "format-field-event: the name holds for one event",
    input: "event:test\ndata:x\n\ndata:x\n\n",
    events: [
      { event: "test", data: "x" },
      { event: "message", data: "x" },
    ],
  },
  {
    test: "format-field-event-empty: an empty name is the default one",
    input: "event: \ndata:data\n\n",
    events: [{ event: "message", data: "data" }],
  },
  {
    test: "format-field-id: the id is kept as it stands",
    input: "id: …\ndata:hello\n\n",
    events: [{ id: "…", data: "hello" }],
  },
  {
    test: "format-field-id-2: the id stays for later events",
    input: "id: …\ndata:hello\n\ndata:again\n\n",
    events: [
      { id: "…", data: "hello" },
      { id: "…", data: "again" },
    ],
  },
  {
    test: "format-field-id-3: the id persists, changes, and is reset",
    input: "id: 1\ndata:a\n\ndata:b\n\nid: 2\ndata:c\n\ndata:d\n\nid:\ndata:e\n\ndata:f\n\n",
    events: ["1", "1", "2", "2", "", ""].map((id) => ({ id })),
  },
  {
    test: "format-field-id-null: an id with NUL does not count",
    input: "id: \0\0\ndata:hello\n\n",
    events: [{ id: "", data: "hello" }],
  },
  {
    test: "format-field-parsing: names are exact, values lose one space",
    input:
      "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n",
    events: data("\0\n 2\n1\n3\n\n4"),
  },
  {
    test: "format-field-retry: digits are a time in ms",
    input: "retry:3000\ndata:x\n\n",
    events: [{ retry: 3000, data: "x" }],
  },
  {
    test: "format-field-retry-bogus: anything else is ignored",
    input: "retry:3000\nretry:1000x\ndata:x\n\n",
    events: [{ retry: 3000, data: "x" }],
  },
  {
    test: "format-field-retry-empty: so is nothing",
    input: "retry\ndata:test\n\n",
    events: [{ retry: undefined, data: "test" }],
  },
  {
    test: "format-field-unknown: unknown fields and lines are ignored",
    input: "data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n",
    events: data("test\n\ntest"),
  },
  {
    test: "format-leading-space: one space is dropped, a tab is not",
    input: "data:\ttest\rdata: \ndata:test\n\n",
    events: data("\ttest\n\ntest"),
  },
  {
    test: "format-newlines: line ends may be mixed",
    input: "data:test\r\ndata\ndata:test\r\n\r",
    events: data("test\n\ntest"),
  },
  {
    test: "format-null-character: NUL is data",
    input: "data:\0\n\n",
    events: data("\0"),
  },
  {
    test: "format-utf-8: always UTF-8",
    input: "data:ok…\n\n",
    events: data("ok…"),
  },
];

describe("Web Platform Tests eventsource/format-*", () => {
  const options = { raw: true, strict: true } satisfies SseOptions;
  it.each(EXPECTATIONS)("$test", ({ input, events }) => {
    expect(recordsAtEveryCut(sse(options), input)).toMatchObject(events);
  });
});
