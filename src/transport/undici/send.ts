import { withAgent } from "./agents.js";
import type { ConnectionOptions, DispatcherLike } from "../connection.js";
import { ON_CLIENT, type SocketOf } from "./connectors.js";
import { DispatchHandler, type ResponseSink } from "./dispatch-handler.js";
import type { HttpRequest } from "../transport.js";
import { withEncodedForm } from "../form-body.js";
import { toDispatchRequest } from "./dispatch-request.js";

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
  const dispatched = toDispatchRequest(await withEncodedForm(request));
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
