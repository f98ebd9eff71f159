import { describe, expect, it } from "vitest";
import { undiciTransport } from "../../../../src/transport/undici/index.js";
import { answeringDispatcher } from "../../../helpers/answering-dispatcher.js";
import { post, soon, TIMEOUTS } from "../../../helpers/transport-paths.js";

describe("undiciTransport", () => {
  it("has options for all its requests, over which those of a request win", async () => {
    const [own, given] = [answeringDispatcher(), answeringDispatcher()];
    const transport = undiciTransport({ dispatcher: own });
    const request = post("http://models.test/");
    const heads = [
      await transport.open(request, TIMEOUTS).head(),
      await transport.open(request, { ...TIMEOUTS, dispatcher: given }).head(),
    ];
    expect(heads.map(({ status }) => status)).toEqual([200, 200]);
    expect([own.requests.length, given.requests.length]).toEqual([1, 1]);
  });

  it("says that a dispatcher cannot cross to the synchronous path", () => {
    const transport = undiciTransport({ dispatcher: answeringDispatcher() });
    const open = (): unknown =>
      transport.openSync!(post("http://models.test/"), TIMEOUTS).head(soon());
    expect(open).toThrow(/dispatcher/);
  });
});
