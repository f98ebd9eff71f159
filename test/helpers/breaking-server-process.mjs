// The child process of breaking-server.ts. Ends with its parent.
import { createServer } from "node:http";
import { answerTo } from "./breaking-answers.mjs";

/** Requests so far, by the id of their answer. */
const counts = new Map();

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  const plan = JSON.parse(Buffer.from(url.searchParams.get("plan"), "base64url").toString());
  const attempt = counts.get(plan.id) ?? 0;
  counts.set(plan.id, attempt + 1);
  let body = "";
  request.on("data", (bytes) => (body += bytes));
  request.on("end", () => {
    const { headers } = request;
    try {
      send(response, answerTo(plan, { headers, body }), plan.breaks[attempt]);
    } catch (error) {
      response.writeHead(400).end(error.message);
    }
  });
});

function send(response, { contentType, body }, at) {
  response.writeHead(200, { "content-type": contentType });
  if (at === undefined || at >= body.length) {
    response.end(body);
    return;
  }
  response.write(body.subarray(0, at), () => response.destroy());
  response.flushHeaders();
}

server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
process.on("message", ({ number, id }) => process.send({ number, count: counts.get(id) ?? 0 }));
process.on("disconnect", () => process.exit());
