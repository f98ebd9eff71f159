/** Reads what a client asks for: the input, the config from the path and the body, and its call options. */
import { randomUUID } from "node:crypto";
import { decompress } from "./lz-string.js";
import { fromJson } from "./values.js";

type Json = Readonly<Record<string, unknown>>;

/** A request that nobody could answer. The message is for the client. */
export class BadRequest extends Error {
  constructor(
    readonly status: 400 | 413 | 422,
    message: string,
  ) {
    super(message);
  }
}

/** What a runnable is called with, besides the input. */
export interface CallConfig extends Record<string, unknown> {
  readonly runId: string;
  readonly signal: AbortSignal;
}

/** What of a request is the same for all routes. */
export interface Asked {
  readonly body: Json;
  /** The compressed config of the path, if there is one. */
  readonly pathConfig: string | undefined;
  readonly signal: AbortSignal;
  /** The call options that a client may set. */
  readonly kwargs: readonly string[];
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;

/** What a client may say of a run, by its name here, and what it must be. Python's clients write snake case. */
const CONFIG: Readonly<
  Record<string, readonly [isRight: (value: unknown) => boolean, what: string]>
> = {
  configurable: [isObject, "an object"],
  metadata: [isObject, "an object"],
  tags: [isTexts, "a list of texts"],
  runName: [(value) => typeof value === "string", "a text"],
  maxConcurrency: [isCount, "a whole number above 0"],
  recursionLimit: [isCount, "a whole number above 0"],
};

/** The input and the config of one call. */
export function readCall({ body, ...asked }: Asked): { input: unknown; config: CallConfig } {
  if (!("input" in body)) throw new BadRequest(422, 'The body has no "input".');
  return { input: readInput(body.input), config: configOf(asked, body.config, body.kwargs) };
}

/** The inputs and configs of many calls. A config, or call options, may be one for all, or a list. */
export function readBatch({ body, ...asked }: Asked): { inputs: unknown[]; configs: CallConfig[] } {
  const { inputs } = body;
  if (!Array.isArray(inputs)) throw new BadRequest(422, 'The body has no list "inputs".');
  const oneFor = (what: string, given: unknown, at: number): unknown => {
    if (!Array.isArray(given)) return given;
    // LangChain.js's client writes an empty list where nothing was given.
    if (given.length > 0 && given.length !== inputs.length) {
      throw new BadRequest(422, `There are ${given.length} ${what} for ${inputs.length} inputs.`);
    }
    return given[at];
  };
  const configs = inputs.map((_, at) =>
    configOf(asked, oneFor("configs", body.config, at), oneFor("kwargs", body.kwargs, at)),
  );
  return { inputs: inputs.map(readInput), configs };
}

function readInput(input: unknown): unknown {
  try {
    return fromJson(input);
  } catch (error) {
    throw new BadRequest(422, `The input cannot be read: ${(error as Error).message}`);
  }
}

function configOf(asked: Omit<Asked, "body">, sent: unknown, kwargs: unknown): CallConfig {
  const { pathConfig, signal } = asked;
  return {
    ...readKwargs(kwargs ?? {}, asked.kwargs),
    ...(pathConfig === undefined ? {} : readConfig(readPath(pathConfig))),
    ...readConfig(sent ?? {}),
    ...{ signal, runId: randomUUID() },
  };
}

function readPath(compressed: string): unknown {
  try {
    return JSON.parse(decompress(compressed));
  } catch {
    throw new BadRequest(400, "Invalid config hash");
  }
}

function readConfig(sent: unknown): Json {
  if (!isObject(sent)) throw new BadRequest(422, '"config" is not an object.');
  const entries = Object.entries(CONFIG).flatMap(([name, [isRight, what]]) => {
    const value =
      sent[name] ?? sent[name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
    if (value === undefined || value === null) return [];
    if (!isRight(value)) throw new BadRequest(422, `"${name}" in the config is not ${what}.`);
    return [[name, value]];
  });
  return Object.fromEntries(entries) as Json;
}

function readKwargs(sent: unknown, allowed: readonly string[]): Json {
  if (!isObject(sent)) throw new BadRequest(422, '"kwargs" is not an object.');
  const refused = Object.keys(sent).filter(
    (name) => sent[name] !== null && !allowed.includes(name),
  );
  if (refused.length > 0) {
    throw new BadRequest(
      422,
      `This server takes no ${refused.map((name) => `"${name}"`).join(", ")}.`,
    );
  }
  return Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== null));
}

/** Which runs of a log, or of a stream of events, a client wants to hear of. */
export function readFilter(body: Json): Record<string, string[]> {
  const names = ["include", "exclude"].flatMap((which) =>
    ["Names", "Types", "Tags"].map((what) => `${which}${what}`),
  );
  const entries = names.flatMap((name): [string, string[]][] => {
    const wanted = body[name.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`)];
    if (wanted === undefined || wanted === null) return [];
    if (!isTexts(wanted)) throw new BadRequest(422, `The filter ${name} is not a list of texts.`);
    return [[name, wanted]];
  });
  return Object.fromEntries(entries);
}
