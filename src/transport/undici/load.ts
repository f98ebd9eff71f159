/**
 * undici, loaded when the first request needs it: that takes several times as long as the rest of this
 * package, and puts undici's own agent under Node's `fetch` for the whole process (its `lib/global.js`).
 * Who only imports, or brings a dispatcher, pays for neither.
 */
import type Undici from "undici";
import { HookError } from "../../errors.js";
import { accessError } from "./access.js";

let loading: Promise<typeof Undici> | undefined;

/** The same every time; undici's parts can be used as soon as it resolves. */
export function loadUndici(): Promise<typeof Undici> {
  // eslint-disable-next-line no-restricted-syntax -- Inline, to be loaded late; and undici, which this floor may import.
  loading ??= (import("undici") as Promise<unknown> as Promise<typeof Undici>).catch(explain);
  return loading;
}

/** No network was asked: what is wrong is how the program was installed, bundled or started. */
function explain(cause: unknown): never {
  const refused = accessError(cause, "read undici's files");
  if (refused !== undefined) throw refused;
  const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
  throw new HookError(
    "transport",
    `undici, which sends the requests, could not be loaded: ${reason ?? ""}. Install this package with its dependencies; if your program is bundled, leave undici out of the bundle (esbuild: --external:undici), or give an ESM bundle a require function.`,
    { cause },
  );
}
