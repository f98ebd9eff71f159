/** Amazon's Signature Version 4, by `aws4`, which works on the synchronous path, too. */
import aws4 from "aws4";
import type { RequestContext } from "http-streaming-llm";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of keys that expire. */
  readonly sessionToken?: string;
}

/** The keys of the environment, or some that are good enough for the embedded server. */
export function credentials(): Credentials {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  return {
    accessKeyId: AWS_ACCESS_KEY_ID || "offline",
    secretAccessKey: AWS_SECRET_ACCESS_KEY || "offline",
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
}

/** Where a service is, if the environment has keys for it. */
export function awsUrl(service: string): string | undefined {
  const isThere = Boolean(process.env.AWS_ACCESS_KEY_ID);
  return isThere ? `https://${service}.${region()}.amazonaws.com` : undefined;
}

const region = () => process.env.AWS_REGION || "us-east-1";

/** Those are the transport's business. */
const SENT_ANYWAY = ["host", "content-length"];

/** The headers that sign a JSON request as it will be sent. Asked for every attempt, so that each has its own date. */
export function signed({ method, url, body }: RequestContext, service: string, keys: Credentials) {
  const { host, pathname, search } = new URL(url);
  const request = {
    ...{ method, host, service, region: region(), path: pathname + search },
    body: Buffer.from(body),
    headers: { "content-type": "application/json" },
    extraHeadersToIgnore: { "content-length": true },
  };
  const { headers = {} } = aws4.sign(request, keys);
  const own = Object.entries(headers).filter(([name]) => !SENT_ANYWAY.includes(name.toLowerCase()));
  return Object.fromEntries(own.map(([name, value]) => [name, String(value)]));
}
