/**
 * undici, loaded when the first request needs it: that takes several times as long as the rest of this
 * package, and puts undici's own agent under Node's `fetch` for the whole process (its `lib/global.js`).
 * Who only imports, or brings a dispatcher, pays for neither.
 */
import type Undici from "undici";

let loading: Promise<typeof Undici> | undefined;

/** The same every time; undici's parts can be used as soon as it resolves. */
export function loadUndici(): Promise<typeof Undici> {
  // eslint-disable-next-line no-restricted-syntax -- Inline, to be loaded late; and undici, which this floor may import.
  loading ??= import("undici") as Promise<unknown> as Promise<typeof Undici>;
  return loading;
}
