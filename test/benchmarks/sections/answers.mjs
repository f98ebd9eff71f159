/** Answers by wire over a loopback connection: text, one tool call in many pieces, reasoning. What agents read. */
import { compete, median, ratio } from "../harness.mjs";

export { open } from "./streaming.mjs";

const OURS = "http-streaming-llm: chat stream()";
/** The same with content blocks, which has to cost hardly more. */
const BLOCKS = "http-streaming-llm: chat stream(), v1";
const HAND_WRITTEN = ["hand-written chat model, fetch", "hand-written chat model, undici"];
const CHAT_OPENAI = "@langchain/openai: ChatOpenAI";
const CHAT_ANTHROPIC = "@langchain/anthropic: ChatAnthropic";
const ANTHROPIC = "@anthropic-ai/sdk";

const handWritten = (atLeast) => Object.fromEntries(HAND_WRITTEN.map((name) => [name, atLeast]));

/**
 * By wire: how many times as fast as others it has to be. `streaming` has text on OpenAI's wire. Clients make
 * no messages of LangChain's: Anthropic's, which hands out what JSON.parse gives, is shown and not judged.
 */
const GROUPS = {
  calls: {
    title: "chat completions, a tool call's arguments",
    peers: { ...handWritten(3), [CHAT_OPENAI]: 4, openai: 2, ai: 3 },
  },
  // ChatOpenAI drops the reasoning of such servers.
  reasoning: {
    title: "chat completions, reasoning",
    peers: { ...handWritten(5), openai: 2, ai: 3 },
  },
  messages: {
    title: "messages, text",
    peers: { ...handWritten(5), [CHAT_ANTHROPIC]: 8, [ANTHROPIC]: undefined },
  },
  messageCalls: {
    title: "messages, a tool call's arguments",
    peers: { ...handWritten(3), [CHAT_ANTHROPIC]: 4, [ANTHROPIC]: undefined },
  },
  messageThoughts: {
    title: "messages, reasoning",
    peers: { ...handWritten(5), [CHAT_ANTHROPIC]: 8, [ANTHROPIC]: undefined },
  },
};

/** What the short mode leaves out. */
const FULL_ONLY = [BLOCKS, "messageCalls", "messageThoughts", "openai", "ai", ANTHROPIC];

const PIECES = 5000;
const FULL = { warmups: 10, warmUpMs: 3000, rounds: 7, run: { answers: 3, ms: 500 } };
const SHORT = { warmups: 6, warmUpMs: 800, rounds: 3, run: { answers: 2, ms: 200 } };

export async function measure({ full, other, report, origin }) {
  const { PATHS } = await import("../contenders/models.mjs");
  const isMeasured = (name) => full || !FULL_ONLY.includes(name);
  for (const [kind, { title, peers }] of Object.entries(GROUPS)) {
    if (!isMeasured(kind)) continue;
    const effort = full ? FULL : SHORT;
    const names = [OURS, BLOCKS, ...Object.keys(peers)].filter(isMeasured);
    const contenders = names.map((name) => ({ name, params: { kind } }));
    if (other) {
      const params = { kind, variant: "other" };
      contenders.push({ name: `${OURS}, other build`, of: OURS, params });
    }
    const results = await compete(contenders, {
      module: "sections/answers.mjs",
      warm: { answers: 1, ms: 0 },
      ...effort,
      run: { ...effort.run, url: `${origin}/${kind}/burst/${PIECES}${PATHS[kind]}` },
      measured: ({ ms }) => (ms * 1e6) / PIECES,
    });
    check(results);
    const table = { section: "Answers", unit: "ns per piece", base: OURS };
    report.table({ ...table, title: `${title}, ${PIECES} pieces: time`, results });
    const cpu = cpuOf(results);
    report.table({ ...table, title: `${title}, ${PIECES} pieces: CPU time`, results: cpu });
    if (isMeasured(BLOCKS)) {
      const share = ratio(cpu[BLOCKS], cpu[OURS]);
      report.target(
        `${title}: CPU time as content blocks against a string`,
        share,
        { atMost: 1.5 },
        "times",
      );
    }
    for (const [peer, atLeast] of Object.entries(peers)) {
      if (atLeast === undefined || !isMeasured(peer)) continue;
      const gain = ratio(results[peer], results[OURS]);
      report.target(`${title}: times as fast as ${peer}`, gain, { atLeast }, "times");
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
