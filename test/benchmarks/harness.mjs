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

async function openAll(contenders, module, { run, rounds, execArgv }) {
  return Promise.all(
    contenders.map(async ({ name, of = name, params, run: own }) => {
      const { run: ask, close } = await openContender({ module, name: of, params, execArgv });
      return { name, ask, close, run: { ...run, ...own }, limit: rounds, rounds: [], results: [] };
    }),
  );
}

/** A slow contender needs no more than one: what is slow has run often enough to be compiled by then. */
async function warmUp(contender, { warmups, warm, warmUpMs, slowMs, slow }) {
  const begin = performance.now();
  for (let warmup = 0; warmup < warmups; warmup++) {
    const start = performance.now();
    await contender.ask({ ...contender.run, ...warm });
    const end = performance.now();
    if (end - start > slowMs) {
      contender.limit = Math.min(slow.rounds, contender.limit);
      Object.assign(contender.run, slow.run);
      return;
    }
    if (end - begin > warmUpMs) return;
  }
}

async function takeTurns(opened, rounds, measured) {
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < opened.length; turn++) {
      const contender = opened[(round + turn) % opened.length];
      if (round >= contender.limit) continue;
      const result = await contender.ask(contender.run);
      contender.results.push(result);
      contender.rounds.push(measured(result));
    }
  }
}

/**
 * Runs contenders in turns, the first one first in the first round, the second in the second, and so on.
 * `measured` gives the number of a run's result. Gives for each the median and all rounds.
 *
 * What `run` says goes for all, what a contender's own `run` says for that one, and what `warm` says for
 * everybody's warm-up, which is run `warmups` times or until `warmUpMs` have passed. A contender whose warm-up takes longer than `slowMs` gets what `slow` says: fewer
 * rounds, and less in each.
 */
export async function compete(contenders, options) {
  const { module, rounds, run = {}, measured, execArgv } = options;
  const { warmups = 1, warm = {}, warmUpMs = Infinity } = options;
  const { slowMs = 1000, slow = { rounds: 2 } } = options;
  const opened = await openAll(contenders, module, { run, rounds, execArgv });
  try {
    for (const contender of opened) {
      await warmUp(contender, { warmups, warm, warmUpMs, slowMs, slow });
    }
    await takeTurns(opened, rounds, measured);
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

function compare(a, b, compareRounds) {
  const count = Math.min(a.rounds.length, b.rounds.length);
  return Array.from({ length: count }, (_, round) =>
    compareRounds(a.rounds[round], b.rounds[round]),
  );
}

/** How many times as much `a` is as `b`, round by round. */
export function ratios(a, b) {
  return compare(a, b, (x, y) => x / y);
}

/** The median of the rounds' ratios, which a busy machine disturbs least. */
export function ratio(a, b) {
  return median(ratios(a, b));
}

/** How much more `a` is than `b`: the median of the rounds' differences. */
export function difference(a, b) {
  return median(compare(a, b, (x, y) => x - y));
}
