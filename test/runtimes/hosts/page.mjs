/** The checks for a page: one function for the driver of the browser to call. */
import { checksOf, runChecks } from "../smoke.mjs";

globalThis.runSmoke = async (where) => ({ asynchronous: await runChecks(checksOf(where)) });
