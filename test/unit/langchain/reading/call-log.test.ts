import { describe, expect, it } from "vitest";
import { callLog } from "../../../../src/langchain/reading/call-log.js";
import { turns } from "../../../helpers/hand-server.js";

/** Logs the chunks of a runnable as LangChain does: beside the reader, which meets a failure at the end. */
async function* logOf(runnable: { stream(): Promise<AsyncIterable<string>> }) {
  const logged: string[] = [];
  const reading = (async () => {
    for await (const chunk of await runnable.stream()) logged.push(chunk);
  })();
  await turns(1);
  yield* logged;
  await reading;
}

const failure = new Error("of the call");

/** A runnable with state of its own. */
class Runnable {
  readonly #chunks = ["a", "b"];

  constructor(private readonly fails: boolean) {}

  stream(): Promise<AsyncIterable<string>> {
    return Promise.resolve(this.#read());
  }
  async *#read() {
    yield* this.#chunks;
    if (this.fails) throw failure;
  }
}

async function read(entries: AsyncIterable<string>) {
  const given: string[] = [];
  try {
    for await (const entry of entries) {
      given.push(entry);
      // A busy reader: what fails meanwhile has to wait.
      await turns();
    }
  } catch (error) {
    return { given, error };
  }
  return { given, error: undefined };
}

describe("callLog", () => {
  it("gives the entries of the log", async () => {
    expect(await read(callLog(new Runnable(false), logOf))).toEqual({
      given: ["a", "b"],
      error: undefined,
    });
  });

  it("fails at the end, and nowhere else", async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on("unhandledRejection", listener);
    const outcome = await read(callLog(new Runnable(true), logOf));
    process.off("unhandledRejection", listener);
    expect(outcome).toEqual({ given: ["a", "b"], error: failure });
    expect(unhandled).toEqual([]);
  });

  it("takes the failure of a stream that does not open", async () => {
    const closed = { stream: () => Promise.reject<AsyncIterable<string>>(failure) };
    expect(await read(callLog(closed, logOf))).toEqual({ given: [], error: failure });
  });
});
