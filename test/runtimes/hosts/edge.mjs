/* global addEventListener */
/** The checks for the edge runtime: a listener of its event. */
import { checksOf, runChecks } from "../smoke.mjs";

addEventListener("fetch", (event) => {
  event.respondWith(
    event.request
      .json()
      .then((where) => runChecks(checksOf(where)))
      .then((results) => Response.json({ fetch: results })),
  );
});
