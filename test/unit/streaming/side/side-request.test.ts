import { describe, expect, it } from "vitest";
import { Secrets } from "../../../../src/streaming/redaction/secrets.js";
import { isOfSideRequest } from "../../../../src/streaming/retry/side-error.js";
import { sideRequest } from "../../../../src/streaming/side/side-request.js";
import { resolveSettings } from "../../../../src/streaming/settings/resolve-settings.js";
import type { ResponseHead } from "../../../../src/transport/transport.js";
import { NEVER, runEffects } from "../../../helpers/run-effects.js";

type Request = Parameters<typeof sideRequest>[0];
const OK = { status: 200, headers: { a: "b" } };

function ask(request: Request, body: string | Uint8Array = "{}", head: ResponseHead = OK) {
  const secrets = new Secrets();
  const effects = sideRequest(request, resolveSettings({}, {}), NEVER, secrets);
  return { ...runEffects(effects, [body], [head]), secrets };
}

describe("sideRequest", () => {
  it("gives the whole response, JSON parsed", () => {
    const { result, requests } = ask({ url: "http://auth.test/t" }, '{"token":"x"}');
    expect(result).toEqual({ ...OK, body: { token: "x" } });
    expect(requests).toMatchObject([{ method: "GET", body: undefined }]);
    expect(ask({ url: "http://auth.test/t" }, "plain").result?.body).toBe("plain");
  });

  it("reads the charset that the endpoint declares", () => {
    const headers = { "content-type": "application/json; charset=iso-8859-1" };
    const body = Buffer.from('"caf\xe9"', "latin1");
    const request = { url: "http://auth.test/t" };
    expect(ask(request, body, { ...OK, headers }).result?.body).toBe("café");
    expect(ask(request, body, { status: 500, headers }).error).toMatchObject({ body: '"café"' });
  });

  it("posts a payload, with headers and the credentials of the URL", () => {
    const payload = { grant: "y" };
    const { requests } = ask({ url: "http://u:p@auth.test/t", payload, headers: { "X-A": "1" } });
    expect(requests).toMatchObject([
      { method: "POST", url: "http://auth.test/t", body: '{"grant":"y"}' },
    ]);
    expect(requests[0]!.headers).toMatchObject({
      "content-type": "application/json",
      "x-a": "1",
      authorization: `Basic ${Buffer.from("u:p").toString("base64")}`,
    });
  });

  it("refuses what it has no use for, and sends nothing", () => {
    const { error, requests } = ask({ url: "http://auth.test/t", body: { a: 1 } } as Request);
    expect(error).toMatchObject({ name: "HookError", hook: "request()" });
    expect((error as Error).message).toMatch(/request\(\) was given "body", .*payload\?/);
    expect(requests).toEqual([]);
  });

  it("names the step in its errors, which show no secret", () => {
    const payload = { client_secret: "s-12345678" };
    const request = { url: "http://auth.test/t?x=1", step: "login", payload };
    const { error, secrets } = ask(request, "no s-12345678", { ...OK, status: 401 });
    expect((error as Error).message).toMatch(/^login: POST http:\/\/auth.test\/t: .*401/);
    expect((error as Error).message).not.toContain("s-12345678");
    expect(secrets.redact("no s-12345678")).toBe("no [redacted]");
    expect(isOfSideRequest(error)).toBe(true);
    expect(isOfSideRequest(new Error("x"))).toBe(false);
  });
});
