/**
 * The server that every runtime asks: answers by path, in lines of JSON, to pages of any origin.
 *
 *   /answer             "Hel", and "lo" when the client has said (/go) that it has "Hel"
 *   /closed?id=…        answers when the request with that id is closed by its client
 */
import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "content-type, x-api-key",
  "access-control-allow-methods": "*",
};

/** Promises by name, whoever comes first. */
class Meetings {
  #all = new Map();

  of(id) {
    let meeting = this.#all.get(id);
    if (meeting === undefined) {
      meeting = {};
      meeting.reached = new Promise((resolve) => (meeting.reach = resolve));
      this.#all.set(id, meeting);
    }
    return meeting;
  }
}

const line = (record) => `${JSON.stringify(record)}\n`;
const TOOL_CALL = [
  { toolCalls: [{ index: 0, id: "call_1", name: "weather", args: "" }] },
  { toolCalls: [{ index: 0, args: '{"city":' }] },
  { toolCalls: [{ index: 0, args: '"Bern"}' }] },
  { finishReason: "tool_calls" },
];

/** @returns {Promise<{ origin: string, silent: string, close(): void }>} */
export async function startServer(files = {}) {
  const going = new Meetings();
  const closed = new Meetings();

  const answers = {
    "/answer": async (response, id) => {
      response.write(line({ text: "Hel" }));
      await going.of(id).reached;
      response.write(line({ text: "lo" }));
      response.end(line({ done: true }));
    },
    "/whole": (response) =>
      response.end(line({ text: "Hel" }) + line({ text: "lo" }) + line({ done: true })),
    "/tool": (response) => response.end(TOOL_CALL.map(line).join("")),
    "/stall": (response) => response.write(line({ text: "a" })),
    "/silent": (response) => response.flushHeaders(),
    "/chatter": (response) => {
      response.write(line({ text: "a" }));
      const timer = setInterval(() => response.write("\n"), 20);
      response.on("close", () => clearInterval(timer));
    },
    // A browser drops what its page has not read when a connection breaks: it says that it has.
    "/cut": async (response, id) => {
      response.write(line({ text: "a" }));
      await going.of(id).reached;
      response.socket.destroy();
    },
    "/cut-at-once": (response) => {
      response.write(line({ text: "a" }), () => response.socket.destroy());
    },
  };

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://server");
    const id = searchParams.get("id") ?? "";
    if (request.method === "OPTIONS") {
      response.writeHead(204, CORS).end();
    } else if (pathname === "/go") {
      going.of(id).reach();
      response.writeHead(204, CORS).end();
    } else if (pathname === "/closed") {
      closed.of(id).reached.then(() => response.writeHead(204, CORS).end());
    } else if (pathname in files) {
      const [type, text] = files[pathname];
      response.writeHead(200, { "content-type": type }).end(text);
    } else if (!(pathname in answers) && pathname !== "/no-head" && pathname !== "/status") {
      response.writeHead(404, CORS).end();
    } else {
      response.on("close", () => {
        if (!response.writableFinished) closed.of(id).reach();
      });
      if (pathname === "/no-head") return;
      if (pathname === "/status") {
        response.writeHead(401, { ...CORS, "content-type": "application/json" });
        response.end('{"error":{"message":"who are you?"}}');
        return;
      }
      response.writeHead(200, { ...CORS, "content-type": "application/x-ndjson" });
      answers[pathname](response, id);
    }
  });
  // Takes connections, and says nothing: a TLS handshake that never ends.
  const silent = createTcpServer((socket) => socket.on("error", () => {}));
  const ports = await Promise.all([server, silent].map(listen));
  return {
    origin: `http://127.0.0.1:${ports[0]}`,
    silent: `https://127.0.0.1:${ports[1]}`,
    close() {
      server.closeAllConnections();
      server.close();
      silent.close();
    },
  };
}

function listen(server) {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server.address().port));
  });
}
