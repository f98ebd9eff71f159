import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  HookError,
  HttpStatusError,
  HttpStreamingLLM,
  TimeoutError,
  type HttpStreamingLLMFields,
  type HookResponse,
  ModelStreamError,
  TruncatedStreamError,
  type NextRequest,
  type StepContext,
} from "http-streaming-llm";
import { scriptedTransport, type ScriptedResponse } from "http-streaming-llm/testing";

type Next = (response: HookResponse, context: StepContext) => NextRequest | null | undefined;

/** A model whose answer is a job's. */
class JobModel extends HttpStreamingLLM<string> {
  _llmType() {
    return "job";
  }
  constructor(
    readonly next: Next,
    fields: HttpStreamingLLMFields = {},
    readonly endpoint = "http://models.test/jobs",
  ) {
    super({ endOfStream: "optional", ...fields });
  }
  buildPayload(prompt: string) {
    return { prompt };
  }
  override headers() {
    return { authorization: "Bearer the-models-key" };
  }
  override nextRequest(response: HookResponse, context: StepContext) {
    return this.next(response, context);
  }
  parseChunk(record: string) {
    return record;
  }
  override parseResponse(body: unknown) {
    return (body as { output: string }).output;
  }
}

const json = (body: object, more: Partial<ScriptedResponse> = {}): ScriptedResponse => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
  ...more,
});
const streamed: ScriptedResponse = {
  headers: { "content-type": "text/plain" },
  body: ["hel", "lo"],
};

interface Job {
  status: string;
  output?: string;
}

/** Polls until the job is done, as most of these servers want it. */
const poll: Next = ({ body }) => {
  const { status } = body as Job;
  if (status === "failed") throw new HttpStatusError("the job has failed.", { status: 500 });
  return status === "done" ? null : { url: "http://models.test/jobs/1", afterMs: 1 };
};

type Options = { readonly stop?: string[] };

const paths: [string, (model: JobModel, options?: Options) => Promise<string>][] = [
  ["invoke()", (model, options) => model.invoke("x", options)],
  [
    "stream()",
    async (model, options) => {
      let text = "";
      for await (const token of await model.stream("x", options)) text += token;
      return text;
    },
  ],
  ["invokeSync()", async (model, options) => model.invokeSync("x", options)],
  ["streamSync()", async (model, options) => [...model.streamSync("x", options)].join("")],
];

let server: Server | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

