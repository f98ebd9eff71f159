// The thread of paced-server.ts. Plain JavaScript: it runs without a loader.
import { createServer } from "node:http";
import { parentPort, workerData } from "node:worker_threads";

const TAKEN = 0;
const LEFT = 1;
const { head, pieces, shared } = workerData;

const server = createServer((request, response) => {
  request.resume();
  Atomics.store(shared, TAKEN, 0);
  Atomics.store(shared, LEFT, 0);
  response.writeHead(200, head);
  let sent = 0;
  const pace = setInterval(() => {
    while (sent < pieces.length && sent <= Atomics.load(shared, TAKEN))
      response.write(pieces[sent++]);
    if (sent < pieces.length) return;
    clearInterval(pace);
    response.end();
  }, 1);
  response.on("close", () => {
    clearInterval(pace);
    if (!response.writableFinished) Atomics.store(shared, LEFT, 1);
  });
});
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
