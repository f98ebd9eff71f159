/**
 * A driver that does no I/O: answers the effects of one call from a list of scripted exchanges, and
 * writes down what was asked. Nothing is waited for but hooks, so retries take no time.
 */
import { jsonLines } from "../../src/formats/json-lines.js";
import { beginCall, runCall } from "../../src/streaming/run/run-call.js";
import type { CallState } from "../../src/streaming/call/call-state.js";
import type { Delta } from "../../src/streaming/delta/delta.js";
import type { Effect } from "../../src/streaming/effects.js";
import type { ModelCall } from "../../src/streaming/model-call.js";
import { resolveSettings } from "../../src/streaming/settings/resolve-settings.js";
import type { RequestSettings } from "../../src/streaming/settings/settings.js";
import { ToolCallAssembler } from "../../src/streaming/answer/tool-call-assembler.js";
import { scriptedTransport } from "../../src/testing/index.js";
import type { Deadline, HttpRequest } from "../../src/transport/transport.js";

/** One response, or the failure in place of one. */
export interface ScriptedExchange {
  status?: number;
  headers?: Record<string, string>;
  /** One read each; an Error breaks the body off. */
  body?: (string | Uint8Array | Error)[];
  /** No head comes: this does. */
  failure?: Error;
}

/** What a server says to the n-th request. */
export type Respond = (request: HttpRequest, attempt: number) => ScriptedExchange;

export interface Outcome {
  deltas: Delta[];
  text: string;
  error: unknown;
  requests: HttpRequest[];
  /** The pauses between attempts, in ms. */
  pauses: number[];
  /** The kinds of all effects, in order, without `read` and `stream`. */
  effects: string[];
  /** Each deadline that an open, a read or a pause was given. */
  deadlines: { effect: string; deadline: Deadline }[];
}

export type CallParts = Partial<Omit<ModelCall<unknown>, "settings" | "restart">> & {
  settings?: RequestSettings;
  /** Nobody sees the answer before it is whole, so that it may be begun anew. */
  isUnseen?: boolean;
};

export const ENDPOINT = "http://models.test/generate";

/** A call of a model whose hooks do the least; `parts` replace them. */
export function modelCall(
  { settings = {}, ...parts }: Omit<CallParts, "isUnseen">,
  restart?: () => void,
): ModelCall<unknown> {
  return {
    modelClass: "TestLLM",
    operation: "text_completion",
    settings: resolveSettings({}, settings),
    // The effects are answered here: nothing is sent.
    transport: scriptedTransport([]),
    stop: [],
    deltaRules: { toolCalls: () => new ToolCallAssembler() },
    format: jsonLines(),
    method: "POST",
    endpoint: () => ENDPOINT,
    payload: () => ({ prompt: "hi" }),
    headers: () => [],
    hasHeadersHook: false,
    parseChunk: (record) => record,
    parseResponse: (body) => body,
    responseHook: "parseResponse",
    partial: () => "",
    restart,
    ...parts,
  };
}

/** The state of such a call at its beginning. */
export function stateOf(
  parts: Omit<CallParts, "isUnseen"> = {},
  restart?: () => void,
): CallState<unknown> {
  return beginCall(modelCall(parts, restart));
}

/** A delta without what it says of its call: nothing, where it says no more. */
function withoutFacts({ call, ...delta }: Delta): Delta[] {
  const isEmpty = call !== undefined && Object.keys(delta).length === 1 && delta.text === "";
  return isEmpty ? [] : [delta];
}

export async function runScripted(
  { isUnseen = false, ...parts }: CallParts = {},
  exchanges: readonly ScriptedExchange[] | Respond = [answer("ok")],
): Promise<Outcome> {
  const outcome: Outcome = {
    deltas: [],
    text: "",
    error: undefined,
    requests: [],
    pauses: [],
    effects: [],
    deadlines: [],
  };
  const partial = () => outcome.deltas.map((delta) => delta.text).join("");
  const restart = (): void => {
    outcome.deltas = [];
  };
  const effects = runCall(modelCall({ partial, ...parts }, isUnseen ? restart : undefined));
  let current: ScriptedExchange = {};
  let body: NonNullable<ScriptedExchange["body"]> = [];
  let leave: (() => void) | undefined;

  const readNext = (): Uint8Array[] | undefined => {
    const next = body.shift();
    if (next instanceof Error) throw next;
    if (next === undefined) return undefined;
    return [typeof next === "string" ? new TextEncoder().encode(next) : next];
  };

  const perform = async (effect: Effect): Promise<unknown> => {
    if (!["read", "stream", "emit"].includes(effect.kind)) outcome.effects.push(effect.kind);
    if ("deadline" in effect && effect.kind !== "limit")
      outcome.deadlines.push({ effect: effect.kind, deadline: effect.deadline });
    switch (effect.kind) {
      case "settle":
        return effect.value;
      case "open": {
        const attempt = outcome.requests.push(effect.request) - 1;
        const scripted =
          typeof exchanges === "function" ? exchanges(effect.request, attempt) : exchanges[attempt];
        if (scripted === undefined) throw new Error("more requests than scripted");
        current = scripted;
        body = [...(current.body ?? [])];
        if (current.failure !== undefined) throw current.failure;
        return { status: current.status ?? 200, headers: current.headers ?? {} };
      }
      case "read":
        return readNext();
      case "stream":
        while (!effect.body.finished) {
          outcome.deadlines.push({ effect: "read", deadline: effect.body.deadline() });
          const bytes = readNext();
          if (bytes === undefined) break;
          const deltas = effect.body.push(bytes);
          if (deltas.length > 0) outcome.effects.push("emit");
          outcome.deltas.push(...deltas);
        }
        return undefined;
      case "sleep":
        outcome.pauses.push(effect.ms);
        return undefined;
      case "emit": {
        const shown = effect.deltas.flatMap(withoutFacts);
        // An empty answer is one empty delta.
        const deltas = shown.length + outcome.deltas.length > 0 ? shown : [{ text: "" }];
        if (deltas.length > 0) outcome.effects.push("emit");
        outcome.deltas.push(...deltas);
        return undefined;
      }
      case "hold":
        leave = effect.release;
        return undefined;
      case "limit":
      case "giveBack":
      case "release":
      case "abandon":
        return undefined;
    }
  };

  try {
    let step = effects.next();
    while (step.done !== true) {
      let resume: () => ReturnType<typeof effects.next>;
      try {
        const result = await perform(step.value);
        resume = () => effects.next(result);
      } catch (error) {
        resume = () => effects.throw(error);
      }
      step = resume();
    }
  } catch (error) {
    outcome.error = error;
  }
  leave?.();
  outcome.text = outcome.deltas.map((delta) => delta.text).join("");
  return outcome;
}

/** A response of JSON lines. */
export function answer(...records: unknown[]): ScriptedExchange {
  return {
    headers: { "content-type": "application/x-ndjson" },
    body: records.map((record) => `${JSON.stringify(record)}\n`),
  };
}

/** A response with an error status. */
export function refusal(
  status: number,
  { headers = {}, body = "" }: { headers?: Record<string, string>; body?: string } = {},
): ScriptedExchange {
  return { status, headers, body: [body] };
}
