/** The checks for workerd: a module with a fetch handler. */
import { checksOf, runChecks } from "../smoke.mjs";

export default {
  async fetch(request) {
    return Response.json({ fetch: await runChecks(checksOf(await request.json())) });
  },
};
