/**
 * The transport's worker: runs exchanges for a thread that is blocked. It is the same
 * `startExchange` as on the asynchronous path; here are only the handing over of bytes, ahead of
 * the reader by at most a window, and the signs of life. The blocked thread cannot receive events,
 * so everything it must notice goes through shared memory as well.
 */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { startExchange } from "../undici/exchange.js";
import type { Exchange } from "../transport.js";
import { toWire } from "../../errors.js";
import { afterPoll } from "../timers.js";
import { toHttpRequest } from "./portable-request.js";
import {
  DEAD,
  type FromWorker,
  PULSE,
  READY,
  SIGNAL,
  type StartMessage,
  STATE,
  type ToWorker,
  WINDOW_BYTES,
} from "./protocol.js";

const PULSE_MS = 500;

const shared = new Int32Array(workerData as SharedArrayBuffer);
let active = 0;
let pulse: NodeJS.Timeout | undefined;

process.on("uncaughtException", () => {
  // Something below is broken; the blocked thread starts a new worker.
  process.exit(1);
});
process.on("exit", () => {
  Atomics.store(shared, STATE, DEAD);
  wake();
});
parentPort?.on("message", (message: StartMessage) => {
  const { port, request, options } = message;
  void serve(port, startExchange(toHttpRequest(request), options));
});
Atomics.store(shared, STATE, READY);
Atomics.add(shared, PULSE, 1);

async function serve(port: MessagePort, exchange: Exchange): Promise<void> {
  let ahead = 0;
  let released = false;
  let goOn: (() => void) | undefined;
  port.on("message", (message: ToWorker) => {
    if (message.kind === "release") {
      released = true;
      exchange.release();
    } else if (message.kind === "close") {
      exchange.close(new Error("closed by the reader"));
      goOn?.();
    } else if (message.kind === "look") {
      afterPoll(() => send(port, { kind: "looked" }));
    } else {
      ahead -= message.bytes;
      if (ahead <= WINDOW_BYTES) goOn?.();
    }
  });
  // Also when the reader's thread is gone.
  port.on("close", () => {
    if (!released) exchange.close(new Error("closed by the reader"));
    goOn?.();
  });
  begin();
  try {
    send(port, { kind: "head", head: await exchange.head() });
    for (;;) {
      const buffers = await nextBytes(exchange);
      if (buffers === undefined) break;
      const bytes = joined(buffers);
      ahead += bytes.byteLength;
      send(port, { kind: "bytes", bytes }, [bytes.buffer]);
      if (ahead > WINDOW_BYTES) {
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
      }
    }
    send(port, { kind: "end" });
  } catch (error) {
    send(port, { kind: "error", error: toWire(error) });
  } finally {
    finish();
  }
}

function nextBytes(exchange: Exchange): Promise<readonly Uint8Array[] | undefined> {
  return new Promise((onBytes, onFailure) => {
    exchange.read({ onBytes, onFailure });
  });
}

function send(port: MessagePort, message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
  wake();
}

function wake(): void {
  Atomics.add(shared, SIGNAL, 1);
  Atomics.notify(shared, SIGNAL);
}

function begin(): void {
  active += 1;
  pulse ??= setInterval(() => Atomics.add(shared, PULSE, 1), PULSE_MS);
}

function finish(): void {
  active -= 1;
  if (active > 0) return;
  clearInterval(pulse);
  pulse = undefined;
}

/** A copy that may be transferred: a socket's buffers are slices of larger ones. */
function joined(buffers: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0));
  let at = 0;
  for (const buffer of buffers) {
    bytes.set(buffer, at);
    at += buffer.byteLength;
  }
  return bytes;
}
