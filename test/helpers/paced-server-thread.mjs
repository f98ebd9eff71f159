// The thread of paced-server.ts. Plain JavaScript: it runs without a loader.
import { createServer } from "node:http";
import { parentPort, workerData } from "node:worker_threads";

const { head, pieces, taken } = workerData;

const server = createServer((request, response) => {
  request.resume();
  Atomics.store(taken, 0, 0);
  response.writeHead(200, head);
  let sent = 0;
  const pace = setInterval(() => {
    while (sent < pieces.length && sent <= Atomics.load(taken, 0)) response.write(pieces[sent++]);
    if (sent < pieces.length) return;
    clearInterval(pace);
    response.end();
  }, 1);
  response.on("close", () => clearInterval(pace));
});
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
