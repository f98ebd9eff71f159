import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import type { HttpRequest } from "../../../../src/transport/transport.js";
import type { ResponseSink } from "../../../../src/transport/undici/dispatch-handler.js";
import { send } from "../../../../src/transport/undici/send.js";
import { answeringDispatcher } from "../../../helpers/answering-dispatcher.js";
import { post, TIMEOUTS } from "../../../helpers/transport-paths.js";

/** Sends a request; gives what the sink was told, when it is over. */
function sent(request: HttpRequest, dispatcher = answeringDispatcher("text"), isWanted = true) {
  return new Promise<unknown[]>((resolve) => {
    const told: unknown[] = [];
    const sink: ResponseSink = {
      onClient: () => undefined,
      onDispatch: () => {
        if (!isWanted) setImmediate(() => resolve(told));
        return isWanted;
      },
      onStart: () => told.push("start"),
      onHead: (status) => told.push(status),
      onBytes: (bytes) => told.push(Buffer.from(bytes).toString()),
      onEnd: () => resolve([...told, "end"]),
      onError: (error) => resolve([...told, error]),
    };
    send(request, { ...TIMEOUTS, dispatcher }, sink);
  });
}

describe("send", () => {
  it("tells the sink what the dispatcher answers", async () => {
    expect(await sent(post("http://models.test/"))).toEqual(["start", 200, "text", "end"]);
  });

  it("tells it also what is wrong with the request, and what the dispatcher throws", async () => {
    const [wrong] = await sent(post("nowhere"));
    expect(wrong).toBeInstanceOf(HookError);
    const failure = new Error("closed");
    const closed = {
      ...answeringDispatcher(),
      dispatch: () => {
        throw failure;
      },
    };
    expect(await sent(post("http://models.test/"), closed)).toEqual([failure]);
    const rejecting = { ...closed, dispatch: (() => Promise.reject(failure)) as never };
    expect(await sent(post("http://models.test/"), rejecting)).toEqual([failure]);
  });

  it("sends nothing that is not wanted any more", async () => {
    const dispatcher = answeringDispatcher();
    expect(await sent(post("http://models.test/"), dispatcher, false)).toEqual([]);
    expect(dispatcher.requests).toEqual([]);
  });

  it("makes bytes of a form", async () => {
    const form = new FormData();
    form.append("a", "b");
    const dispatcher = answeringDispatcher();
    await sent(post("http://models.test/", { body: form, headers: {} }), dispatcher);
    const [{ headers, body } = {}] = dispatcher.requests;
    expect(headers).toMatchObject({
      "content-type": expect.stringMatching(/^multipart\/form-data/),
    });
    expect(body).toBeInstanceOf(Uint8Array);
  });
});
