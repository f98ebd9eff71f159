/** What tracers, LangSmith's for one, write down of a call. */
import { RunCollectorCallbackHandler } from "@langchain/core/tracers/run_collector";
import { describe, expect, it } from "vitest";
import type { StreamDelta } from "http-streaming-llm";
import { answer, DeltaChat } from "../../helpers/chat-fixtures.js";
import { DeltaLLM, drain, events, serve } from "../../helpers/delta-llm.js";
import { useScriptedServer } from "../../helpers/scripted-server.js";

const server = useScriptedServer();
const ANSWER: StreamDelta[] = [
  { text: "Hello" },
  { finishReason: "stop", usage: { inputTokens: 2, outputTokens: 3 } },
];
const FIELDS = { model: "small", temperature: 0 };

type Model = Pick<DeltaChat, "invoke" | "stream">;
const MODELS: Record<string, (fields?: object) => Model> = {
  "a chat model": (fields = FIELDS) =>
    new DeltaChat({ url: server.url(answer(ANSWER)), ...fields }),
  "a text model": (fields = FIELDS) =>
    new DeltaLLM(serve(server, events(...ANSWER)).url, fields) as unknown as Model,
};
const PATHS: Record<string, (model: Model, options: object) => Promise<unknown>> = {
  invoke: async (model, options) => model.invoke("x", options),
  stream: async (model, options) => drain(async () => model.stream("x", options)),
};
const CASES = Object.entries(MODELS).flatMap(([what, make]) =>
  Object.entries(PATHS).map(([path, call]) => ({ what, make, path, call })),
);

interface TracedRun {
  extra: { invocation_params: object };
  outputs: { llmOutput?: object };
}

/** The run of a call, as a tracer writes it down. */
async function traced(call: (options: object) => Promise<unknown>): Promise<TracedRun> {
  const collector = new RunCollectorCallbackHandler();
  await call({ callbacks: [collector] });
  const [run, ...others] = collector.tracedRuns;
  expect(others).toEqual([]);
  const { extra, outputs } = run!;
  return JSON.parse(JSON.stringify({ extra, outputs })) as TracedRun;
}

describe("a trace", () => {
  for (const { what, make, path, call } of CASES) {
    it(`has the parameters of the call, before those of the model (${what}, ${path})`, async () => {
      const given = { temperature: 0.7, apiKey: "s-1" };
      const run = await traced((options) => call(make(), { ...options, ...given }));
      expect(run.extra.invocation_params).toMatchObject({ model: "small", temperature: 0.7 });
      expect(JSON.stringify(run)).not.toContain("s-1");
    });

    it(`names the model by a field of its class (${what}, ${path})`, async () => {
      const run = await traced((options) =>
        call(Object.assign(make({}), { model: "own" }), options),
      );
      expect(run.extra.invocation_params).toMatchObject({ model: "own" });
    });

    it(`has the usage of an answer (${what}, ${path})`, async () => {
      const run = await traced((options) => call(make(), options));
      const tokenUsage = { promptTokens: 2, completionTokens: 3, totalTokens: 5 };
      expect(run.outputs.llmOutput).toMatchObject({ tokenUsage });
    });
  }
});
