/**
 * Node's `fetch`, which is undici's, gives up after 300 s without headers or without a byte of the body, and Bun's
 * after 300 s without a byte. Nothing in the standard switches that off; each has a way of its own, which the
 * others do not know and leave alone.
 */

/** The symbol under which undici keeps the dispatcher of Node's `fetch`. */
const GLOBAL_DISPATCHERS = [
  Symbol.for("undici.globalDispatcher.1"),
  Symbol.for("undici.globalDispatcher.2"),
];

type Dispatch = (options: object, handler: object) => boolean;

/** Members of `fetch`'s second argument by which no timeout but the call's own decides. */
export function withoutHiddenTimeouts(): object {
  // Bun's.
  const bun = { timeout: false };
  // Node loads its undici with the first of the classes that it brings.
  if (typeof Response !== "function") return bun;
  const found = GLOBAL_DISPATCHERS.map((key): unknown => Reflect.get(globalThis, key));
  const dispatcher = found.find(isDispatcher);
  return dispatcher === undefined ? bun : { ...bun, dispatcher: patient(dispatcher) };
}

function isDispatcher(value: unknown): value is { readonly dispatch: Dispatch } {
  return typeof (value as { dispatch?: unknown } | undefined)?.dispatch === "function";
}

/** The same dispatcher, whose requests wait as long as they are let. */
function patient(dispatcher: { readonly dispatch: Dispatch }): object {
  const dispatch: Dispatch = (options, handler) =>
    dispatcher.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler);
  return Object.create(dispatcher, { dispatch: { value: dispatch } }) as object;
}
