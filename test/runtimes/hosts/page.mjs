/** The checks for a page: one function for the driver of the browser to call. */
import { checksOf, runChecks } from "../smoke.mjs";

globalThis.runSmoke = async (where) => ({ fetch: await runChecks(checksOf(where)) });
