/**
 * Many calls with random faults of the server and random exits of the reader. Every run is made from the
 * seed and its number, so that a run that went wrong can be repeated alone.
 */
import { inspect } from "node:util";
import { HttpStreamingError } from "http-streaming-llm";
import {
  startFaultServer,
  statusAnswer,
  type FaultEnd,
  type FaultPlan,
  type FaultServer,
} from "./fault-server.js";
import { heapInUse } from "./leaks.js";
import { Recorder } from "./delta-llm.js";
import { everyPath, partialOf, type Fields, type Options, type Reader } from "./exit-models.js";
import { record, type Recording } from "./recordings.js";

export interface FaultRuns {
  readonly seed: number;
  readonly runs: number;
  /** How many at a time. */
  readonly atOnce: number;
  /** The heap is measured after this many runs, and at the end. */
  readonly warmUp: number;
  readonly onProgress?: (runs: number) => void;
}

export interface FaultReport {
  /** How the runs ended: `answer`, `left`, or the code or name of an error. */
  readonly endings: Readonly<Record<string, number>>;
  /** What should not have happened, each with the seed and the number of its run. */
  readonly problems: readonly string[];
  /** The heap in use at the end over that after the warm-up, in bytes. */
  readonly heapGrowth: number;
  readonly requests: number;
  readonly seconds: number;
}

const HANG_MS = 30_000;

export async function runWithFaults(options: FaultRuns): Promise<FaultReport> {
  const { seed, runs, atOnce, warmUp, onProgress } = options;
  const server = await startFaultServer();
  const started = performance.now();
  const endings: Record<string, number> = {};
  const problems: string[] = [];
  const onUnhandled = (reason: unknown): void => {
    problems.push(`unhandled rejection: ${String(reason)}`);
  };
  process.on("unhandledRejection", onUnhandled);

  const runUpTo = async (from: number, to: number): Promise<void> => {
    let next = from;
    const work = async (): Promise<void> => {
      while (next < to) {
        const number = next++;
        const { ending, problem } = await runOnce(server, new Dice(seed, number));
        endings[ending] = (endings[ending] ?? 0) + 1;
        if (problem !== undefined) problems.push(`seed ${seed}, run ${number}: ${problem}`);
        if (number % 100 === 99) onProgress?.(number + 1);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    await server.quiet().catch((error: unknown) => problems.push(`seed ${seed}: ${String(error)}`));
    server.forget();
  };

  await runUpTo(0, warmUp);
  const heapBefore = await heapInUse();
  await runUpTo(warmUp, runs);
  const heapGrowth = (await heapInUse()) - heapBefore;
  const requests = server.requests();
  await server.close();
  process.off("unhandledRejection", onUnhandled);
  const seconds = (performance.now() - started) / 1000;
  return { endings, problems, heapGrowth, requests, seconds };
}

/** Randomness that depends on nothing but a seed and the number of a run (mulberry32). */
class Dice {
  #state: number;

  constructor(seed: number, run: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) ^ Math.imul(run + 1, 0x85ebca6b);
  }

  /** From 0 up to, but without, `end`. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

const WORDS = [
  "Down",
  ", ",
  "down ",
  "the ",
  "rabbit-hole ",
  "Höhle ",
  "兎の穴 ",
  "🐇",
  "\n",
  '"',
  "\\",
  "e\u0301 ",
];

/** What a server does, and what may come of it. */
interface Fault {
  readonly url: string;
  /** Nothing went wrong: the answer has to come. */
  readonly harmless: boolean;
  readonly waits: boolean;
}

type MakeFault = (server: FaultServer, recording: Recording, dice: Dice) => Fault;

const wholeEnd = ({ endsWithConnection }: Recording): FaultEnd =>
  endsWithConnection ? "close" : "keep";

const harmless: MakeFault = (server, recording, dice) => {
  const trickle = dice.chance(30) ? 1 + dice.below(40) : undefined;
  const url = server.url(recording.bytes, { end: wholeEnd(recording), trickle });
  return { url, harmless: true, waits: false };
};

const cut: MakeFault = (server, { bytes, headLength }, dice) => {
  const end = dice.pick(["close", "reset", "stall"] as const);
  const from = dice.chance(75) ? headLength : 0;
  const length = from + dice.below(bytes.length - from);
  const trickle = dice.chance(30) ? 1 + dice.below(40) : undefined;
  const url = server.url(bytes.subarray(0, length), { end, trickle });
  return { url, harmless: false, waits: end === "stall" };
};

const status: MakeFault = (server, recording, dice) => {
  const code = dice.pick([400, 401, 404, 408, 409, 425, 429, 500, 503]);
  const failures = Array.from({ length: dice.below(4) }, () =>
    statusAnswer(code, { "retry-after-ms": String(dice.below(5)) }),
  );
  const url = server.url([...failures, recording.bytes], { end: wholeEnd(recording) });
  return { url, harmless: failures.length === 0, waits: false };
};

const garbage: MakeFault = (server, { bytes, headLength }, dice) => {
  const noise = Buffer.from(Array.from({ length: 1 + dice.below(60) }, () => dice.below(256)));
  // Never among the records themselves: what reads like a record is one.
  const at = dice.below(headLength - 4);
  const damaged = Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]);
  return { url: server.url(damaged, { end: "close" }), harmless: false, waits: false };
};

