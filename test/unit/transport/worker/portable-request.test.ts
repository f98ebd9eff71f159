import { describe, expect, it } from "vitest";
import { SynchronousHookError } from "../../../../src/errors.js";
import {
  toHttpRequest,
  toPortableOptions,
  toPortableRequest,
} from "../../../../src/transport/worker/portable-request.js";
import { CONNECTION } from "../../../helpers/run-effects.js";

const REQUEST = { method: "POST", url: "http://models.test/", headers: { accept: "*/*" } };

/** What is left of a request behind the border of a thread. */
const crossed = (body: string | Uint8Array | FormData | undefined) =>
  toHttpRequest(structuredClone(toPortableRequest({ ...REQUEST, body })));

describe("toPortableRequest", () => {
  it.each([undefined, "text", Uint8Array.of(1, 2)])("is the same request again: %s", (body) => {
    expect(crossed(body)).toEqual({ ...REQUEST, body });
  });

  it("takes of bytes only those of the request, and not the pool that they were cut from", () => {
    const pool = new Uint8Array(1000);
    const { body } = toPortableRequest({ ...REQUEST, body: pool.subarray(10, 12) });
    expect((body as Uint8Array).buffer.byteLength).toBe(2);
  });

  it("keeps the fields of a form, and the names of its files", async () => {
    const form = new FormData();
    form.append("model", "m");
    form.append("file", new File(["content"], "a.txt"));
    const body = crossed(form).body as FormData;
    const file = body.get("file") as File;
    expect([body.get("model"), file.name, await file.text()]).toEqual(["m", "a.txt", "content"]);
  });
});

describe("toPortableOptions", () => {
  it("refuses what lives in one thread", () => {
    const dispatcher = { dispatch: () => true };
    expect(() => toPortableOptions({ ...CONNECTION, dispatcher })).toThrow(SynchronousHookError);
    const tls: object = { checkServerIdentity: () => undefined };
    expect(() => toPortableOptions({ ...CONNECTION, tls })).toThrow(/tls\.checkServerIdentity/);
  });

  it("gives a proxy as a text, and copies of keys", () => {
    const ca = new Uint8Array(8).subarray(2, 4);
    const options = toPortableOptions({
      ...CONNECTION,
      proxy: new URL("http://proxy.test/"),
      tls: { ca: [ca] },
    });
    expect(options).toMatchObject({ ...CONNECTION, proxy: "http://proxy.test/" });
    expect((options.tls?.ca as unknown as Uint8Array[])[0]?.buffer.byteLength).toBe(2);
  });
});
