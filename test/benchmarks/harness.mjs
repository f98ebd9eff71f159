/** Runs contenders, each in its own process, in turns, so that what else the machine does hits them alike. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The CPU time of this process from now on, in ms: unlike time itself, it does not count what other processes do. */
export function cpuClock() {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
}

/** A child that answers one request at a time. */
class Child {
  #process;
  #pending;

  constructor(file, execArgv = []) {
    this.#process = fork(path(file), [], { execArgv });
    this.#process.on("message", (message) => this.#settle(message.error, message));
    this.#process.on("exit", (code, signal) => {
      this.#settle(`the process ended (${code ?? signal})`);
    });
  }

  #settle(error, message) {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === undefined) return;
    if (error === undefined) pending.resolve(message.result);
    else pending.reject(new Error(error));
  }

  ask(message) {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#process.send(message);
    });
  }

  close() {
    if (this.#process.connected) this.#process.disconnect();
  }
}

export async function startServer() {
  const child = fork(path("server-process.mjs"));
  const { port } = await new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", () => reject(new Error("The server did not start.")));
  });
  return { origin: `http://127.0.0.1:${port}`, close: () => child.disconnect() };
}

/** A contender of `module`, opened with `params` in a process of its own. */
export async function openContender({ module, name, params, execArgv }) {
  const child = new Child("contender-process.mjs", execArgv);
  try {
    await child.ask({ open: { module, name, params } });
  } catch (error) {
    child.close();
    throw new Error(`${name}: ${error.message}`, { cause: error });
  }
  return { run: (params) => child.ask({ params }), close: () => child.close() };
}

/**
 * Runs contenders in turns, the first one first in the first round, the second in the second, and so on.
 * `measured` gives the number of a run's result. Gives for each the median and all rounds.
 *
 * @param slowMs a contender whose first run took longer than this runs only twice.
 */
export async function compete(
  contenders,
  { module, warmups = 1, rounds, run = {}, warm = {}, measured, execArgv, slowMs = 1000 },
) {
  const opened = await Promise.all(
    contenders.map(async ({ name, of = name, params }) => ({
      name,
      rounds: [],
      results: [],
      limit: rounds,
      ...(await openContender({ module, name: of, params, execArgv })),
    })),
  );
  try {
    for (const contender of opened) {
      for (let warmup = 0; warmup < warmups; warmup++) {
        const start = performance.now();
        await contender.run({ ...run, ...warm });
        if (performance.now() - start > slowMs) contender.limit = Math.min(2, rounds);
      }
    }
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < opened.length; turn++) {
        const contender = opened[(round + turn) % opened.length];
        if (round >= contender.limit) continue;
        const result = await contender.run(run);
        contender.results.push(result);
        contender.rounds.push(measured(result));
      }
    }
  } finally {
    for (const contender of opened) contender.close();
  }
  return Object.fromEntries(
    opened.map(({ name, rounds: all, results }) => [
      name,
      { median: median(all), rounds: all, results },
    ]),
  );
}

/** How many times as much `a` is as `b`: the median of the rounds' ratios, which a busy machine disturbs least. */
export function ratio(a, b) {
  const count = Math.min(a.rounds.length, b.rounds.length);
  return median(Array.from({ length: count }, (_, round) => a.rounds[round] / b.rounds[round]));
}
