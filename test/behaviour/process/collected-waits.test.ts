import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { useHandServer } from "../../helpers/hand-server.js";
import { useModelPrograms } from "../../helpers/model-programs.js";

// What is held by nothing but those who wait for it is collected while they do.
const PRELUDE = `
setInterval(() => globalThis.gc(), 10);
const never = () => new Promise(() => {});
const ended = (promise) => promise.then(() => "an answer", (error) => error.name);
const read = async (stream) => { for await (const _ of await stream); };
`;

/** A hook that waits for what never comes, on each path; the signal is all that can end the call. */
const ABORTED = `${PRELUDE}
const controller = new AbortController();
class Waiting extends LLM { buildPayload = never; }
class WaitingChat extends Chat { headers = never; }
const options = () => ({ signal: controller.signal });
const waits = Promise.all([Waiting, WaitingChat].flatMap((Model) => {
  const model = new Model({});
  return [
    model.invoke("Why?", options()),
    model.batch(["Why?"], options()),
    read(model.stream("Why?", options())),
    read(model.streamEvents("Why?", { ...options(), version: "v2" })),
    read(model.streamLog("Why?", options())),
  ].map(ended);
}));
setTimeout(() => controller.abort(), 300);
process.send(await waits);
`;

/** A server that falls silent, and LangChain's own timeout. */
const TIMED_OUT = `${PRELUDE}
process.send(await Promise.all([LLM, Chat].flatMap((Model) => {
  const model = new Model({ maxRetries: 0 });
  const options = { timeout: 300 };
  return [
    model.invoke("Why?", options),
    read(model.stream("Why?", options)),
    read(model.streamEvents("Why?", { ...options, version: "v1" })),
    read(model.streamEvents("Why?", { ...options, version: "v2" })),
    read(model.streamLog("Why?", options)),
  ].map(ended);
})));
`;

describe("a call that somebody waits for", () => {
  const server = useHandServer();
  const programs = useModelPrograms();

  it.each([
    { what: "its signal, whatever a hook waits for", program: ABORTED, name: "AbortError" },
    { what: "LangChain's timeout", program: TIMED_OUT, name: "TimeoutError" },
  ])("is ended by $what, though memory is collected meanwhile", async ({ program, name }) => {
    const child = await programs.run(program, server.url);
    const [ends] = (await once(child, "message")) as [string[]];
    expect(ends).toEqual(Array.from({ length: 10 }, () => name));
  });
});
