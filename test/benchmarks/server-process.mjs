/**
 * The model server of the benchmarks, a process of its own. It speaks just enough HTTP/1.1, sends buffers
 * that were made beforehand, and so costs less than any reader.
 *
 *   POST /<wire>/burst/<tokens>                    the whole answer at once, in chunks of 64 KiB
 *   POST /<wire>/records/<tokens>                  the whole answer at once, one HTTP chunk for each record
 *   POST /<wire>/crowd/<readers>/<tokens>/<ms>     one record per write and reader, when all readers are there
 *   POST /<wire>/clock/<tokens>/<ms>               one record per write, whose text is the time it was written
 *   POST /<wire>/idle                              one record, and no end
 *
 * What clients append to the path (`/chat/completions`, `/api/chat`, `/v1/messages`) is ignored.
 */
import { createServer } from "node:net";
import { cut, ending, httpChunks, ollamaLine, openAIRecord, records } from "./wire.mjs";

const READ = 64 * 1024;
const END = Buffer.from("0\r\n\r\n");

const head = (kind) =>
  Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: ${kind === "ollama" ? "application/x-ndjson" : "text/event-stream"}\r\ntransfer-encoding: chunked\r\n\r\n`,
  );

function endOf(kind, count) {
  const last = ending(kind, count);
  // An empty chunk would end the body by itself.
  return last.length === 0 ? END : Buffer.concat([httpChunks([last]), END]);
}

const responses = new Map();

/** Long answers repeat one block of records, so that a million tokens cost no memory. */
function burst(kind, count, oneByOne) {
  const key = `${kind}/${count}/${oneByOne}`;
  if (responses.has(key)) return responses.get(key);
  const perBlock = Math.min(count, 20_000);
  const block = records(kind, perBlock);
  const body = httpChunks(oneByOne ? block : cut(Buffer.concat(block), READ));
  const parts = Array.from({ length: Math.round(count / perBlock) }, () => body);
  const response = [head(kind), ...parts, endOf(kind, count)];
  responses.set(key, response);
  return response;
}

function send(socket, parts, at = 0) {
  for (let index = at; index < parts.length; index++) {
    if (socket.destroyed) return;
    if (!socket.write(parts[index])) {
      socket.once("drain", () => send(socket, parts, index + 1));
      return;
    }
  }
}

/** A crowd waits until it is complete; then everybody gets a first record, and after a pause one per tick. */
const crowds = new Map();
/** For the slowest contender to take all the first records. */
const PAUSE_MS_PER_READER = 0.8;

function joinCrowd(socket, kind, [readers, tokens, ms]) {
  const key = `${kind}/${readers}/${tokens}`;
  const crowd = crowds.get(key) ?? [];
  crowds.set(key, crowd);
  crowd.push(socket);
  if (crowd.length < readers) return;
  crowds.delete(key);
  const framed = records(kind, tokens).map((record) => httpChunks([record]));
  for (const each of crowd) each.write(Buffer.concat([head(kind), framed[0]]));
  let index = 1;
  const tick = () => {
    const isLast = index === framed.length;
    const bytes = isLast ? endOf(kind, tokens) : framed[index];
    for (const each of crowd) each.write(bytes);
    index++;
    if (!isLast) setTimeout(tick, ms);
  };
  setTimeout(tick, Math.max(50, readers * PAUSE_MS_PER_READER));
}

function sendClock(socket, kind, [tokens, ms]) {
  socket.write(head(kind));
  let index = 0;
  const tick = () => {
    if (socket.destroyed) return;
    if (index === tokens) {
      socket.write(endOf(kind, tokens));
      return;
    }
    const now = String(process.hrtime.bigint());
    const record =
      kind === "ollama" ? `${ollamaLine(now, index)}\n` : `data: ${openAIRecord(now)}\n\n`;
    socket.write(httpChunks([Buffer.from(record)]));
    index++;
    setTimeout(tick, ms);
  };
  tick();
}

function answer(socket, path) {
  const [kind, way, ...rest] = path.split("/").filter((part) => part !== "");
  const numbers = rest.map(Number);
  if (way === "burst" || way === "records") {
    send(socket, burst(kind, numbers[0], way === "records"));
  } else if (way === "crowd") {
    joinCrowd(socket, kind, numbers);
  } else if (way === "clock") {
    sendClock(socket, kind, numbers);
  } else if (way === "idle") {
    socket.write(Buffer.concat([head(kind), httpChunks(records(kind, 1))]));
  } else {
    socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
  }
}

const server = createServer({ noDelay: true }, (socket) => {
  let received = "";
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes) => {
    received += bytes.toString("latin1");
    const headEnd = received.indexOf("\r\n\r\n");
    if (headEnd === -1) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(received)?.[1] ?? 0);
    const chunked = /\r\ntransfer-encoding: *chunked/i.test(received.slice(0, headEnd));
    const isComplete = chunked
      ? received.endsWith("0\r\n\r\n")
      : received.length >= headEnd + 4 + length;
    if (!isComplete) return;
    const path = received.slice(0, headEnd).split(" ")[1];
    received = "";
    answer(socket, path);
  });
});

server.listen(0, "127.0.0.1", 2048, () => process.send({ port: server.address().port }));
process.on("disconnect", () => process.exit());
