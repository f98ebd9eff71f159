import { HookError } from "../../errors.js";
import type { Exchange, SyncExchange, Transport } from "../../transport/transport.js";
import { atOnce } from "../hooks/hook-call.js";

const SYNC_METHODS = ["head", "read", "release", "close"] as const;
const METHODS = [...SYNC_METHODS, "unattended"] as const;

/**
 * The exchange that a transport opened. One of the author's may be async, or unfinished: then nobody would hear of it,
 * or the process would end where a method is missing.
 *
 * @throws HookError for what is no exchange.
 */
export function checkedExchange(exchange: Exchange, { name }: Transport): Exchange {
  check(exchange, METHODS, `open() of the transport ${name}`);
  if (typeof (exchange.over as PromiseLike<void> | undefined)?.then === "function") return exchange;
  throw noExchange(`open() of the transport ${name}`, "over, a Promise");
}

/** The same on the synchronous path. */
export function checkedSyncExchange(exchange: SyncExchange, { name }: Transport): SyncExchange {
  check(exchange, SYNC_METHODS, `openSync() of the transport ${name}`);
  return exchange;
}

function check(exchange: unknown, methods: readonly string[], what: string): void {
  const given = atOnce("transport", exchange) as Record<string, unknown> | null | undefined;
  const missing = methods.find((method) => typeof given?.[method] !== "function");
  if (missing !== undefined) throw noExchange(what, `${missing}()`);
}

function noExchange(what: string, missing: string): HookError {
  return new HookError("transport", `${what} gave no exchange: what it gave has no ${missing}.`);
}
