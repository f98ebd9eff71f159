/** The checks for a runtime that is a command: Node, Bun, Deno. Says the results as a line of JSON. */
import { fetchTransport, undiciTransport } from "http-streaming-llm";
import { checksOf, runChecks, syncChecksOf } from "../smoke.mjs";

const where = JSON.parse(process.argv[2]);
const [undici, fetch] = where.isFetch ? [undiciTransport()] : [undefined, fetchTransport()];
const results = {
  undici: await runChecks(checksOf({ ...where, connectPhase: "connect" }, undici)),
  fetch: await runChecks(checksOf({ ...where, connectPhase: "headers" }, fetch)),
  synchronous: await runChecks(syncChecksOf(where)),
};
console.log(`RESULTS ${JSON.stringify(results)}`);
process.exit();
