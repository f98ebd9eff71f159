import { withAgent } from "./agents.js";
import type { ConnectionOptions, DispatcherLike } from "../connection.js";
import { ON_CLIENT, type SocketOf } from "./connectors.js";
import { DispatchHandler, type ResponseSink } from "./dispatch-handler.js";
import type { HttpRequest } from "../transport.js";
import { encodeForm } from "../form-body.js";
import { type DispatchRequest, toDispatchRequest } from "./dispatch-request.js";

/** Hands a request to its dispatcher, a little later. All that fails is told to the sink. */
export function send(request: HttpRequest, options: ConnectionOptions, sink: ResponseSink): void {
  // Some dispatchers throw what others report.
  dispatch(request, options, sink).catch((error: unknown) => sink.onError(error));
}

async function dispatch(
  request: HttpRequest,
  options: ConnectionOptions,
  sink: ResponseSink,
): Promise<void> {
  const dispatched = await toDispatched(request);
  const start = (dispatcher: DispatcherLike, observed: object): unknown =>
    sink.onDispatch() && dispatcher.dispatch(observed, new DispatchHandler(sink));
  if (options.dispatcher !== undefined) {
    // One of the author's may be async, and fail so.
    await start(options.dispatcher, dispatched);
    return;
  }
  const observed = { ...dispatched, [ON_CLIENT]: (socketOf: SocketOf) => sink.onClient(socketOf) };
  await withAgent(options, (agent) => start(agent, observed));
}

/** A form becomes bytes. */
async function toDispatched(request: HttpRequest): Promise<DispatchRequest> {
  const { body } = request;
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) {
    return toDispatchRequest(request, body ?? null);
  }
  const { bytes, contentType } = await encodeForm(body);
  const headers = { "content-type": contentType, ...request.headers };
  return toDispatchRequest({ ...request, headers }, bytes);
}
