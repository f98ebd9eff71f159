import { expect, it } from "vitest";
import { Agent, buildConnector, Client, Pool } from "undici";
import { load } from "../../../../../src/transport/undici/parts/connecting.js";

it("loads the parts that every connection is made with, which are undici's own", async () => {
  expect(await load()).toEqual({ Agent, buildConnector, Client, Pool });
});
