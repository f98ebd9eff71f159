import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import {
  HttpStreamingLLM,
  sse,
  type HttpStreamingLLMFields,
  type StreamDelta,
} from "http-streaming-llm";
import type { Script, ScriptedServer, Step } from "./scripted-server.js";

/** A model whose wire is the deltas themselves, as server-sent events. */
export class DeltaLLM extends HttpStreamingLLM<StreamDelta> {
  _llmType() {
    return "delta";
  }
  endpoint: string | URL;
  override format = sse<StreamDelta>();

  constructor(endpoint: string | URL, fields: HttpStreamingLLMFields = {}) {
    super(fields);
    this.endpoint = endpoint;
  }
  buildPayload(prompt: string, options: this["ParsedCallOptions"]): unknown {
    return { prompt, stop: options.stop };
  }
  parseChunk(delta: StreamDelta) {
    return delta;
  }
}

/** An answer of {@link DeltaLLM}'s server; a number is a pause in ms, a string a token. */
export function events(...records: (StreamDelta | string | number)[]): Script {
  const steps: Step[] = [];
  let delayMs: number | undefined;
  for (const record of records) {
    if (typeof record === "number") {
      delayMs = record;
      continue;
    }
    const delta = typeof record === "string" ? { text: record } : record;
    steps.push({
      text: `data: ${JSON.stringify(delta)}\n\n`,
      ...(delayMs !== undefined && { delayMs }),
    });
    delayMs = undefined;
  }
  return { headers: { "content-type": "text/event-stream" }, steps };
}

/** The same, and then nothing more comes, nor an end. */
export function stalling(...records: (StreamDelta | string | number)[]): Script {
  return { ...events(...records), end: "stall" };
}

let ids = 0;

/** A URL at which the n-th request gets the n-th script, and the id under which the server logs it. */
export function serve(server: ScriptedServer, ...scripts: Script[]): { url: string; id: string } {
  const id = `script-${++ids}`;
  return { url: server.url({ id, scripts }), id };
}

/** Hears what LangChain tells handlers, in order, and is waited for by it. */
export class Recorder extends BaseCallbackHandler {
  name = "recorder";
  override awaitHandlers = true;
  readonly heard: string[] = [];
  readonly runs: { started: unknown[][]; ended: unknown[]; failed: unknown[] } = {
    started: [],
    ended: [],
    failed: [],
  };
  readonly chunks: unknown[] = [];
  #onTerminal: (() => void)[] = [];

  override handleLLMStart(...args: unknown[]) {
    this.heard.push("start");
    this.runs.started.push(args);
  }
  override async handleLLMNewToken(token: string, ...rest: unknown[]) {
    // Not at once: who does not wait is found out.
    await new Promise((resolve) => setImmediate(resolve));
    this.heard.push(`token ${token}`);
    this.chunks.push((rest[4] as { chunk?: unknown } | undefined)?.chunk);
  }
  override handleLLMEnd(output: unknown) {
    this.heard.push("end");
    this.runs.ended.push(output);
    this.#terminal();
  }
  override handleLLMError(error: unknown) {
    this.heard.push("error");
    this.runs.failed.push(error);
    this.#terminal();
  }

  /** When a run has ended, and a second ending would have been heard. */
  async terminal(): Promise<void> {
    if (this.runs.ended.length + this.runs.failed.length === 0) {
      await new Promise<void>((resolve) => this.#onTerminal.push(resolve));
    }
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  #terminal(): void {
    for (const resolve of this.#onTerminal.splice(0)) resolve();
  }
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("nothing was rejected");
}

/** What a function throws. */
export function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** All of an asynchronous iterable, and the error it ended with. */
export async function drain<T>(
  open: () => AsyncIterable<T> | Promise<AsyncIterable<T>>,
): Promise<{ items: T[]; error: unknown }> {
  const items: T[] = [];
  try {
    for await (const item of await open()) items.push(item);
  } catch (error) {
    return { items, error };
  }
  return { items, error: undefined };
}

/** All of a synchronous iterable, and the error it ended with. */
export function drainSync<T>(open: () => Iterable<T>): { items: T[]; error: unknown } {
  const items: T[] = [];
  try {
    for (const item of open()) items.push(item);
  } catch (error) {
    return { items, error };
  }
  return { items, error: undefined };
}
