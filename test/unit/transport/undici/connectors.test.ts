import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { Agent } from "undici";
import {
  ON_CLIENT,
  poolFactory,
  type SocketOf,
} from "../../../../src/transport/undici/connectors.js";
import { ProxyFailure } from "../../../../src/transport/undici/failures.js";
import { loadUndici } from "../../../../src/transport/undici/load.js";
import { startHandServer } from "../../../helpers/hand-server.js";

describe("poolFactory", () => {
  it("makes pools whose clients tell a request its socket", async () => {
    const server = await startHandServer();
    const agent = new Agent({ connect: {}, factory: poolFactory(await loadUndici(), {}, {}) });
    let socketOf: SocketOf | undefined;
    const observed = { [ON_CLIENT]: (given: SocketOf) => (socketOf = given) };
    const responding = agent.request({
      ...observed,
      origin: new URL(server.url).origin,
      path: "/",
      method: "GET",
    });
    (await server.request()).end();
    const { body } = await responding;
    expect(socketOf?.()?.remotePort).toBe(Number(new URL(server.url).port));
    await body.dump();
    await agent.close();
    await server.close();
  });

  it("blames a proxy for the failures of its connector", async () => {
    const failure = new Error("no");
    const connect = (_: object, callback: (error: Error, socket: null) => void): void => {
      callback(failure, null);
    };
    const factory = poolFactory(await loadUndici(), { http: new URL("http://proxy.test:1") }, {});
    const failureOf = async (origin: string) => {
      const pool = factory(origin, { connect });
      const failed = once(pool, "connectionError") as Promise<unknown[]>;
      const request = pool.request({ path: "/", method: "GET" }).catch((error: unknown) => error);
      await failed;
      const error = await request;
      await pool.destroy();
      return error;
    };
    expect(await failureOf("http://proxy.test:1")).toMatchObject({ proxy: "proxy.test:1" });
    expect(await failureOf("http://proxy.test:1")).toBeInstanceOf(ProxyFailure);
    expect(await failureOf("http://models.test")).toBe(failure);
  });
});
