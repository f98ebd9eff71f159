import type { DispatcherLike } from "../../src/transport/connection.js";
import type { DispatchHandler } from "../../src/transport/undici/dispatch-handler.js";

/** A dispatcher that answers each request with this body, without a socket. */
export function answeringDispatcher(
  body = "",
): DispatcherLike & { readonly requests: Readonly<Record<string, unknown>>[] } {
  const requests: Record<string, unknown>[] = [];
  return {
    requests,
    dispatch: (options, handler) => {
      requests.push(options as Record<string, unknown>);
      const { onRequestStart, onResponseStart, onResponseData, onResponseEnd } = bound(
        handler as DispatchHandler,
      );
      const control = { pause: () => undefined, resume: () => undefined, abort: () => undefined };
      onRequestStart(control);
      onResponseStart(control, 200, { "content-type": "text/plain" });
      if (body !== "") onResponseData(control, Buffer.from(body));
      onResponseEnd();
      return true;
    },
  };
}

function bound(handler: DispatchHandler) {
  return {
    onRequestStart: handler.onRequestStart.bind(handler),
    onResponseStart: handler.onResponseStart.bind(handler),
    onResponseData: handler.onResponseData.bind(handler),
    onResponseEnd: handler.onResponseEnd.bind(handler),
  };
}
