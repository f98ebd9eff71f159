import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import {
  ConnectionError,
  HookError,
  HttpStatusError,
  HttpStreamingLLM,
  sharedToken,
  type AttemptContext,
  type HttpStreamingLLMFields,
  type SharedTokenOptions,
  type StepContext,
} from "http-streaming-llm";
import { scriptedTransport, type ScriptedResponse } from "http-streaming-llm/testing";

/** A model that gets its token from another endpoint. */
class TokenModel extends HttpStreamingLLM<string> {
  _llmType() {
    return "token";
  }
  readonly #token: ReturnType<typeof sharedToken>;
  constructor(
    readonly endpoint: string,
    options: Partial<SharedTokenOptions>,
    fields: HttpStreamingLLMFields = {},
  ) {
    super({ endOfStream: "optional", ...fields });
    this.#token = sharedToken({
      request: () => ({
        url: new URL("/token", endpoint),
        payload: new URLSearchParams({ client_secret: "the-client-secret" }),
      }),
      read: ({ body }) => body as { token: string; expiresInMs?: number },
      ...options,
    });
  }
  buildPayload(prompt: string) {
    return { prompt };
  }
  override headers(_: unknown, context: AttemptContext) {
    return this.#token(context, (token) => ({ authorization: `Bearer ${token}` }));
  }
  parseChunk(record: string) {
    return record;
  }
}

const json = (body: object, more: Partial<ScriptedResponse> = {}): ScriptedResponse => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
  ...more,
});
const text = (body: string): ScriptedResponse => ({
  headers: { "content-type": "text/plain" },
  body,
});

/** A server on which only the newest token counts, in a script: it notes what came. */
function tokenScript(parts: { expiresInMs?: number } = {}) {
  const state = { logins: 0, valid: "", answers: 0, refusals: 0 };
  const transport = scriptedTransport(({ url, headers }) => {
    if (url.endsWith("/token")) {
      state.valid = `token-${++state.logins}`;
      return json({ token: state.valid, ...parts });
    }
    if (headers["authorization"] !== `Bearer ${state.valid}`) {
      state.refusals++;
      return json({ error: "expired" }, { status: 401 });
    }
    state.answers++;
    return text("hello");
  });
  return { state, transport };
}

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

