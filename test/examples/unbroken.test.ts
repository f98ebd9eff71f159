import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startModelServer, type ModelServer } from "../../examples/server/start.js";
import { UnbrokenChat } from "../../examples/unbroken-chat.js";
import { UnbrokenCompletionsLLM } from "../../examples/unbroken-completions.js";
import { EventsLLM } from "../../examples/unbroken-events.js";

/** The model has 18 tokens to say to this. */
const PROMPT = "Alice sighed";
const TOKENS = 18;
/** What it says to this is longer, and so is what it says to that. */
const LONG_PROMPT = "Once upon a time the Mad Hatter";

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer({ pauseMs: 0 });
});
afterAll(() => server.close());

// Full jitter begins at nothing.
beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const broken = (after: number) => ({
  headers: { "x-break-after": String(after) },
  maxRetries: 100,
});

const MODELS = {
  completions: (fields = {}) =>
    new UnbrokenCompletionsLLM({ baseUrl: `${server.origin}/v1`, model: "alice", ...fields }),
  chat: (fields = {}) =>
    new UnbrokenChat({ baseUrl: `${server.origin}/v1`, model: "alice", ...fields }),
  events: (fields = {}) => new EventsLLM({ url: `${server.origin}/events`, ...fields }),
};

type Model = ReturnType<(typeof MODELS)[keyof typeof MODELS]>;

const textOf = (value: string | { text: string }): string =>
  typeof value === "string" ? value : value.text;

/** The text of an answer on three paths. */
async function textsOf(model: Model, prompt = PROMPT): Promise<string[]> {
  let streamed = "";
  const stream: AsyncIterable<string | { text: string }> = await model.stream(prompt);
  for await (const piece of stream) streamed += textOf(piece);
  const pieces: Iterable<string | { text: string }> = model.streamSync(prompt);
  return [streamed, textOf(await model.invoke(prompt)), [...pieces].map(textOf).join("")];
}

describe("The example unbroken-chat", () => {
  it("gives the whole answer on every path, however often it breaks off", async () => {
    const whole = (await MODELS.chat().invoke(PROMPT)).text;
    // The first piece of each response says only who speaks.
    for (const after of [2, 3, 9, TOKENS]) {
      expect(await textsOf(MODELS.chat(broken(after)))).toEqual([whole, whole, whole]);
    }
  });

  it("ends with the break where it has no text to go on with", async () => {
    const model = MODELS.chat({ ...broken(1), maxRetries: 0 });
    await expect(model.invoke(PROMPT)).rejects.toMatchObject({ code: "TRUNCATED_STREAM" });
    const nothing = { text: "", reasoning: "so", usage: undefined, id: undefined, lastEventId: "" };
    expect(model.continueFrom(nothing, [], {})).toBeNull();
  });
});

describe("The example unbroken-events", () => {
  it("gives the whole answer on every path, however often it breaks off", async () => {
    const whole = await MODELS.events().invoke(PROMPT);
    for (const after of [1, 4, TOKENS]) {
      expect(await textsOf(MODELS.events(broken(after)))).toEqual([whole, whole, whole]);
    }
  });

  it("counts its tokens once", async () => {
    const usageOf = async (model: EventsLLM) =>
      (await model.generate([PROMPT])).llmOutput?.tokenUsage as unknown;
    expect(await usageOf(MODELS.events(broken(4)))).toEqual(await usageOf(MODELS.events()));
  });
});

describe("The example unbroken-completions", () => {
  it.each([20, 25])(
    "gives what the server says to the prompt and the text so far, %i tokens at a time",
    async (after) => {
      const server = MODELS.completions();
      let whole = "";
      for (let isBroken = true; isBroken;) {
        const tokens = [...server.streamSync(LONG_PROMPT + whole)].filter((token) => token !== "");
        whole += tokens.slice(0, after).join("");
        isBroken = tokens.length > after;
      }
      expect(await textsOf(MODELS.completions(broken(after)), LONG_PROMPT)).toEqual([
        whole,
        whole,
        whole,
      ]);
    },
  );
});
