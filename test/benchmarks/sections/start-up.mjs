/** What importing the package costs, and what it brings. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { median } from "../harness.mjs";

const run = promisify(execFile);
const PACKAGE = new URL("../../../dist/", import.meta.url);

/** What a model of one's own imports. */
const CORE = [
  "@langchain/core/language_models/llms",
  "@langchain/core/language_models/chat_models",
  "@langchain/core/outputs",
  "@langchain/core/messages",
];

const PROGRAM = `
  const core = process.cpuUsage();
  for (const name of ${JSON.stringify(CORE)}) await import(name);
  const { user, system } = process.cpuUsage(core);
  const ours = process.cpuUsage();
  const start = performance.now();
  await import(${JSON.stringify(new URL("index.js", PACKAGE).href)});
  const ms = performance.now() - start;
  const own = process.cpuUsage(ours);
  await new Promise((resolve) => setTimeout(resolve, 20)); // Files that were read are closed by then.
  console.log(JSON.stringify({
    coreMs: (user + system) / 1000,
    ownMs: (own.user + own.system) / 1000,
    ms,
    active: process.getActiveResourcesInfo().filter((name) => !/^(TTY|Pipe)Wrap$|^Timeout$/.test(name)),
  }));
`;

export async function measure({ full, report }) {
  const runs = [];
  for (let round = 0; round < (full ? 15 : 5); round++) {
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", PROGRAM], {
      cwd: new URL(".", import.meta.url),
    });
    runs.push(JSON.parse(stdout));
  }
  const of = (name) => median(runs.map((each) => each[name]));
  report.fact("import @langchain/core: CPU time", of("coreMs"), "ms");
  report.fact("import http-streaming-llm after it (with undici): CPU time", of("ownMs"), "ms");
  report.fact("import http-streaming-llm after it: time", of("ms"), "ms");
  report.target(
    "Workers and sockets that importing leaves behind",
    Math.max(...runs.map(({ active }) => active.length)),
    { atMost: 0 },
    "",
  );
  const files = readdirSync(PACKAGE).filter((name) => name.endsWith(".js"));
  const bytes = Buffer.concat(files.map((name) => readFileSync(new URL(name, PACKAGE))));
  report.fact("dist/*.js", bytes.length / 1024, "KiB");
  report.fact("dist/*.js, compressed", gzipSync(bytes).length / 1024, "KiB");
}
