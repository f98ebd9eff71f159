/** The recipes of the guides, as they stand there. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { AIMessageChunk } from "@langchain/core/messages";
import { ModelStreamError } from "http-streaming-llm";
import type { HttpStreamingChatModel, HttpStreamingLLM } from "http-streaming-llm";
import { describe, expect, it } from "vitest";
import { everyPath } from "../helpers/every-path.js";
import { ROOT } from "../helpers/user-project.js";
import { useScriptedServer } from "../helpers/scripted-server.js";
import { drain, drainSync, rejection } from "../helpers/delta-llm.js";
import { declaredIn } from "./declared.js";
import { Page } from "./page.js";

type Recipe<Model> = new (fields?: object) => Model & { endpoint: string };
interface Private extends HttpStreamingLLM {
  endpoint: string;
  tokenUrl: string;
}
interface Tags {
  part?: "thought" | "answer";
  held?: string;
}
type Untag = (piece: string, state: Tags, isLast: boolean) => { reasoning?: string; text?: string };

const guide = (name: string) =>
  declaredIn(new Page(readFileSync(join(ROOT, "docs", name), "utf8")));
const [first, chats] = await Promise.all([guide("getting-started.md"), guide("chat-models.md")]);
const SectionLLM = first.SectionLLM as Recipe<HttpStreamingLLM>;
const FailingLLM = first.FailingLLM as Recipe<HttpStreamingLLM>;
const PrivateLLM = first.PrivateLLM as Recipe<Private>;
const TaggedChat = chats.TaggedChat as Recipe<HttpStreamingChatModel>;
const untag = chats.untag as Untag;

const server = useScriptedServer();

const NDJSON = { "content-type": "application/x-ndjson" };
const lines = (...records: object[]) =>
  server.url({
    headers: NDJSON,
    steps: records.map((record) => ({ text: `${JSON.stringify(record)}\n` })),
  });

describe("The recipe for what has to be remembered", () => {
  it("tells thoughts from text, on every path and for several answers at a time", async () => {
    const llm = new SectionLLM();
    llm.endpoint = lines(
      { section: "thoughts", response: "Hm", done: false },
      ...["Why", " not", "?"].map((response, at) => ({
        ...(at === 0 && { section: "text" }),
        ...{ response, done: at === 2 },
      })),
    );
    const streams = [0, 1].map(() => drain(() => llm.stream("?")));
    for (const { items, error } of [
      ...(await Promise.all(streams)),
      drainSync(() => llm.streamSync("?")),
    ]) {
      expect(error).toBeUndefined();
      expect(items.filter((text) => text !== "")).toEqual(["Why", " not", "?"]);
    }
  });
});

describe("The recipe for an error of an unusual shape", () => {
  it("ends with the provider's words, and leaves the usual shapes to the rule", async () => {
    const llm = new FailingLLM({ maxRetries: 0 });
    for (const failure of [{ status: "failed", reason: "no memory" }, { error: "no memory" }]) {
      llm.endpoint = lines({ response: "Hi", done: false }, failure);
      const error = await rejection(llm.invoke("?"));
      expect(ModelStreamError.isInstance(error) && error.partial).toBe("Hi");
      expect((error as Error).message).toContain("no memory");
    }
    llm.endpoint = lines({ response: "Hi", done: false, status: "well" }, { done: true });
    expect(await llm.invoke("?")).toBe("Hi");
  });
});

/** What the recipe makes of pieces, the last of which is the answer's last. */
function read(pieces: readonly string[]): { reasoning: string; text: string } {
  const state: Tags = {};
  const all = { reasoning: "", text: "" };
  for (const [at, piece] of pieces.entries()) {
    const { reasoning = "", text = "" } = untag(piece, state, at === pieces.length - 1);
    all.reasoning += reasoning;
    all.text += text;
  }
  return all;
}

