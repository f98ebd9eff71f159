/**
 * A server that breaks off where it is told, and goes on where it is asked to. It has a process of its own, so
 * that a test that blocks its thread can talk to it:
 *
 *     const server = await startBreakingServer();
 *     const { url, requests } = server.answer({ kind: "chat", text: "ha ha", repeats: "all", breaks: [40, 7] });
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { jsonLines, sse, type StreamDelta, type StreamFormat } from "http-streaming-llm";
import type { ChunkContext, Continuation, PartialAnswer } from "http-streaming-llm";
import { halfOf, PROMPT } from "./breaking-answers.mjs";

export type Kind = "completion" | "chat" | "cursor";
export type Repeats = "none" | "part" | "all";

export interface BreakingAnswer {
  readonly kind: Kind;
  readonly text: string;
  readonly repeats: Repeats;
  /** What it goes on with in place of the text. */
  readonly other?: string;
}

/** Each way of going on with an answer. */
export const WAYS = (["completion", "chat", "cursor"] as const).flatMap((kind) =>
  (["none", "part", "all"] as const).map((repeats) => ({ kind, repeats })),
);

/**
 * Texts in which an overlap cannot be told from a repetition, and characters of several bytes, of which a token ends
 * inside one. They are broken at every byte: each letter costs some hundred answers.
 */
export const TEXTS = ['ha ha ha! "1000" — 10', "兎 🐇🐇\né 10101"];

type Record = StreamDelta & { readonly at?: number };

/** The hooks of a model of such a server, as an author would write them. */
export function hooksOf({ kind, repeats }: Pick<BreakingAnswer, "kind" | "repeats">) {
  const format: StreamFormat<Record> = kind === "completion" ? jsonLines() : sse();
  return {
    format: format as StreamFormat<never>,
    parseChunk({ at, ...delta }: Record, { state }: ChunkContext): StreamDelta {
      state.at = at;
      return delta;
    },
    continueFrom(
      { text, lastEventId }: PartialAnswer,
      { state }: { readonly state: { at?: unknown } },
    ): Continuation {
      if (kind === "cursor") {
        return {
          cursor: true,
          payload: null,
          headers: { "last-event-id": lastEventId },
          repeats: repeats === "part" ? { from: state.at as number } : repeats,
        };
      }
      return {
        payload: kind === "completion" ? { prompt: PROMPT + text } : { prefix: text },
        repeats: repeats === "part" ? { from: halfOf(text) } : repeats,
      };
    },
  };
}

export interface BreakingServer {
  /** @param breaks after how many bytes of its body each response breaks off; those after them are whole. */
  answer(answer: BreakingAnswer & { readonly breaks: readonly number[] }): {
    readonly url: string;
    requests(): Promise<number>;
  };
  close(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("./breaking-server-process.mjs", import.meta.url));

export async function startBreakingServer(): Promise<BreakingServer> {
  const child = fork(PROGRAM);
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  const asked = new Map<number, (count: number) => void>();
  child.on("message", ({ number, count }: { number: number; count: number }) => {
    asked.get(number)?.(count);
    asked.delete(number);
  });
  let numbers = 0;
  return {
    answer(answer) {
      const id = ++numbers;
      const plan = Buffer.from(JSON.stringify({ ...answer, id })).toString("base64url");
      return {
        url: `http://127.0.0.1:${port}/?plan=${plan}`,
        requests: () =>
          new Promise((resolve) => {
            asked.set(++numbers, resolve);
            child.send({ number: numbers, id });
          }),
      };
    },
    async close() {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
