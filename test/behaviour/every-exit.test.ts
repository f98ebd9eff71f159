import { describe, expect, it, vi } from "vitest";
import { type Script, useScriptedServer } from "../helpers/scripted-server.js";
import { events, Recorder, serve, stalling } from "../helpers/delta-llm.js";
import {
  chatClass,
  type ExitChat,
  everyPath,
  fetchPaths,
  innerStream,
  llmClass,
  partialOf,
  type CallPath,
  type Fields,
  type Options,
  type Reader,
} from "../helpers/exit-models.js";

const server = useScriptedServer();

/** What a test of one exit gives to one call of one path. */
interface Situation {
  readonly script: Script;
  readonly fields?: Fields;
  readonly options?: Options;
  readonly recorder?: Recorder;
  readonly reader?: Reader;
  /** Runs beside the call. */
  readonly meanwhile?: (request: Request) => Promise<void>;
}

/** What {@link Situation.meanwhile} may look at. */
interface Request {
  readonly id: string;
  readonly recorder: Recorder;
}

/** How one call has to end. */
interface Ending {
  /** What the caller gets: the answer, nothing (the reader has left), or an error like this. */
  readonly caller: "answer" | "left" | object;
  /** What the handlers get, where it is not what the caller gets. */
  readonly handlers?: object;
  /** The text that had arrived. */
  readonly text: string;
  /** A timeout decides how much that is: on a slow machine it may be nothing. */
  readonly orNothing?: boolean;
}

interface Exit {
  readonly exit: string;
  readonly applies?: (path: CallPath) => boolean;
  readonly arrange: (path: CallPath) => Situation;
  readonly ending: Ending | ((path: CallPath) => Ending);
  /** What LangChain writes to the console. */
  readonly logs?: string;
}

const iterates = ({ iterates }: CallPath): boolean => iterates;
const awaits = ({ blocks }: CallPath): boolean => !blocks;

/** The reader gets the signal's own reason from some paths, as LangChain wants it; handlers get the partial text. */
const aborted = { name: "AbortError" };
const done = { done: true } as const;

/** An abort by a signal, at a moment that the situation chooses. */
function abortable(): { abort: () => void; signal: AbortSignal } {
  const controller = new AbortController();
  return { abort: () => controller.abort(), signal: controller.signal };
}

const untilToken = async ({ recorder }: Request): Promise<void> => {
  while (!recorder.heard.some((event) => event.startsWith("token"))) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  // The next read is waiting by then.
  await new Promise((resolve) => setTimeout(resolve, 10));
};

class RaisingRecorder extends Recorder {
  override raiseError = true;
  override async handleLLMNewToken(token: string, ...rest: unknown[]) {
    await super.handleLLMNewToken(token, ...rest);
    if (token === "b") throw new RangeError("the handler broke");
  }
}

