import { dispatcherFor } from "./agents.js";
import type { ConnectionOptions } from "./connection.js";
import { DispatchHandler, type ResponseSink } from "./dispatch-handler.js";
import type { HttpRequest } from "./exchange.js";
import { encodeForm, toDispatchRequest } from "./request.js";

/** Hands a request to its dispatcher; a form becomes bytes first. All that fails is told to the sink. */
export function send(request: HttpRequest, options: ConnectionOptions, sink: ResponseSink): void {
  const { body } = request;
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) {
    dispatch(request, body ?? null, options, sink);
  } else {
    void sendForm(request, body, options, sink);
  }
}

async function sendForm(
  request: HttpRequest,
  form: FormData,
  options: ConnectionOptions,
  sink: ResponseSink,
): Promise<void> {
  try {
    const { bytes, contentType } = await encodeForm(form);
    const headers = { "content-type": contentType, ...request.headers };
    dispatch({ ...request, headers }, bytes, options, sink);
  } catch (error) {
    sink.onError(error);
  }
}

function dispatch(
  request: HttpRequest,
  body: string | Uint8Array | null,
  options: ConnectionOptions,
  sink: ResponseSink,
): void {
  try {
    const dispatched = toDispatchRequest(request, body);
    dispatcherFor(options).dispatch(dispatched, new DispatchHandler(sink));
  } catch (error) {
    // Some dispatchers throw what others report.
    sink.onError(error);
  }
}
