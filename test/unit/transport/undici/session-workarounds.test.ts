import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import type { Client } from "undici";
import { describe, expect, it } from "vitest";
import { guardSession, isHttp2 } from "../../../../src/transport/undici/session-workarounds.js";

/** A stream of a session, as Node has them. */
class Stream extends EventEmitter {
  closed = false;
  endAfterHeaders = false;
  rstCode = 0;
  push(chunk: unknown): boolean {
    if (chunk === null) this.emit("end");
    return true;
  }
}
class Session extends EventEmitter {
  readonly stream = new Stream();
  request = (): Stream => this.stream;
  goaway = (): void => undefined;
}

/** A guarded session, and what was said of its leaving. */
function guardedSession(stats = { running: 1, pending: 0 }) {
  const session = new Session();
  const undicis: number[] = [];
  session.on("goaway", (code: number) => undicis.push(code));
  const leaving: boolean[] = [];
  const socket = { [Symbol("session")]: session } as unknown as Socket;
  guardSession({ stats } as Client, socket, (isLeaving) => leaving.push(isLeaving));
  return { session, undicis, leaving };
}

describe("isHttp2", () => {
  it("goes by what was agreed upon", () => {
    expect(isHttp2({ alpnProtocol: "h2" } as unknown as Socket)).toBe(true);
    expect(isHttp2({} as Socket)).toBe(false);
  });
});

describe("guardSession", () => {
  it("makes an error of a stream that is ended by a reset", () => {
    const { session } = guardedSession();
    const heard: unknown[] = [];
    const stream = session.request();
    stream.on("error", (error) => heard.push(error));
    stream.on("end", () => heard.push("end"));
    stream.closed = true;
    stream.push(null);
    expect(heard).toMatchObject([{ code: "ERR_HTTP2_STREAM_ERROR" }, "end"]);
  });

  it("leaves a stream alone that the server ended", () => {
    const { session } = guardedSession();
    const heard: unknown[] = [];
    const stream = session.request();
    stream.on("error", (error) => heard.push(error));
    stream.push(null);
    expect(heard).toEqual([]);
  });

  it("lets running answers end after a farewell, until the session is closed", () => {
    const { session, undicis, leaving } = guardedSession();
    session.emit("goaway", 0);
    expect([undicis, leaving]).toEqual([[], [true]]);
    session.emit("close");
    expect(leaving).toEqual([true, false]);
  });

  it("leaves to undici what is no farewell, or where nothing runs", () => {
    const failed = guardedSession();
    failed.session.emit("goaway", 2);
    const idle = guardedSession({ running: 0, pending: 0 });
    idle.session.emit("goaway", 0);
    expect([failed.undicis, idle.undicis]).toEqual([[2], [0]]);
    expect([failed.leaving, idle.leaving]).toEqual([[], []]);
  });

  it("closes a socket whose session it cannot find", () => {
    const destroyed: unknown[] = [];
    const socket = { destroy: (error: Error) => destroyed.push(error.message) };
    guardSession({} as Client, socket as unknown as Socket, () => undefined);
    expect(destroyed).toEqual([expect.stringContaining("could not be found")]);
  });
});
