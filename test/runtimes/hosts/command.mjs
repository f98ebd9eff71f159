/** The checks for a runtime that is a command: Node, Bun, Deno. Says the results as a line of JSON. */
import { checksOf, runChecks, syncChecksOf } from "../smoke.mjs";

const where = JSON.parse(process.argv[2]);
const asynchronous = await runChecks(checksOf(where));
const synchronous = await runChecks(syncChecksOf(where));
console.log(`RESULTS ${JSON.stringify({ asynchronous, synchronous })}`);
process.exit();
