/** What some examples ask beside their model, logins and jobs, answered in front of a server that has only answers. */
import { undiciTransport } from "http-streaming-llm";
import { scriptedTransport, type ScriptedResponse } from "http-streaming-llm/testing";

type Transport = ReturnType<typeof undiciTransport>;
type HttpRequest = Parameters<Transport["open"]>[0];
/** The body of a response; `undefined`: the server's business. */
type Service = (request: HttpRequest) => object | undefined;

const HOUR_MS = 3_600_000;

/** Gives tokens as GigaChat and Yandex do. */
export const logins: Service = ({ url }) => {
  const expiry = Date.now() + HOUR_MS;
  if (url.endsWith("/oauth")) return { access_token: "t", expires_at: expiry };
  if (!url.endsWith("/tokens")) return undefined;
  return { iamToken: "t", expiresAt: new Date(expiry).toISOString() };
};

/** Says of a job that its answer streams where the job was begun. */
export const jobs: Service = ({ method, url }) =>
  method === "POST" ? { status: "starting", urls: { stream: url } } : undefined;

/** The default transport, and in front of it a service. */
export function withService(service: Service): Transport {
  const real = undiciTransport();
  const script = (request: HttpRequest): ScriptedResponse => ({
    headers: { "content-type": "application/json" },
    body: JSON.stringify(service(request)),
  });
  const beside = scriptedTransport(script);
  const of = (request: HttpRequest) => (service(request) === undefined ? real : beside);
  return {
    name: "with a service",
    open: (request, options) => of(request).open(request, options),
    openSync: (request, options) => of(request).openSync!(request, options),
  };
}