async function listen(handler: Parameters<typeof createServer>[1]): Promise<string> {
  const started = createServer(handler);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/generate`;
}

describe("sharedToken", () => {
  it("logs in once on a path, whatever the number of calls", async () => {
    const { state, transport } = tokenScript();
    const model = new TokenModel("http://models.test/generate", {}, { transport });
    expect(await model.batch(Array.from({ length: 10 }, String))).toEqual(
      Array.from({ length: 10 }, () => "hello"),
    );
    expect(model.invokeSync("x")).toBe("hello");
    expect(state).toMatchObject({ logins: 1, answers: 11, refusals: 0 });
  });

  it("works on the synchronous path, where a login of another path cannot be waited for", async () => {
    const { state, transport } = tokenScript();
    const model = new TokenModel("http://models.test/generate", {}, { transport });
    const reading = model.invoke("x");
    expect(model.invokeSync("y")).toBe("hello");
    expect(await reading).toBe("hello");
    expect([...model.streamSync("z")]).toEqual(["hello"]);
    expect(state.logins).toBeLessThanOrEqual(2);
  });

  it("logs in once more for ten calls that were all refused with the same token, 50 times", async () => {
    const { state, transport } = tokenScript();
    const model = new TokenModel("http://models.test/generate", {}, { transport, maxRetries: 1 });
    await model.invoke("x");
    for (let round = 0; round < 50; round++) {
      const before = state.logins;
      state.valid = "expired meanwhile";
      const answers = await Promise.all(Array.from({ length: 10 }, () => model.invoke("x")));
      expect(answers).toEqual(Array.from({ length: 10 }, () => "hello"));
      expect(state.logins).toBe(before + 1);
    }
  });

  it("logs in once for a refusal, though a job asks for the token at each of its steps", async () => {
    class JobModel extends TokenModel {
      override nextRequest(_: unknown, { step }: StepContext) {
        return step < 3 ? { url: "http://models.test/jobs/1" } : null;
      }
    }
    const { state, transport } = tokenScript();
    const model = new JobModel("http://models.test/jobs", {}, { transport, maxRetries: 1 });
    await model.invoke("x");
    state.valid = "expired meanwhile";
    expect(await model.invoke("x")).toBe("hello");
    expect(state).toMatchObject({ logins: 2, refusals: 1 });
    state.valid = "expired once more";
    expect(model.invokeSync("x")).toBe("hello");
    expect(state).toMatchObject({ logins: 3, refusals: 2 });
  });

  it("renews a token that expires in the middle of a retry's pause", async () => {
    const logins: string[] = [];
    const sent: (string | undefined)[] = [];
    const transport = scriptedTransport(({ url, headers }) => {
      if (url.endsWith("/token")) {
        logins.push(url);
        return json({
          token: `token-${logins.length}`,
          expiresInMs: logins.length === 1 ? 100 : 1e6,
        });
      }
      sent.push(headers["authorization"]);
      return sent.length === 1
        ? json({ error: "busy" }, { status: 503, headers: { "retry-after-ms": "150" } })
        : text("hello");
    });
    const model = new TokenModel("http://models.test/generate", {}, { transport });
    expect(await model.invoke("x")).toBe("hello");
    expect(sent).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  it("does not log in again after a 503", async () => {
    const { state, transport } = tokenScript();
    let isBusy = true;
    const busy: typeof transport = {
      ...transport,
      open: (request, options) => {
        if (request.url.endsWith("/token") || !isBusy) return transport.open(request, options);
        isBusy = false;
        return scriptedTransport([{ status: 503, body: "busy" }]).open(request, options);
      },
    };
    const model = new TokenModel("http://models.test/generate", {}, { transport: busy });
    expect(await model.invoke("x")).toBe("hello");
    expect(state.logins).toBe(1);
  });

  it("says which step failed, without its credentials, and tries the login again later", async () => {
    const script: (ScriptedResponse | Error)[] = [
      json({ error: { message: "no such client: the-client-secret" } }, { status: 401 }),
      json({ token: "t" }),
      text("hello"),
    ];
    const transport = scriptedTransport(script);
    const model = new TokenModel("http://models.test/generate", {}, { transport });
    const error = await model.invoke("x").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HttpStatusError);
    expect((error as Error).message).toContain(
      "TokenModel: token endpoint: POST http://models.test/token: the server answered 401",
    );
    expect((error as Error).message).not.toContain("the-client-secret");
    expect(transport.requests).toHaveLength(1);
    expect(await model.invoke("x")).toBe("hello");
  });

  it("has a login that may pass tried again with the call", async () => {
    const transport = scriptedTransport([
      new ConnectionError("nobody listens"),
      json({ token: "t" }),
      text("hello"),
    ]);
    const model = new TokenModel("http://models.test/generate", {}, { transport });
    expect(await model.invoke("x")).toBe("hello");
  });

  it("goes on for the others when the call that logs in is aborted", async () => {
    let logins = 0;
    let onLogin: () => void;
    const firstLogin = new Promise<void>((resolve) => (onLogin = resolve));
    const url = await listen((request, response) => {
      request.resume();
      response.setHeader("content-type", "application/json");
      if (request.url !== "/token") response.end('"hello"');
      else if (++logins === 1) onLogin();
      else response.end('{"token":"t"}');
    });
    const model = new TokenModel(url, {}, { streaming: false });
    const controller = new AbortController();
    const aborted = model.invoke("x", { signal: controller.signal });
    aborted.catch(() => undefined);
    await firstLogin;
    const other = model.invoke("y");
    // Until the other one waits for the same login.
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ name: "AbortError" });
    expect(await other).toBe("hello");
    expect(logins).toBe(2);
  });

  it("keeps the tokens of different scopes apart", async () => {
    const tokens: string[] = [];
    const transport = scriptedTransport(({ url, body, headers }) => {
      if (url.endsWith("/token"))
        return json({ token: `of-${new URLSearchParams(body as string).get("tenant")}` });
      tokens.push(headers["authorization"] ?? "");
      return text("hello");
    });
    let tenant = "a";
    const model = new TokenModel(
      "http://models.test/generate",
      {
        scope: () => tenant,
        request: () => ({
          url: "http://models.test/token",
          payload: new URLSearchParams({ tenant }),
        }),
      },
      { transport },
    );
    await model.invoke("x");
    tenant = "b";
    await model.invoke("x");
    tenant = "a";
    await model.invoke("x");
    expect(tokens).toEqual(["Bearer of-a", "Bearer of-b", "Bearer of-a"]);
    expect(transport.requests).toHaveLength(5);
  });

  it.each([
    ["no token", {}],
    ["an empty one", { token: "" }],
    ["a life that is no number", { token: "t", expiresInMs: "3600" }],
  ])("refuses %s", async (_, body) => {
    const transport = scriptedTransport([json(body)]);
    const model = new TokenModel("http://models.test/generate", {}, { transport });
    const error = await model.invoke("x").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HookError);
    expect(error).toMatchObject({ hook: "sharedToken" });
  });
});
