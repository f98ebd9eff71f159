import { describe, expect, it, vi } from "vitest";
import { fetchTransport } from "../../../../src/transport/fetch/index.js";

const request = { method: "POST", url: "http://a.test/", headers: {}, body: "x" };
const settings = { connectTimeoutMs: 0, headersTimeoutMs: 0 };
const answering = (status: number) => vi.fn(async () => new Response("", { status }));

describe("fetchTransport", () => {
  it("has a name, and no synchronous path", () => {
    expect(fetchTransport()).toEqual({ name: "fetch", open: expect.any(Function) });
  });

  it("asks the fetch that it is given, else the platform's as it is by then", async () => {
    const own = answering(201);
    const transport = fetchTransport();
    vi.stubGlobal("fetch", answering(202));
    expect(await transport.open(request, settings).head()).toMatchObject({ status: 202 });
    const given = fetchTransport({ fetch: own }).open(request, settings);
    expect(await given.head()).toMatchObject({ status: 201 });
    vi.unstubAllGlobals();
    expect(own).toHaveBeenCalledExactlyOnceWith(
      "http://a.test/",
      expect.objectContaining({ method: "POST", redirect: "manual", body: "x" }),
    );
  });
});