describe("The recipe for reasoning in the text", () => {
  it.each([
    ["<think>5 < 7 </thin> y.</think>Yes.", "5 < 7 </thin> y.", "Yes."],
    ["\n <think>\nHm.</think>\n\nA <think> and </think>.", "\nHm.", "\n\nA <think> and </think>."],
    ["<think></think>Yes.", "", "Yes."],
    ["<think>It ends in its thoughts </thi", "It ends in its thoughts </thi", ""],
    [" No <think>thoughts</think>", "", " No <think>thoughts</think>"],
    ["<thi", "", "<thi"],
    ["<thin air", "", "<thin air"],
    ["", "", ""],
  ])("finds it in %j, however it is cut", (answer, reasoning, text) => {
    for (let first = 0; first <= answer.length; first++) {
      for (let second = first; second <= answer.length; second++) {
        const pieces = [answer.slice(0, first), answer.slice(first, second), answer.slice(second)];
        expect(read(pieces), pieces.join("|")).toEqual({ reasoning, text });
      }
    }
    expect(read([...answer, ""])).toEqual({ reasoning, text });
  });

  it("gives it as reasoning, on every path", async () => {
    const chat = new TaggedChat();
    const events = [..."<think>Hm.</think>Yes."].map((content) => ({ delta: { content } }));
    const records = [...events, { delta: {}, finish_reason: "stop" }].map((choice) => {
      return { text: `data: ${JSON.stringify({ choices: [choice] })}\n\n` };
    });
    chat.endpoint = server.url({
      headers: { "content-type": "text/event-stream" },
      steps: [...records, { text: "data: [DONE]\n\n" }],
    });
    const answers: AIMessageChunk[] = await everyPath(chat, "?");
    for (const { text, additional_kwargs } of answers) {
      expect(text).toBe("Yes.");
      expect(additional_kwargs.reasoning_content).toBe("Hm.");
    }
  });
});

describe("The recipe for credentials", () => {
  /** Gives out tokens, takes the newest one, and counts what it refused. */
  async function guarded() {
    const state = { logins: 0, valid: "", refused: 0, unavailable: 0, broken: 0 };
    const gate = createServer(({ headers, url }, response) => {
      if (url === "/token") {
        const status = state.broken-- > 0 ? 403 : 200;
        if (status === 200) state.valid = `token-${++state.logins}`;
        const login = { access_token: state.valid, expires_in: 3600 };
        response
          .writeHead(status, { "content-type": "application/json" })
          .end(JSON.stringify(status === 200 ? login : { error: "no login today" }));
        return;
      }
      const isValid = headers.authorization === `Bearer ${state.valid}`;
      if (!isValid) state.refused++;
      const status = isValid ? (state.unavailable-- > 0 ? 503 : 200) : 401;
      const body = status === 200 ? { response: "Hi", done: true } : { error: String(status) };
      response
        .writeHead(status, { ...NDJSON, "retry-after": "0" })
        .end(`${JSON.stringify(body)}\n`);
    });
    await new Promise<void>((resolve) => gate.listen(0, "127.0.0.1", resolve));
    const close = () => {
      gate.closeAllConnections();
      gate.close();
    };
    const llm = new PrivateLLM();
    llm.endpoint = `http://127.0.0.1:${(gate.address() as AddressInfo).port}/`;
    llm.tokenUrl = `${llm.endpoint}token`;
    const askAll = () => Promise.all(Array.from({ length: 12 }, () => llm.invoke("?")));
    return { state, close, llm, askAll };
  }

  it("logs in once for many calls, and once more when they all are refused", async () => {
    const { state, close, askAll } = await guarded();
    expect(new Set(await askAll())).toEqual(new Set(["Hi"]));
    expect([state.logins, state.refused]).toEqual([1, 0]);
    state.valid = "expired meanwhile";
    expect(new Set(await askAll())).toEqual(new Set(["Hi"]));
    expect(state.refused).toBeGreaterThan(0);
    expect(state.logins).toBe(2);
    close();
  });

  it("does not log in again for other failures", async () => {
    const { state, close, llm } = await guarded();
    state.unavailable = 1;
    expect(await llm.invoke("?")).toBe("Hi");
    expect(state.logins).toBe(1);
    close();
  });

  it("tries again after a login that failed", async () => {
    const { state, close, llm } = await guarded();
    state.broken = 1;
    const { message } = (await rejection(llm.invoke("?"))) as Error;
    expect(message).toContain("token endpoint: POST ");
    expect(message).toContain("no login today");
    expect(await llm.invoke("?")).toBe("Hi");
    close();
  });
});