const exits: readonly Exit[] = [
  {
    exit: "completion",
    arrange: () => ({ script: events("a", "b", done) }),
    ending: { caller: "answer", text: "ab" },
  },
  {
    exit: "an HTTP error",
    arrange: () => ({ script: { status: 401 } }),
    ending: { caller: { code: "HTTP_STATUS", status: 401 }, text: "" },
  },
  {
    exit: "a provider's error inside the stream",
    arrange: () => ({ script: events("a", "b", { error: { message: "full", code: "busy" } }) }),
    ending: { caller: { code: "MODEL_STREAM", providerCode: "busy" }, text: "ab" },
  },
  {
    exit: "a body that breaks off",
    arrange: () => ({ script: { ...events("a", "b"), end: "destroy" } }),
    ending: { caller: { code: "TRUNCATED_STREAM" }, text: "ab" },
  },
  {
    exit: "an end that the provider did not announce",
    arrange: () => ({ script: events("a", "b"), fields: { endOfStream: "required" } }),
    ending: { caller: { code: "TRUNCATED_STREAM" }, text: "ab" },
  },
  {
    exit: "a record that cannot be read",
    arrange: () => ({
      script: { ...events("a", "b"), steps: [...events("a", "b").steps!, { text: "data: {\n\n" }] },
    }),
    ending: { caller: { code: "CHUNK_PARSE", index: 2 }, text: "ab" },
  },
  {
    exit: "break",
    applies: iterates,
    arrange: () => {
      let read = "";
      return {
        script: stalling("a", "b"),
        reader: (text) => ((read += text) === "ab" ? "leave" : undefined),
      };
    },
    ending: { caller: "left", handlers: aborted, text: "ab" },
  },
  {
    exit: "an exception in the reader's loop",
    applies: iterates,
    arrange: () => {
      let read = "";
      return {
        script: stalling("a", "b"),
        reader: (text) => {
          if ((read += text) === "ab") throw new RangeError("the reader broke");
        },
      };
    },
    ending: {
      caller: { name: "RangeError", message: "the reader broke" },
      handlers: aborted,
      text: "ab",
    },
  },
  {
    exit: "an abort before the start",
    arrange: () => ({ script: events("a", done), options: { signal: AbortSignal.abort() } }),
    ending: { caller: aborted, text: "" },
  },
  {
    exit: "an abort while it waits for the headers",
    applies: awaits,
    arrange: () => {
      const { abort, signal } = abortable();
      return {
        script: { ...events("a", done), headDelayMs: 60_000 },
        options: { signal },
        meanwhile: async ({ id }) => {
          await server.seen(({ body }) => body !== "", id);
          abort();
        },
      };
    },
    ending: { caller: aborted, text: "" },
  },
  {
    exit: "an abort while it waits for a token",
    applies: awaits,
    arrange: () => {
      const { abort, signal } = abortable();
      return {
        script: stalling("a"),
        options: { signal },
        meanwhile: async (request) => {
          await untilToken(request);
          abort();
        },
      };
    },
    ending: { caller: aborted, text: "a" },
  },
  {
    exit: "an abort between two reads, of which the second never comes until the run has ended",
    applies: iterates,
    arrange: ({ blocks }) => {
      const { abort, signal } = abortable();
      const recorder = new Recorder();
      return {
        script: stalling("a"),
        options: { signal },
        recorder,
        reader: () => {
          abort();
          return blocks ? undefined : recorder.terminal();
        },
      };
    },
    ending: { caller: aborted, text: "a" },
  },
  {
    exit: "LangChain's timeout",
    arrange: () => ({ script: stalling("a"), options: { timeout: 150 } }),
    ending: {
      caller: { name: "TimeoutError" },
      handlers: { name: "TimeoutError", code: "TIMEOUT", phase: "total" },
      text: "a",
      orNothing: true,
    },
  },
  {
    exit: "a timeout of ours",
    arrange: () => ({ script: stalling("a"), fields: { timeouts: { idle: 100 } } }),
    ending: {
      caller: { name: "TimeoutError", code: "TIMEOUT", phase: "idle" },
      text: "a",
      orNothing: true,
    },
  },
  {
    exit: "an exception in parseChunk",
    arrange: () => ({
      script: events("a", "b", "c", done),
      fields: {
        parseChunk: (record) => {
          if (record.text === "c") throw new TypeError("the hook broke");
          return record;
        },
      },
    }),
    ending: { caller: { code: "CHUNK_PARSE", cause: { message: "the hook broke" } }, text: "ab" },
  },
  ...(["buildPayload", "headers"] as const).map((hook): Exit => ({
    exit: `an exception in ${hook}`,
    arrange: () => ({
      script: events("a", done),
      fields: {
        [hook]: () => {
          throw new TypeError("the hook broke");
        },
      },
    }),
    ending: { caller: { code: "HOOK", hook, cause: { message: "the hook broke" } }, text: "" },
  })),
  {
    exit: "an exception in a handler that may raise",
    arrange: () => ({ script: events("a", "b", "c", done), recorder: new RaisingRecorder() }),
    logs: "the handler broke",
    // A blocked thread has given its answer before the handlers run.
    ending: ({ blocks }) =>
      blocks
        ? { caller: "answer", text: "abc" }
        : { caller: { name: "RangeError", message: "the handler broke" }, text: "" },
  },
];

const cases = exits.flatMap((exit) =>
  [...everyPath, ...fetchPaths]
    .filter((path) => exit.applies?.(path) ?? true)
    .map((path) => ({ ...exit, ...path, exit: exit.exit })),
);

describe("every exit from every path ends the run once", () => {
  it.each(cases)("$exit: $title", async (path) => {
    const {
      script,
      fields,
      options,
      reader,
      meanwhile,
      recorder = new Recorder(),
    } = path.arrange(path);
    const ending = typeof path.ending === "function" ? path.ending(path) : path.ending;
    const { url, id } = serve(server, script);
    // Nothing here comes near the total; a blocked thread could not be stopped by the test runner.
    const timeouts = { total: 10_000, ...fields?.timeouts };
    const model = path.create(url, { maxRetries: 0, ...fields, timeouts });

    const log = vi.spyOn(console, "error").mockReturnValue();
    let read = "";
    let heardFirst = true;
    const [outcome] = await Promise.all([
      path
        .call(model, { ...options, callbacks: [recorder] }, (text) => {
          read += text;
          heardFirst &&= recorder.heard.includes(`token ${text}`);
          return reader?.(text);
        })
        .then(
          (text) => ({ text, error: undefined }),
          (error: unknown) => ({ text: read, error }),
        ),
      meanwhile?.({ id, recorder }),
    ]);
    await recorder.terminal();
    const logged = log.mock.calls.map(([message]) => message as unknown);
    log.mockRestore();
    expect(logged).toEqual(path.logs === undefined ? [] : [expect.stringContaining(path.logs)]);

    // The caller.
    const { caller, handlers } = ending;
    const tokens = recorder.heard.filter(
      (event) => event.startsWith("token ") && event !== "token ",
    );
    const text = ending.orNothing === true && tokens.length === 0 ? "" : ending.text;
    if (typeof caller === "string") {
      expect(outcome).toEqual({ text, error: undefined });
    } else {
      expect(outcome.error).toBeInstanceOf(Error);
      expect(outcome.error).toMatchObject(caller);
      if (path.iterates && text !== "") expect(read).toBe(text);
    }

    // The handlers.
    const { started, ended, failed } = recorder.runs;
    expect(started).toHaveLength(1);
    expect(recorder.heard.at(0)).toBe("start");
    if (caller === "answer") {
      expect({ ended: ended.length, failed }).toEqual({ ended: 1, failed: [] });
    } else {
      expect({ ended, failed: failed.length }).toEqual({ ended: [], failed: 1 });
      const [error] = failed;
      expect(error).toMatchObject(handlers ?? (caller as object));
      if (handlers === undefined && caller !== aborted) expect(error).toBe(outcome.error);
      if (text !== "") expect(partialOf(error)).toBe(text);
    }
    if (text !== "") expect(tokens).toEqual([...text].map((token) => `token ${token}`));
    expect(["end", "error"]).toContain(recorder.heard.at(-1));
    // Events are news to a handler like any other: it and the recorder are told at the same time.
    if (!path.blocks && path.name !== "streamEvents v2") expect(heardFirst).toBe(true);
  });
});

