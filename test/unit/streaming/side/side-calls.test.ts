import { describe, expect, it } from "vitest";
import { SideCalls } from "../../../../src/streaming/side/side-calls.js";
import { SyncDriver } from "../../../../src/streaming/drivers/sync-driver.js";
import { scriptedTransport } from "../../../../src/testing/index.js";
import { turns } from "../../../helpers/hand-server.js";
import { NEVER } from "../../../helpers/run-effects.js";
import { modelCall } from "../../../helpers/run-scripted.js";

const REQUEST = { url: "http://auth.test/t" };

function calls(isBlocking: boolean, script = [{ body: '{"token":"x"}' }]) {
  const transport = scriptedTransport(script);
  const syncDriver = isBlocking ? SyncDriver : undefined;
  return { transport, calls: new SideCalls(modelCall({ transport, syncDriver }), () => NEVER) };
}

describe("SideCalls", () => {
  it("gives a response as a value where the call blocks, else as a Promise", async () => {
    const response = { status: 200, body: { token: "x" } };
    expect(calls(true).calls.request(REQUEST)).toMatchObject(response);
    const pending = calls(false).calls.request(REQUEST);
    expect(pending).toBeInstanceOf(Promise);
    expect(await pending).toMatchObject(response);
  });

  it("gives the failure of a request", async () => {
    expect(() => calls(true, []).calls.request(REQUEST)).toThrow(/auth.test/);
    await expect(calls(false, []).calls.request(REQUEST)).rejects.toThrow(/auth.test/);
  });

  it("ends what its hooks still wait for with the call", async () => {
    const side = calls(false);
    const pending = side.calls.request(REQUEST);
    side.calls.end();
    await expect(pending).rejects.toThrow(/is over/);
  });

  it("refuses a request for a call that is over", async () => {
    for (const isBlocking of [false, true]) {
      const side = calls(isBlocking);
      side.calls.end();
      const ask = async () => side.calls.request(REQUEST);
      await expect(ask()).rejects.toThrow(/is over. Ask within the hook/);
      expect(side.transport.requests).toEqual([]);
    }
  });

  it("ends no process where a hook has forgotten a request, whatever becomes of it", async () => {
    calls(false, []).calls.request(REQUEST);
    const side = calls(false);
    side.calls.request(REQUEST);
    side.calls.end();
    side.calls.request(REQUEST);
    // An unhandled rejection would fail this run.
    await turns();
  });

  it("sends a last request, whatever becomes of it", async () => {
    for (const isBlocking of [false, true]) {
      const side = calls(isBlocking, []);
      side.calls.sendLast(REQUEST, NEVER);
      await turns();
      expect(side.transport.requests).toMatchObject([{ url: REQUEST.url }]);
    }
  });

  it("keeps each secret once, however often it is sent", async () => {
    const { calls: side } = calls(
      false,
      Array.from({ length: 3 }, () => ({ body: "{}" })),
    );
    for (let poll = 0; poll < 3; poll++) {
      await side.request({ ...REQUEST, headers: { "x-api-key": "k-12345678" } });
    }
    expect(side.secrets.size).toBe(1);
  });
});
