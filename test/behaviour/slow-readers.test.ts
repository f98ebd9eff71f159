import { describe, expect, it } from "vitest";
import { chatClass, llmClass, type ExitModel, type Options } from "../helpers/exit-models.js";
import { turns, useHandServer } from "../helpers/hand-server.js";

const server = useHandServer();

type Open = (model: ExitModel, options: Options) => AsyncIterable<unknown>;

/* eslint-disable @typescript-eslint/no-deprecated -- as long as LangChain has them */
const streams: readonly (readonly [string, Open])[] = [
  ["streamLog", (model, options) => model.streamLog("x", options)],
  ["streamEvents v1", (model, options) => model.streamEvents("x", { ...options, version: "v1" })],
  ["streamEvents v2", (model, options) => model.streamEvents("x", { ...options, version: "v2" })],
  [
    "streamLog of a binding",
    (model, options) => model.withConfig({ tags: ["a"] }).streamLog("x", options),
  ],
  ["streamLog of fallbacks", (model, options) => model.withFallbacks([]).streamLog("x", options)],
];
/* eslint-enable @typescript-eslint/no-deprecated */

const cases = [llmClass, chatClass].flatMap(({ name, create }) =>
  streams.map(([stream, open]) => ({ title: `${stream}, ${name}`, create, open })),
);

describe.each(cases)("a reader who is busy while the call fails: $title", ({ create, open }) => {
  /** Reads an entry, and is busy with it until the call has ended. */
  async function readWhile(fail: (controller: AbortController) => Promise<void>) {
    const controller = new AbortController();
    const options = { signal: controller.signal };
    const entries = open(create(server.url, { maxRetries: 0 }), options)[Symbol.asyncIterator]();
    await entries.next();
    await fail(controller);
    await turns(30);
    while ((await entries.next()).done !== true);
  }

  // Where nobody handles the rejection, the server's watch finds it.
  it("gets the error at the end", async () => {
    const reading = readWhile(async () => {
      const answer = await server.request();
      answer.write({ text: "a" });
      answer.cut();
      await answer.closed;
    });
    await expect(reading).rejects.toMatchObject({ code: "TRUNCATED_STREAM" });
  });

  it("gets the abort at the end", async () => {
    const reading = readWhile(async (controller) => {
      const answer = await server.request();
      answer.write({ text: "a" });
      controller.abort();
      await answer.closed;
    });
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  });
});
