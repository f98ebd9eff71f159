import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DiagnosticsMessages } from "http-streaming-llm";
import { events, serve, stalling } from "../helpers/delta-llm.js";
import {
  chatClass,
  everyPath,
  innerStream,
  llmClass,
  type BaseClass,
  type CallPath,
  type ExitModel,
  type Fields,
} from "../helpers/exit-models.js";
import { type Script, useScriptedServer } from "../helpers/scripted-server.js";

const server = useScriptedServer();

// Full jitter begins at nothing.
beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});
let unsubscribeAll: (() => void) | undefined;
afterEach(() => {
  vi.restoreAllMocks();
  unsubscribeAll?.();
  unsubscribeAll = undefined;
});

/** The moments of one call at which an author's or a reader's code runs, in the order in which they come. */
const HOOKS = [
  "resolveEndpoint",
  "buildPayload",
  "headers",
  "nextRequest",
  "parseError",
  "shouldRetry",
  "onFailedAttempt",
  "parseRecordError",
  "parseChunk",
  "continueFrom",
] as const;
const CHANNELS = [
  "tracing:http-streaming-llm:call:start",
  "tracing:http-streaming-llm:attempt:start",
  "http-streaming-llm:attempt:headers",
  "http-streaming-llm:attempt:firstToken",
  "http-streaming-llm:call:retry",
  "http-streaming-llm:call:continue",
  "tracing:http-streaming-llm:attempt:error",
  "tracing:http-streaming-llm:attempt:asyncEnd",
  "tracing:http-streaming-llm:call:error",
  "tracing:http-streaming-llm:call:asyncEnd",
] as const satisfies readonly (keyof DiagnosticsMessages)[];
const CALLBACKS = ["handleLLMStart", "handleChatModelStart", "handleLLMNewToken"] as const;

type Moment = (typeof HOOKS)[number] | (typeof CHANNELS)[number] | (typeof CALLBACKS)[number];

const isCallback = (moment: Moment): boolean => CALLBACKS.some((name) => name === moment);

/** What happens within the moment. */
type Act = () => void;

/** A model that comes to a moment, and does there once what it is told to. */
function modelAt(create: BaseClass["create"], url: string, moment: Moment) {
  let act: Act | undefined;
  let times = 0;
  let onReached = (): void => undefined;
  const reached = new Promise<void>((resolve) => (onReached = resolve));
  const at = (now: Moment): void => {
    if (now !== moment) return;
    times++;
    const armed = act;
    act = undefined;
    armed?.();
    onReached();
  };
  const handler = new (class extends BaseCallbackHandler {
    name = "ending";
    override awaitHandlers = true;
    override handleLLMStart() {
      at("handleLLMStart");
    }
    override handleChatModelStart() {
      at("handleChatModelStart");
    }
    override handleLLMNewToken() {
      at("handleLLMNewToken");
    }
  })();
  const fields = {
    maxConcurrency: 1,
    onFailedAttempt: () => at("onFailedAttempt"),
    ...(isCallback(moment) && { callbacks: [handler] }),
  } as Fields;
  const model = create(url, fields);
  const parse = model.parseChunk.bind(model) as (...given: unknown[]) => unknown;
  Object.assign(model, {
    resolveEndpoint: () => (at("resolveEndpoint"), url),
    buildPayload: () => (at("buildPayload"), {}),
    headers: () => (at("headers"), {}),
    parseError: () => (at("parseError"), null),
    shouldRetry: () => (at("shouldRetry"), undefined),
    parseRecordError: () => (at("parseRecordError"), undefined),
    parseChunk: (...given: unknown[]) => (at("parseChunk"), parse(...given)),
    continueFrom: () => (at("continueFrom"), {}),
    ...(moment === "nextRequest" && {
      nextRequest: () => (at("nextRequest"), { url, stream: true }),
    }),
  });
  const channel = CHANNELS.find((name) => name === moment);
  if (channel !== undefined) {
    const onMessage = (): void => at(channel);
    subscribe(channel, onMessage);
    unsubscribeAll = () => unsubscribe(channel, onMessage);
  }
  const arm = (next: Act): void => {
    act = next;
  };
  return { model, arm, reached, wasReached: () => times > 0 };
}

const WHOLE = events("ok", { done: true });

/** A refusal, a half answer, its rest, by default without an end; and whole answers for the calls that come after. */
function scriptsFor(moment: Moment, rest: Script = stalling("b")) {
  if (moment === "nextRequest") return serve(server, { steps: [{ text: "{}" }] }, rest, WHOLE);
  return serve(
    server,
    { status: 503, headers: { "retry-after-ms": "1" } },
    { ...events({ text: "a", done: false }), end: "destroy" },
    rest,
    WHOLE,
  );
}

/** Nothing of the calls is left open at the server. */
async function expectNothingOpen(id: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const open = (await server.log(id)).filter(
        ({ finished, closedByPeerMs }) => !finished && closedByPeerMs === undefined,
      );
      expect(open).toEqual([]);
    },
    { timeout: 10_000 },
  );
}

const inner: CallPath = {
  name: "_astream",
  iterates: true,
  blocks: false,
  async call(model, options) {
    let all = "";
    for await (const { text } of innerStream(model, options)) all += text;
    return all;
  },
};
const paths = [
  ...everyPath.filter(({ path }) => ["stream", "invoke", "streamSync"].includes(path)),
  ...[llmClass, chatClass].map(({ name, create }) => ({
    ...inner,
    create,
    title: `${name}, _astream`,
  })),
];