async function listen(handler: Parameters<typeof createServer>[1]): Promise<string> {
  const started = createServer(handler);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/jobs`;
}

describe.each(paths)("a job, %s", (_, answerOf) => {
  it("may be answered at once", async () => {
    const transport = scriptedTransport([json({ status: "done", output: "hello" })]);
    expect(await answerOf(new JobModel(poll, { transport }))).toBe("hello");
    expect(transport.requests).toMatchObject([{ method: "POST", body: '{"prompt":"x"}' }]);
  });

  it("is polled until it is done", async () => {
    const waiting = json({ status: "waiting" });
    const done = json({ status: "done", output: "hello" });
    const transport = scriptedTransport([waiting, waiting, waiting, waiting, waiting, done]);
    expect(await answerOf(new JobModel(poll, { transport }))).toBe("hello");
    expect(transport.requests.map(({ method, url, body }) => [method, url, body])).toEqual([
      ["POST", "http://models.test/jobs", '{"prompt":"x"}'],
      ...Array.from({ length: 5 }, () => ["GET", "http://models.test/jobs/1", undefined]),
    ]);
    for (const { headers } of transport.requests) {
      expect(headers).toMatchObject({ authorization: "Bearer the-models-key" });
    }
  });

  it("keeps what began it out of an error, should a later answer quote it", async () => {
    const quoted = "token-of-a-step, key-of-a-step";
    const transport = scriptedTransport([
      json({}),
      json({}),
      json({ error: quoted }, { status: 400 }),
    ]);
    const steps: NextRequest[] = [
      {
        url: "http://models.test/upload",
        payload: { token: "token-of-a-step" },
        headers: { "x-key": "key-of-a-step" },
      },
      { url: "http://models.test/jobs/1" },
    ];
    const failed = answerOf(new JobModel((_, { step }) => steps[step], { transport }));
    await expect(failed).rejects.toThrow("[redacted], [redacted]");
  });

  it("gives its answer as a stream, where it says so", async () => {
    const transport = scriptedTransport([json({ stream: "http://models.test/stream" }), streamed]);
    const next: Next = ({ body }) => ({ url: (body as { stream: string }).stream, stream: true });
    expect(await answerOf(new JobModel(next, { transport }))).toBe("hello");
  });

  it("is not begun again when a step fails: that is", async () => {
    const transport = scriptedTransport([
      json({ status: "waiting" }),
      { status: 503, headers: { "retry-after-ms": "1" } },
      json({ status: "done", output: "hello" }),
    ]);
    expect(await answerOf(new JobModel(poll, { transport }))).toBe("hello");
    expect(transport.requests.map(({ method }) => method)).toEqual(["POST", "GET", "GET"]);
  });

  it("remembers in a step that is tried again what the steps before it noted", async () => {
    const transport = scriptedTransport([
      json({ status: "waiting", id: 7 }),
      { status: 503, headers: { "retry-after-ms": "1" } },
      json({ status: "waiting" }),
      { ...streamed, body: [], breaksOff: true },
      streamed,
    ]);
    const next: Next = ({ body }, { step, state }) => {
      if (step === 0) state["job"] = (body as { id: number }).id;
      return { url: `http://models.test/${String(state["job"])}/${step}`, stream: step === 1 };
    };
    expect(await answerOf(new JobModel(next, { transport }))).toBe("hello");
    expect(transport.requests.slice(1).map(({ url }) => url)).toEqual([
      "http://models.test/7/0",
      "http://models.test/7/0",
      "http://models.test/7/1",
      "http://models.test/7/1",
    ]);
  });

  it("keeps another object that a hook has put in the place of its state", async () => {
    const steps = [json({ id: 7 }), json({}), json({ output: "hello" })];
    const transport = scriptedTransport(steps);
    const seen: unknown[] = [];
    const next: Next = ({ body }, context) => {
      seen.push(context.state);
      Object.assign(context, { state: { ...context.state, ...(body as object) } });
      return context.step === 2 ? null : { url: "http://models.test/next" };
    };
    expect(await answerOf(new JobModel(next, { transport }))).toBe("hello");
    expect(seen).toEqual([{}, { id: 7 }, { id: 7 }]);
  });

  it.each(["starting", "processing", "in_progress", "QUEUED"])(
    "is not done where its finish reason is %j",
    async (status) => {
      class StateModel extends JobModel {
        override parseResponse(body: unknown) {
          return { finishReason: (body as Job).status } as never;
        }
      }
      const transport = scriptedTransport([json({ status })]);
      const model = new StateModel(() => null, { transport, maxRetries: 0 });
      await expect(model.invoke("x")).rejects.toThrow(/none of which gave a token or an end/);
    },
  );

  it("counts the responses from its beginning, where that is made again", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const done = json({ status: "done", output: "hello" });
    const transport = scriptedTransport([{ body: "" }, json({}), { body: "" }, done]);
    const steps: number[] = [];
    const next: Next = ({ body }, { step }) => {
      steps.push(step);
      return body === "" || (body as Job).status === "done"
        ? null
        : { url: "http://models.test/1" };
    };
    expect(await answerOf(new JobModel(next, { transport }))).toBe("hello");
    expect(steps).toEqual([0, 0, 1, 1]);
  });

  it.each([202, 204])("goes on from a response without a body, with status %i", async (status) => {
    const bodies: unknown[] = [];
    const transport = scriptedTransport([{ status, headers: { location: "/1" } }, streamed]);
    const next: Next = ({ body, headers }) => {
      bodies.push(body);
      return { url: `http://models.test${headers["location"]}`, stream: true };
    };
    expect(await answerOf(new JobModel(next, { transport }))).toBe("hello");
    expect(bodies).toEqual([""]);
  });

  it("is none where an empty response is said to be the answer", async () => {
    const model = new JobModel(() => null, { transport: scriptedTransport([{}]), maxRetries: 0 });
    await expect(answerOf(model)).rejects.toThrow(TruncatedStreamError);
  });

  it("has failed where the provider reports an error with status 200, and asks no hook", async () => {
    const failed = json({ error: { message: "no room left", code: "full" } });
    const transport = scriptedTransport([json({ status: "waiting" }), failed]);
    let asked = 0;
    const next: Next = () => {
      asked++;
      return { url: "http://models.test/jobs/1" };
    };
    const model = new JobModel(next, { transport, maxRetries: 0 });
    const error: unknown = await answerOf(model).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ModelStreamError);
    expect(error).toMatchObject({ providerCode: "full" });
    expect((error as Error).message).toContain("no room left");
    expect(asked).toBe(1);
  });

  it("has failed by the default rule where parseRecordError says nothing", async () => {
    for (const nothing of [undefined, "", false]) {
      const transport = scriptedTransport([json({ error: "boom" })]);
      const model = new JobModel(() => null, { transport, maxRetries: 0 });
      Object.assign(model, { parseRecordError: () => nothing });
      await expect(answerOf(model)).rejects.toThrow("boom");
    }
  });

  it("has failed where the hook throws on what has an error's fields alone", async () => {
    const next: Next = ({ body }) => ({ url: (body as { result: { url: string } }).result.url });
    const refused = { result: null, success: false, errors: [{ code: 7, message: "no worker" }] };
    for (const [body, type, words] of [
      [refused, ModelStreamError, /no worker/],
      [{ result: null, queue: 3 }, HookError, /nextRequest threw/],
    ] as const) {
      const transport = scriptedTransport([json(body)]);
      const error = await answerOf(new JobModel(next, { transport, maxRetries: 0 })).catch(
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(type);
      expect((error as Error).message).toMatch(words);
    }
  });

  it("may have a field called error that says nothing of the kind", async () => {
    const odd = json({ error: "0 of 7", status: "waiting" });
    const done = json({ status: "done", output: "hello" });
    const model = new JobModel(poll, { transport: scriptedTransport([odd, done]) });
    Object.assign(model, { parseRecordError: () => null });
    expect(await answerOf(model)).toBe("hello");
  });

  it("gives its hooks null where the body is null", async () => {
    const bodies: unknown[] = [];
    const transport = scriptedTransport([{ body: "null" }, { body: "null" }]);
    const next: Next = ({ body }, { step }) => {
      bodies.push(body);
      return step === 0 ? { url: "http://models.test/1" } : null;
    };
    const model = new JobModel(next, { transport });
    model.parseResponse = (body) => `it was ${String(body)}`;
    expect(await answerOf(model)).toBe("it was null");
    expect(bodies).toEqual([null, null]);
  });

  it("goes on from a break with the headers of its step, as what can carry a body", async () => {
    const transport = scriptedTransport([
      json({}),
      { ...streamed, body: "hel", breaksOff: true },
      { ...streamed, body: "lo" },
    ]);
    const url = "http://models.test/1";
    const next: Next = () => ({ url, stream: true, headers: { "x-ticket": "7" } });
    const model = new JobModel(next, { transport });
    const continueFrom = () => ({ payload: { from: 3 }, headers: { "x-from": "3" } });
    Object.assign(model, { continueFrom });
    expect(await answerOf(model)).toBe("hello");
    expect(transport.requests.at(-1)).toMatchObject({
      method: "POST",
      url,
      body: '{"from":3}',
      headers: { "x-ticket": "7", "x-from": "3" },
    });
  });

  it("is cancelled where a stop sequence ends its answer, which the server goes on with", async () => {
    const transport = scriptedTransport([json({}), streamed, {}]);
    const cancel = { url: "http://models.test/cancel" };
    const next: Next = () => ({ url: "http://models.test/1", stream: true, cancel });
    expect(await answerOf(new JobModel(next, { transport }), { stop: ["ll"] })).toBe("he");
    expect(transport.requests.at(-1)).toMatchObject(cancel);
  });

  it("is over, and not cancelled, where a stop sequence is found in an answer in one piece", async () => {
    const done = json({ status: "done", output: "hello" });
    const transport = scriptedTransport([json({ status: "queued" }), done]);
    const cancel = { url: "http://models.test/cancel" };
    const next: Next = (response, context) => {
      const asked = poll(response, context);
      return asked && { ...asked, cancel };
    };
    expect(await answerOf(new JobModel(next, { transport }), { stop: ["ll"] })).toBe("he");
    expect(transport.requests).toHaveLength(2);
  });

  it("has failed where its body says so", async () => {
    const transport = scriptedTransport([json({ status: "waiting" }), json({ status: "failed" })]);
    const model = new JobModel(poll, { transport, maxRetries: 0 });
    await expect(answerOf(model)).rejects.toThrow("the job has failed.");
  });

  it("has failed where a step is refused, which the error names", async () => {
    const transport = scriptedTransport([json({ status: "waiting" }), { status: 404, body: "" }]);
    await expect(answerOf(new JobModel(poll, { transport }))).rejects.toThrow(
      "JobModel: GET http://models.test/jobs/1: the server answered 404",
    );
  });

  it("is ended by the call's time while it waits for the next poll", async () => {
    const transport = scriptedTransport(() => json({ status: "waiting" }));
    const next: Next = () => ({ url: "http://models.test/jobs/1", afterMs: 60_000 });
    const model = new JobModel(next, { transport, timeouts: { total: 5_000 } });
    const error = await answerOf(model).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ phase: "total" });
  });

  it("gives another origin only the headers that are meant for it", async () => {
    const transport = scriptedTransport([json({}), streamed]);
    const next: Next = () => ({
      url: "http://elsewhere.test/stream",
      stream: true,
      headers: { "x-ticket": "7" },
    });
    expect(await answerOf(new JobModel(next, { transport }))).toBe("hello");
    expect(transport.requests[1]?.headers).toMatchObject({ "x-ticket": "7" });
    expect(transport.requests[1]?.headers).not.toHaveProperty("authorization");
  });

  it("is not redirected to another origin with its credentials", async () => {
    const transport = scriptedTransport([
      json({ status: "waiting" }),
      { status: 307, headers: { location: "http://elsewhere.test/" } },
    ]);
    await expect(answerOf(new JobModel(poll, { transport }))).rejects.toThrow(
      "redirects to another origin",
    );
    expect(transport.requests).toHaveLength(2);
  });

  it("is cancelled when the call ends before its answer", async () => {
    const transport = scriptedTransport([
      json({}),
      { status: 400, body: "" },
      json({ status: "cancelled" }),
    ]);
    const next: Next = () => ({
      url: "http://models.test/jobs/1",
      cancel: { url: "http://models.test/jobs/1", method: "DELETE", headers: { "x-key": "k" } },
    });
    await expect(answerOf(new JobModel(next, { transport }))).rejects.toThrow("400");
    expect(transport.requests.at(-1)).toMatchObject({
      method: "DELETE",
      url: "http://models.test/jobs/1",
      headers: { "x-key": "k" },
    });
    expect(transport.requests.at(-1)?.headers).not.toHaveProperty("authorization");
  });

  it("is not cancelled when it has been answered", async () => {
    const transport = scriptedTransport([json({}), streamed]);
    const cancel = { url: "http://models.test/cancel" };
    const next: Next = () => ({ url: "http://models.test/1", stream: true, cancel });
    expect(await answerOf(new JobModel(next, { transport }))).toBe("hello");
    expect(transport.requests).toHaveLength(2);
  });

  it.each([
    [
      "a misspelt field",
      { url: "http://models.test/1", aftermath: 5 },
      "perhaps afterMs was meant",
    ],
    ["no url", { stream: true }, "returned no url"],
    ["a negative pause", { url: "http://models.test/1", afterMs: -1 }, "wrong afterMs"],
    ["a text", "http://models.test/1", "returned a string"],
  ])("refuses %s", async (__, next, message) => {
    const transport = scriptedTransport([json({})]);
    const model = new JobModel(() => next as NextRequest, { transport });
    const error = await answerOf(model).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HookError);
    expect((error as Error).message).toContain(message);
  });
});

