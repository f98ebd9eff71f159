import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { partialOf } from "../helpers/exit-models.js";
import { type Script, useScriptedServer } from "../helpers/scripted-server.js";
import { drain, drainSync, rejection } from "../helpers/delta-llm.js";
import {
  begun,
  contentTypeOf,
  EVERY_MODEL,
  FORMATS,
  SAID,
  stepOf,
  type Format,
} from "../helpers/every-model.js";
import { ROOT } from "../helpers/user-project.js";

const WORDS = "CUDA out of memory";

/** How a server fails. `write` gives the bytes that it sends, behind the beginning of an answer if there is one. */
interface Way {
  /** As the page has it. */
  readonly name: string;
  readonly write: Partial<Record<Format, string>>;
  /** In place of an answer: nothing has been said before. */
  readonly contentType?: string;
  readonly streaming?: false;
  readonly end?: Script["end"];
}

const json = (record: object): string => JSON.stringify(record);
const record = (value: object): Way["write"] => ({
  "sse()": `data: ${json(value)}\n\n`,
  "jsonLines()": `${json(value)}\n`,
  "jsonArray()": `,\r\n${json(value)}\r\n]`,
});
const body = json({ error: { message: WORDS, code: 500 } });
const inEvery = (text: string): Way["write"] =>
  Object.fromEntries(Object.keys(FORMATS).map((format) => [format, text]));

const WAYS: readonly Way[] = [
  {
    name: 'a record `{"error":{"message":"…"}}`',
    write: record({ error: { message: WORDS, type: "server_error" } }),
  },
  { name: 'a record `{"error":"…"}`', write: record({ error: WORDS }) },
  {
    name: 'a record `{"object":"error","message":"…"}`',
    write: record({ object: "error", message: WORDS }),
  },
  {
    name: "an event named `error`, its data JSON",
    write: { "sse()": `event: error\ndata: ${body}\n\n` },
  },
  {
    name: "an event named `error`, its data text",
    write: { "sse()": `event: error\ndata: ${WORDS}\n\n` },
  },
  {
    name: "a field line `error: {…}`",
    write: { "sse()": `error: ${json({ message: WORDS })}\n\n` },
  },
  { name: "a bare line of JSON", write: { "sse()": `${body}\n` } },
  {
    name: "a message of the type `exception`",
    write: { "awsEventStream()": json({ type: "modelStreamErrorException", message: WORDS }) },
  },
  {
    name: "a bare page of HTML",
    write: {
      "sse()": `<html><title>${WORDS}</title></html>\n`,
      "jsonLines()": `<html><title>${WORDS}</title></html>\n`,
    },
  },
  { name: "a body that breaks off", write: inEvery(""), end: "destroy" },
  {
    name: "status 200 and an error as `application/json`",
    write: inEvery(body),
    contentType: "application/json",
  },
  {
    name: "status 200 and an error as `text/event-stream`",
    write: { "sse()": body },
    contentType: "text/event-stream",
  },
  {
    name: "the same, asked with `streaming: false`",
    write: inEvery(body),
    contentType: "application/json",
    streaming: false,
  },
];

const server = useScriptedServer();

/** What a call ended with, in a few words. */
function outcome(error: unknown, way: Way): string {
  const { name, message } = error as Error;
  const isSaid = message.includes(way.end === undefined ? WORDS : "broke off");
  const said = way.contentType === undefined ? SAID : "";
  const missing = [
    ...(isSaid ? [] : ["without its words"]),
    ...(partialOf(error) === said ? [] : ["without the text"]),
  ];
  return [`\`${name}\``, ...missing].join(", ");
}

/** The outcomes of each way on each format. */
const table = new Map<string, Set<string>>();
const cellOf = (way: Way, format: Format): Set<string> => {
  const key = `${way.name} ${format}`;
  const cell = table.get(key) ?? new Set();
  table.set(key, cell);
  return cell;
};

// The last test looks at what the others have heard.
describe("The README's classes and every example", { shuffle: false }, () => {
  const runs = WAYS.flatMap((way) =>
    EVERY_MODEL.flatMap((some) => {
      const written = way.write[some.format];
      return written === undefined ? [] : [[some.name, way.name, some, way, written] as const];
    }),
  );
  it.each(runs)("%s hears of %s on every path", async (_, __, some, way, written) => {
    const { contentType, streaming, end = "clean" } = way;
    const isWhole = contentType !== undefined;
    const url = server.url({
      headers: { "content-type": contentType ?? contentTypeOf(some) },
      steps: isWhole ? [{ text: written }] : [...begun(some), stepOf(some, written)],
      end,
    });
    const model = some.create({ maxRetries: 0, ...(streaming === false && { streaming }) });
    model.endpoint = url;
    const errors = [
      await rejection(model.invoke("How much?")),
      (await drain(() => model.stream("How much?"))).error,
      drainSync(() => model.streamSync("How much?")).error,
    ];
    const outcomes = new Set(errors.map((error) => outcome(error, way)));
    expect([...outcomes]).toHaveLength(1);
    for (const one of outcomes) cellOf(way, some.format).add(one);
  });

  it("are all here", () => {
    const examples = readdirSync(join(ROOT, "examples")).filter((name) => name.endsWith(".ts"));
    const classes = examples.flatMap((name) => {
      const source = readFileSync(join(ROOT, "examples", name), "utf8");
      return [...source.matchAll(/^export class (\w+)/gm)].map(([, found]) => found!);
    });
    const tested = new Set(EVERY_MODEL.map(({ name }) => name));
    expect([...tested].sort()).toEqual(["MyChat", "MyLLM", ...classes].sort());
  });

  it("end as the table of docs/errors.md says", () => {
    const formats = Object.keys(FORMATS) as Format[];
    const head = ["the server sends", ...formats.map((format) => `\`${format}\``)];
    const rows = WAYS.map((way) => {
      const cells = formats.map((format) => [...cellOf(way, format)].join(" or ") || "–");
      return [way.name, ...cells];
    });
    const page = readFileSync(join(ROOT, "docs", "errors.md"), "utf8");
    const lines = page.split("\n").filter((line) => line.startsWith("|"));
    const shown = lines.map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
    const start = shown.findIndex(([first]) => first === head[0]);
    expect([head, ...rows]).toEqual([
      shown[start],
      ...shown.slice(start + 2, start + 2 + rows.length),
    ]);
  });
});