function comesTo(moment: Moment, { title, blocks }: (typeof paths)[number]): boolean {
  if (!isCallback(moment)) return true;
  // They are of a run of the call's own, and on the blocking path they come when all is over.
  if (blocks || title.endsWith("_astream")) return false;
  const isChat = title.startsWith("HttpStreamingChatModel");
  return moment === "handleLLMNewToken" || isChat === (moment === "handleChatModelStart");
}

// Of the others nothing is left to be ended.
const moments: readonly Moment[] = [...HOOKS, ...CHANNELS.slice(0, 6), ...CALLBACKS];

const textIn = (value: unknown): string =>
  typeof value === "string" ? value : (value as { text: string }).text;

describe.each(moments)("a call, in %s,", (moment) => {
  const coming = paths.filter((path) => comesTo(moment, path));

  it.each(coming)("is ended by its signal: $title", async ({ create, call, blocks }) => {
    const { url, id } = scriptsFor(moment);
    const { model, arm, wasReached } = modelAt(create, url, moment);
    const controller = new AbortController();
    arm(() => controller.abort());
    const error: unknown = await call(model, { signal: controller.signal }).catch(
      (thrown: unknown) => thrown,
    );
    expect(wasReached()).toBe(true);
    expect(error).toMatchObject({ name: "AbortError" });
    await expectNothingOpen(id);
    if (!blocks) await expectPermit(model);
  });

  it.each([llmClass, chatClass].filter(() => !isCallback(moment)))(
    "is ended by its reader: $name",
    async ({ create }) => {
      const { url, id } = scriptsFor(moment);
      const { model, arm, wasReached } = modelAt(create, url, moment);
      const tokens = innerStream(model);
      const left: Promise<unknown>[] = [];
      arm(() => left.push(tokens.return(undefined)));
      for await (const _ of tokens);
      expect(wasReached()).toBe(true);
      expect(await Promise.all(left)).toEqual([{ done: true, value: undefined }]);
      await expectNothingOpen(id);
      await expectPermit(model);
    },
  );

  it.each(coming.filter(({ title }) => /stream(Sync)?$/.test(title)))(
    "may begin another: $title",
    async ({ create, call, blocks }) => {
      const { url } = scriptsFor(moment, events("b", { done: true }));
      const { model, arm } = modelAt(create, url, moment);
      const other = create(serve(server, WHOLE).url);
      const answers: unknown[] = [];
      arm(() => answers.push(blocks ? other.invokeSync("Why?") : other.invoke("Why?")));
      expect(await call(model)).toBe(moment === "nextRequest" ? "b" : "ab");
      expect((await Promise.all(answers)).map(textIn)).toEqual(["ok"]);
    },
  );
});

const ENDINGS = [
  "shouldRetry",
  "continueFrom",
  "tracing:http-streaming-llm:attempt:error",
  "tracing:http-streaming-llm:attempt:asyncEnd",
  "tracing:http-streaming-llm:call:error",
  "tracing:http-streaming-llm:call:asyncEnd",
] as const;

describe.each(ENDINGS)("a call whose time is up while nobody reads, in %s,", (moment) => {
  const timeouts = { total: 200 };

  /** The call, one token of which has been read, and the moment. */
  async function begin(create: BaseClass["create"], act: (read: AsyncGenerator) => void) {
    const { url, id } = serve(server, stalling("a"));
    const { model, arm, reached } = modelAt(create, url, moment);
    // Asked where the author says that another attempt is worth it.
    if (moment === "continueFrom") Object.assign(model, { shouldRetry: () => true });
    const controller = new AbortController();
    const tokens = innerStream(model, { timeouts, signal: controller.signal });
    arm(() => (act === abort ? controller.abort() : act(tokens)));
    expect((await tokens.next()).value).toMatchObject({ text: "a" });
    await reached;
    return { id, model, tokens };
  }
  const abort = (): void => undefined;

  it.each([llmClass, chatClass])("may be aborted: $name", async ({ create }) => {
    const { id, model, tokens } = await begin(create, abort);
    await expect(tokens.next()).rejects.toMatchObject({ name: /^(Abort|Timeout)Error$/ });
    await expectNothingOpen(id);
    await expectPermit(model);
  });

  it.each([llmClass, chatClass])("may be left: $name", async ({ create }) => {
    const left: Promise<unknown>[] = [];
    const { id, model } = await begin(create, (tokens) => left.push(tokens.return(undefined)));
    expect(await Promise.all(left)).toEqual([{ done: true, value: undefined }]);
    await expectNothingOpen(id);
    await expectPermit(model);
  });

  it.each([llmClass, chatClass])("may be read on: $name", async ({ create }) => {
    const reads: Promise<unknown>[] = [];
    const { id, model } = await begin(create, (tokens) => {
      reads.push(tokens.next().catch((error: unknown) => error));
    });
    expect(await Promise.all(reads)).toMatchObject([{ code: "TIMEOUT", phase: "total" }]);
    await expectNothingOpen(id);
    await expectPermit(model);
  });
});

/** The call has given its permit back: another one gets it. */
async function expectPermit(model: ExitModel): Promise<void> {
  const { url } = serve(server, events("ok", { done: true }));
  Object.assign(model, { resolveEndpoint: () => url, nextRequest: undefined });
  const answer: unknown = await model.invoke("Why?");
  expect(textIn(answer)).toBe("ok");
}