describe("a job that is polled rarely", () => {
  it.each([2 ** 31, 1e300])("waits for it, and ends with its signal: %d ms", async (afterMs) => {
    const transport = scriptedTransport(() => json({ status: "waiting" }));
    const controller = new AbortController();
    const model = new JobModel(() => ({ url: "http://models.test/jobs/1", afterMs }), {
      transport,
    });
    const reading = model.invoke("x", { signal: controller.signal });
    reading.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    controller.abort();
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
    expect(transport.requests).toHaveLength(1);
  });
});

describe("a job over a network", () => {
  it("lets go of a response that was too large before it is begun again", async () => {
    let requests = 0;
    const url = await listen((request, response) => {
      request.resume();
      // The first answer does not end.
      if (++requests === 1) response.write("x".repeat(100));
      else response.end('{"output":"ok"}');
    });
    const limits = { maxRecordBytes: 50 };
    const model = new JobModel(() => null, { limits, maxConcurrency: 1 }, url);
    Object.assign(model, { shouldRetry: () => true });
    expect(await model.invoke("x")).toBe("ok");
    expect(await model.invoke("x")).toBe("ok");
  });

  it("is cancelled at the server when the call is aborted between two polls", async () => {
    const seen: string[] = [];
    let onPoll: () => void;
    let onCancelled: (headers: unknown) => void;
    const polled = new Promise<void>((resolve) => (onPoll = resolve));
    const cancelled = new Promise<unknown>((resolve) => (onCancelled = resolve));
    const url = await listen((request, response) => {
      request.resume();
      seen.push(`${request.method} ${request.url}`);
      response.setHeader("content-type", "application/json");
      response.end('{"status":"waiting"}');
      if (request.method === "GET") onPoll();
      if (request.method === "DELETE") onCancelled(request.headers["x-key"]);
    });
    const controller = new AbortController();
    const next: Next = (__, { step }) => ({
      url: new URL("/jobs/1", url),
      afterMs: step === 0 ? 0 : 60_000,
      cancel: { url: new URL("/jobs/1", url), method: "DELETE", headers: { "x-key": "k" } },
    });
    const reading = new JobModel(next, {}, url).invoke("x", { signal: controller.signal });
    reading.catch(() => undefined);
    await polled;
    controller.abort();
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
    expect(await cancelled).toBe("k");
    expect(seen).toEqual(["POST /jobs", "GET /jobs/1", "DELETE /jobs/1"]);
  });

  it("is cancelled when its reader leaves in the middle of the stream", async () => {
    let onCancelled: () => void;
    const cancelled = new Promise<void>((resolve) => (onCancelled = resolve));
    const url = await listen((request, response) => {
      request.resume();
      if (request.method === "GET") {
        response.setHeader("content-type", "text/plain");
        response.write("hello");
        return;
      }
      response.end("{}");
      if (request.url === "/cancel") onCancelled();
    });
    const next: Next = () => ({
      url: new URL("/stream", url),
      stream: true,
      cancel: { url: new URL("/cancel", url), payload: {} },
    });
    for await (const token of await new JobModel(next, {}, url).stream("x")) {
      expect(token).toBe("hello");
      break;
    }
    await cancelled;
  });

  it.each([
    ["headers", { headers: 200 }],
    ["firstChunk", { firstChunk: 200 }],
    ["total", { total: 200 }],
  ])("has its timeouts in each step: %s", async (phase, timeouts) => {
    let requests = 0;
    const url = await listen((request, response) => {
      request.resume();
      if (++requests === 1) response.end("{}");
      else if (phase !== "headers") response.flushHeaders();
    });
    const next: Next = () => ({ url: new URL("/jobs/1", url) });
    const model = new JobModel(next, { timeouts, maxRetries: 0 }, url);
    const error = await model.invoke("x").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ phase });
  });
});
