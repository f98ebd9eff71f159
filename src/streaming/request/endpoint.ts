import { HookError } from "../../errors.js";
import { basicCredentials } from "../../transport/request-check.js";
import { kindOf } from "../text/class-name.js";

/** A URL as messages show it: without userinfo, query and fragment, where credentials live. */
export function shownUrl(url: URL | string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/**
 * A copy of a URL to send a request to.
 *
 * @throws HookError for what is none.
 */
export function parseEndpoint(endpoint: unknown, hook = "endpoint"): URL {
  const fault = faultOf(endpoint);
  if (fault !== undefined) {
    const what = hook === "endpoint" ? hook : `the url of ${hook}`;
    const isPath = hook !== "endpoint" && typeof endpoint === "string" && endpoint.startsWith("/");
    const whole = isPath ? " A path needs its server: new URL(path, this.endpoint)." : "";
    throw new HookError(
      hook,
      `${what} ${fault}. Make it a string or URL such as "http://127.0.0.1:11434/api/generate".${whole}`,
    );
  }
  const url = new URL(endpoint as string | URL);
  url.hash = "";
  return url;
}

function faultOf(endpoint: unknown): string | undefined {
  if (endpoint === undefined || endpoint === null || endpoint === "") return "is missing";
  if (typeof endpoint !== "string" && !(endpoint instanceof URL)) return `is ${kindOf(endpoint)}`;
  if (!URL.canParse(String(endpoint))) {
    const [word] = /^(undefined|null|NaN|\[object \w+\])/.exec(String(endpoint)) ?? [];
    const start =
      word === undefined ? "" : `: it begins with "${word}" (is an environment variable not set?)`;
    return `is not an absolute URL${start}`;
  }
  const { protocol } = new URL(endpoint);
  return protocol === "http:" || protocol === "https:"
    ? undefined
    : `uses ${protocol} but only http: and https: can be streamed`;
}

/** Removes `user:password@` from the URL and gives it as the header that it stands for. */
export function takeUserinfo(url: URL): Record<string, string> {
  if (url.username === "" && url.password === "") return {};
  const authorization = basicCredentials(url);
  url.username = "";
  url.password = "";
  return { authorization };
}
