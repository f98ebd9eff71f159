import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchTransport, HookError, SynchronousHookError } from "http-streaming-llm";
import { startScriptedServer, type ScriptedServer } from "../helpers/scripted-server.js";
import { events, rejection, serve, thrown } from "../helpers/delta-llm.js";
import { chatClass, llmClass, type ExitModel } from "../helpers/exit-models.js";

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server.close());

const transport = fetchTransport();

describe.each([llmClass, chatClass])("$name over fetch", ({ create }) => {
  const answer = events("a", { done: true });

  it("follows redirects by this package's rules", async () => {
    const target = serve(server, answer);
    const within = serve(server, { status: 307, headers: { location: target.url } });
    await create(within.url, { transport }).invoke("Why?");
    expect(await server.log(target.id)).toMatchObject([
      { method: "POST", body: expect.stringContaining("Why?") },
    ]);

    const elsewhere = target.url.replace("127.0.0.1", "localhost");
    const away = serve(server, { status: 307, headers: { location: elsewhere } });
    const error = (await rejection(create(away.url, { transport }).invoke("Why?"))) as Error;
    expect(error).toMatchObject({ code: "HTTP_STATUS", status: 307 });
    expect(error.message).toContain("to another origin");
    expect(await server.log(target.id)).toHaveLength(1);
  });

  it("refuses a setting that fetch cannot keep, at once and by its name", async () => {
    const { url, id } = serve(server, answer);
    const model = create(url, { transport, proxy: "http://proxy.test:3128" });
    const error = (await rejection(model.invoke("Why?"))) as Error;
    expect(error).toBeInstanceOf(HookError);
    expect(error).toMatchObject({ hook: "proxy" });
    expect(await server.log(id)).toEqual([]);
  });

  it("refuses the synchronous path by name", () => {
    const model: ExitModel = create(server.url({}), { transport });
    const error = thrown(() => model.invokeSync("Why?")) as Error;
    expect(error).toBeInstanceOf(SynchronousHookError);
    expect(error.message).toContain("the transport fetch has no synchronous path");
  });
});