const doubledHeader: MakeFault = (server, { bytes }, dice) => {
  const header = dice.pick([
    "content-length: 7\r\n",
    "transfer-encoding: chunked\r\n",
    "content-encoding: gzip\r\n",
    "content-type: text/html\r\n",
    "x-doubled: 1\r\nx-doubled: 2\r\n",
  ]);
  const at = bytes.indexOf("\r\n") + 2;
  const damaged = Buffer.concat([bytes.subarray(0, at), Buffer.from(header), bytes.subarray(at)]);
  const plan: FaultPlan = { end: "close" };
  return { url: server.url(damaged, plan), harmless: false, waits: false };
};

const nobody: MakeFault = () => ({ url: "http://127.0.0.1:1/", harmless: false, waits: false });

const FAULTS: readonly MakeFault[] = [
  ...Array.from({ length: 5 }, () => harmless),
  ...Array.from({ length: 8 }, () => cut),
  ...Array.from({ length: 3 }, () => status),
  garbage,
  garbage,
  doubledHeader,
  nobody,
];

class ReaderError extends Error {}

/** When the reader goes, and how. */
interface Leaving {
  readonly reader: Reader;
  readonly options: Options;
  readonly stays: boolean;
  readonly finish: () => void;
}

function leaving(dice: Dice): Leaving {
  const how = dice.pick([
    "stay",
    "stay",
    "stay",
    "stay",
    "break",
    "throw",
    "abort",
    "abort later",
    "timeout",
  ]);
  const after = dice.below(6);
  const controller = new AbortController();
  let read = 0;
  let timer: NodeJS.Timeout | undefined;
  const options: Options = { signal: controller.signal };
  if (how === "abort later") timer = setTimeout(() => controller.abort(), dice.below(30));
  if (how === "timeout") options.timeout = 1 + dice.below(40);
  return {
    reader: () => {
      if (read++ < after) return undefined;
      if (how === "break") return "leave";
      if (how === "throw") throw new ReaderError("enough");
      if (how === "abort") controller.abort();
      return undefined;
    },
    options,
    stays: how === "stay",
    finish: () => clearTimeout(timer),
  };
}

interface RunOutcome {
  readonly ending: string;
  readonly problem?: string | undefined;
}

async function runOnce(server: FaultServer, dice: Dice): Promise<RunOutcome> {
  const tokens = Array.from({ length: 1 + dice.below(25) }, () => dice.pick(WORDS));
  const recording = dice.pick(record(tokens));
  const fault = dice.pick(FAULTS)(server, recording, dice);
  const path = dice.pick(everyPath.filter(({ blocks }) => !blocks));
  const { reader, options, stays, finish } = leaving(dice);
  const recorder = dice.chance(70) ? new Recorder() : undefined;
  const fields: Fields = {
    format: recording.format,
    endOfStream: "required",
    // The connection may be one that another run's fault is about to close.
    maxRetries: fault.harmless ? 1 : dice.below(3),
    timeouts: fault.waits ? { headers: 50, firstChunk: 80, idle: 50 } : { total: HANG_MS },
    ...(dice.chance(20) && { maxConcurrency: 2 }),
  };
  const model = path.create(fault.url, fields);

  let read = "";
  const call = path
    .call(model, { ...options, ...(recorder && { callbacks: [recorder] }) }, (text) => {
      read += text;
      return reader(text);
    })
    .then(
      (text) => ({ text, error: undefined }),
      (error: unknown) => ({ text: read, error }),
    );
  const outcome = await orHang(call);
  finish();
  const what = `${path.title}, ${recording.name}`;
  if (outcome === "hang") return { ending: "hang", problem: `${what}: hangs` };
  if (recorder !== undefined && (await orHang(recorder.terminal())) === "hang") {
    return { ending: "hang", problem: `${what}: no end is told to the handlers` };
  }

  const { text, error } = outcome;
  const whole = text === recording.text;
  const endings = recorder?.heard.filter((event) => event === "end" || event === "error").length;
  const problem = ((): string | undefined => {
    if (endings !== undefined && endings !== 1) return `${endings} endings`;
    if (!recording.text.startsWith(text)) return `wrong text ${JSON.stringify(text)}`;
    if (error === undefined) {
      if (stays && !whole) return `a short answer counts as whole: ${JSON.stringify(text)}`;
      return undefined;
    }
    if (error instanceof ReaderError) return undefined;
    const partial = partialOf(error) ?? "";
    if (!recording.text.startsWith(partial)) return `wrong partial text ${JSON.stringify(partial)}`;
    const isOurs = HttpStreamingError.isInstance(error);
    const isAbort = ["AbortError", "TimeoutError"].includes((error as Error).name);
    if (!isOurs && !isAbort) return `an error of another kind: ${inspect(error)}`;
    if (fault.harmless && stays) return `an error without a fault: ${inspect(error)}`;
    return undefined;
  })();
  return {
    ending: endingOf(error, whole),
    problem: problem === undefined ? undefined : `${what}: ${problem}`,
  };
}

function endingOf(error: unknown, whole: boolean): string {
  if (error === undefined) return whole ? "answer" : "left";
  if (error instanceof ReaderError) return "reader's exception";
  const { code, name } = error as { code?: unknown; name: string };
  return typeof code === "string" ? code : name;
}

async function orHang<T>(promise: Promise<T>): Promise<T | "hang"> {
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<"hang">((resolve) => {
    timer = setTimeout(() => resolve("hang"), HANG_MS);
  });
  try {
    return await Promise.race([promise, hang]);
  } finally {
    clearTimeout(timer);
  }
}
