/** Dispatchers that report a status as an error of their own. */
import { Agent, interceptors, RetryAgent } from "undici";
import { afterAll, describe, expect, it } from "vitest";
import { HttpStatusError, type DispatcherLike } from "http-streaming-llm";
import { type Script, useScriptedServer } from "../helpers/scripted-server.js";
import { DeltaLLM, drain, events } from "../helpers/delta-llm.js";

const server = useScriptedServer();

const agent = new Agent();
afterAll(() => agent.close());
const DISPATCHERS: Readonly<Record<string, DispatcherLike>> = {
  "the interceptor responseError": agent.compose(interceptors.responseError()),
  RetryAgent: new RetryAgent(agent, { maxRetries: 1, minTimeout: 1, methods: ["POST"] }),
  both: new RetryAgent(agent.compose(interceptors.responseError()), {
    maxRetries: 1,
    minTimeout: 1,
    methods: ["POST"],
  }),
};

const refusal = (status: number, error: object): Script => ({
  status,
  headers: { "content-type": "application/json", "x-request-id": "req-1", "retry-after-ms": "5" },
  steps: [{ text: JSON.stringify({ error }) }],
});

for (const [name, dispatcher] of Object.entries(DISPATCHERS)) {
  describe(`a status that ${name} makes an error of its own`, () => {
    const ask = async (id: string, ...scripts: Script[]) => {
      const llm = new DeltaLLM(server.url({ id: `${name} ${id}`, scripts }), {
        dispatcher,
        maxRetries: 2,
      });
      return drain(() => llm.stream("x"));
    };

    it("is an HttpStatusError with what the server said, and is not repeated by us", async () => {
      const { error } = await ask("400", refusal(400, { message: "no such model", code: "m1" }));
      expect(HttpStatusError.isInstance(error)).toBe(true);
      expect(error).toMatchObject({ status: 400, requestId: "req-1", retryAfterMs: 5 });
      expect((error as Error).message).toMatch(/^DeltaLLM: POST .* the server answered 400/);
      expect(await server.log(`${name} 400`)).toHaveLength(1);
    });

    it("is tried again where that may help", async () => {
      const { items, error } = await ask(
        "503",
        ...Array.from({ length: 2 }, () => refusal(503, { message: "busy" })),
        events("a", { done: true }),
      );
      expect(error).toBeUndefined();
      expect(items.join("")).toBe("a");
    });
  });
}

describe("the body that the interceptor responseError read", () => {
  it("is the error's, and gives its words", async () => {
    const dispatcher = DISPATCHERS["the interceptor responseError"]!;
    const url = server.url(refusal(422, { message: "too hot", type: "invalid_request" }));
    const { error } = await drain(() => new DeltaLLM(url, { dispatcher }).stream("x"));
    expect(error).toMatchObject({
      status: 422,
      providerType: "invalid_request",
      message: /too hot/,
    });
    expect((error as HttpStatusError).body).toContain("too hot");
  });
});
