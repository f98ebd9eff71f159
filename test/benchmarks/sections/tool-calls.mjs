/** Answers that are one tool call in many pieces, or reasoning, over a loopback connection: what agents read. */
import { compete, median, ratio } from "../harness.mjs";

export { open } from "./streaming.mjs";

const HAND_WRITTEN = ["hand-written chat model, fetch", "hand-written chat model, undici"];
const CHAT_OPENAI = "@langchain/openai: ChatOpenAI";

/** By wire: ours, the others, and how many times as fast as them it has to be. */
const GROUPS = {
  calls: {
    title: "pieces of a tool call's arguments",
    ours: "http-streaming-llm: chat stream() of calls",
    peers: Object.fromEntries([...HAND_WRITTEN.map((name) => [name, 3]), [CHAT_OPENAI, 4]]),
  },
  // ChatOpenAI drops the reasoning of such servers.
  reasoning: {
    title: "pieces of reasoning",
    ours: "http-streaming-llm: chat stream() of reasoning",
    peers: Object.fromEntries(HAND_WRITTEN.map((name) => [name, 5])),
  },
};

const PIECES = 5000;
const FULL = { warmups: 10, warmUpMs: 3000, rounds: 7, run: { answers: 3, ms: 500 } };
const SHORT = { warmups: 6, warmUpMs: 800, rounds: 3, run: { answers: 2, ms: 200 } };

export async function measure({ full, other, report, origin }) {
  const { PATHS } = await import("../contenders/models.mjs");
  for (const [kind, { title, ours, peers }] of Object.entries(GROUPS)) {
    const effort = full ? FULL : SHORT;
    const contenders = [ours, ...Object.keys(peers)].map((name) => ({ name, params: { kind } }));
    if (other) {
      const params = { kind, variant: "other" };
      contenders.push({ name: `${ours}, other build`, of: ours, params });
    }
    const results = await compete(contenders, {
      module: "sections/tool-calls.mjs",
      warm: { answers: 1, ms: 0 },
      ...effort,
      run: { ...effort.run, url: `${origin}/${kind}/burst/${PIECES}${PATHS[kind]}` },
      measured: ({ ms }) => (ms * 1e6) / PIECES,
    });
    check(results);
    const table = { section: "Tool calls", unit: "ns per piece", base: ours };
    report.table({ ...table, title: `${PIECES} ${title}: time`, results });
    report.table({ ...table, title: `${PIECES} ${title}: CPU time`, results: cpuOf(results) });
    for (const [peer, atLeast] of Object.entries(peers)) {
      const gain = ratio(results[peer], results[ours]);
      report.target(`${ours}: times as fast as ${peer}`, gain, { atLeast }, "times");
    }
  }
}

function cpuOf(contenders) {
  return Object.fromEntries(
    Object.entries(contenders).map(([name, { results }]) => {
      const rounds = results.map(({ cpuMs }) => (cpuMs * 1e6) / PIECES);
      return [name, { median: median(rounds), rounds }];
    }),
  );
}

function check(contenders) {
  const lengths = Object.entries(contenders).map(([name, { results }]) => [
    name,
    results[0].characters,
  ]);
  if (new Set(lengths.map(([, length]) => length)).size === 1) return;
  throw new Error(`The contenders disagree: ${JSON.stringify(lengths)}`);
}