describe.each([llmClass, chatClass])("a call of $name", ({ create }) => {
  const waiting = () => serve(server, stalling("a"));
  const closed = (id: string) =>
    server.seen(({ closedByPeerMs }) => closedByPeerMs !== undefined, id);

  it("ends its run when return() comes while a read of stream() waits", async () => {
    const { url, id } = waiting();
    const recorder = new Recorder();
    const tokens = (await create(url).stream("Why?", { callbacks: [recorder] })) as AsyncGenerator;
    await tokens.next();
    const pending = tokens.next();
    await tokens.return(undefined);
    expect(await pending).toMatchObject({ done: true });
    await recorder.terminal();
    expect(recorder.heard).toEqual(["start", "token a", "error"]);
    expect(recorder.runs.failed).toMatchObject([
      { name: "AbortError", partialOutput: { text: "a" } },
    ]);
    await closed(id);
  });

  it("ends its run when the stream is cancelled through a reader", async () => {
    const { url, id } = waiting();
    const recorder = new Recorder();
    const tokens: ReadableStream = await create(url).stream("Why?", { callbacks: [recorder] });
    const reader = tokens.getReader();
    await reader.read();
    const pending = reader.read();
    await reader.cancel();
    expect(await pending).toMatchObject({ done: true });
    await recorder.terminal();
    expect(recorder.heard).toEqual(["start", "token a", "error"]);
    await closed(id);
  });

  it("leaves the run to its caller through _astream, and is closed all the same", async () => {
    const exits: [string, (tokens: AsyncGenerator, abort: () => void) => Promise<unknown>][] = [
      ["return()", (tokens) => tokens.return(undefined)],
      ["throw()", (tokens) => tokens.throw(new Error("enough")).catch(() => undefined)],
      ["abort", async (_, abort) => abort()],
    ];
    for (const [name, leave] of exits) {
      const { url, id } = waiting();
      const { abort, signal } = abortable();
      const tokens = innerStream(create(url), { signal });
      expect(await tokens.next(), name).toMatchObject({ value: { text: "a" } });
      await leave(tokens, abort);
      await closed(id);
      if (name === "abort")
        await expect(tokens.next()).rejects.toMatchObject({ name: "AbortError" });
      expect(await tokens.next()).toMatchObject({ done: true });
    }
  });

  it("is not even sent by _astream when the signal had fired before", async () => {
    const { url, id } = waiting();
    const tokens = innerStream(create(url), { signal: AbortSignal.abort() });
    await expect(tokens.next()).rejects.toMatchObject({ name: "AbortError" });
    expect(await server.log(id)).toEqual([]);
  });
});

describe("a stream of content-block events", () => {
  it("goes on for its other readers when one leaves, to one ending", async () => {
    const { url } = serve(server, events("a", "b", done));
    const recorder = new Recorder();
    const model = chatClass.create(url) as ExitChat;
    const answer = model.streamEvents("Why?", { callbacks: [recorder] });
    const { output } = answer;
    for await (const _ of answer) break;
    expect((await output).text).toBe("ab");
    // Whoever comes after the end gets everything.
    expect(await answer.text).toBe("ab");
    await recorder.terminal();
    expect(recorder.heard).toEqual(["start", "token a", "token b", "end"]);
  });

  it("ends well for a reader who leaves at its last event", async () => {
    const { url } = serve(server, events("a", "b", done));
    const recorder = new Recorder();
    const model = chatClass.create(url) as ExitChat;
    const answer = model.streamEvents("Why?", { callbacks: [recorder] });
    for await (const { event } of answer) if (event === "message-finish") break;
    await recorder.terminal();
    expect(recorder.heard).toEqual(["start", "token a", "token b", "end"]);
    expect(await answer.text).toBe("ab");
  });
});
