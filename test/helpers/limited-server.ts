/** A server in the test's own process that takes so many requests at a time and refuses the others. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface LimitedServerOptions {
  /** How many requests it takes at a time; may be changed while it runs. */
  capacity: number;
  /** How long an answer takes, in ms. */
  answerMs?: number;
  status?: number;
  /** Of the refusals. */
  headers?: Readonly<Record<string, string>>;
}

interface Payload {
  readonly prompt?: string;
  readonly messages?: readonly string[];
}

export interface LimitedServer {
  readonly url: string;
  capacity: number;
  /** The prompts of all requests, in the order in which they came, and whether each was taken. */
  readonly seen: { readonly prompt: string; readonly taken: boolean }[];
  refusals(): number;
  close(): Promise<void>;
}

/** Its answers are two server-sent deltas: the prompt (or the first message), and the end. */
export async function startLimitedServer(options: LimitedServerOptions): Promise<LimitedServer> {
  const { answerMs = 10, status = 429, headers = {} } = options;
  const seen: { prompt: string; taken: boolean }[] = [];
  let active = 0;
  const answer = (response: ServerResponse, prompt: string): void => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`data: ${JSON.stringify({ text: prompt })}\n\n`);
    setTimeout(() => {
      active--;
      response.end('data: {"done":true}\n\n');
    }, answerMs);
  };
  const http = createServer((request, response) => {
    let body = "";
    request.on("data", (bytes: Buffer) => (body += bytes.toString()));
    request.on("end", () => {
      const { prompt: text, messages } = JSON.parse(body) as Payload;
      const prompt = text ?? messages?.[0] ?? "";
      const taken = active < server.capacity;
      seen.push({ prompt, taken });
      if (!taken) {
        response.writeHead(status, headers).end();
        return;
      }
      active++;
      answer(response, prompt);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const server: LimitedServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    capacity: options.capacity,
    seen,
    refusals: () => seen.filter(({ taken }) => !taken).length,
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}
