/**
 * `npm run langserve`: models of this package behind the protocol of LangServe, each with a page to try it. Offline:
 * they ask the small model of examples/server. Arguments: the port, by default a free one.
 */
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { startModelServer } from "../server/start.js";
import { createApp } from "./app.js";

const { origin } = await startModelServer();
const app = createApp(origin);
const port = Number(process.argv[2] ?? 0);
const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" });
server.on("listening", () => {
  const { port } = server.address() as AddressInfo;
  if (process.send) return void process.send({ port });
  for (const path of ["llm", "by-hand", "chat", "chain"]) {
    console.log(`http://127.0.0.1:${port}/${path}/playground`);
  }
  console.log("Ctrl-C ends it.");
});
process.on("disconnect", () => process.exit());
