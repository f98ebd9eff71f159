import { describe, expect, it } from "vitest";
import { PatientSource } from "../../../../src/langchain/reading/patient-source.js";
import type { PieceReader, PieceSource } from "../../../../src/streaming/drivers/pieces.js";

/** Gives each asker all that has arrived by then. */
class Arrivals implements PieceSource<string> {
  arrived: string[] = [];
  closed: Error | undefined;
  interrupt: ((error: unknown) => void) | undefined;

  next(reader: PieceReader<string>): void {
    const pieces = this.arrived;
    this.arrived = [];
    if (this.closed === undefined) reader.onPieces(pieces);
    else reader.onError(this.closed);
  }

  close(reason: Error): void {
    this.closed = reason;
  }

  whenInterrupted(onInterrupted: (error: unknown) => void): void {
    this.interrupt = onInterrupted;
  }
}

const nextOf = (source: PieceSource<string>) =>
  new Promise((resolve, reject) => {
    source.next({ onPieces: resolve, onError: reject });
  });

describe("PatientSource", () => {
  it("waits for what arrives in the same turn", async () => {
    const arrivals = new Arrivals();
    arrivals.arrived.push("a");
    const pieces = nextOf(new PatientSource(arrivals));
    arrivals.arrived.push("b", "c");
    await expect(pieces).resolves.toEqual(["a", "b", "c"]);
  });

  it("ends as its source does, also when it is closed before it has asked", async () => {
    const arrivals = new Arrivals();
    const source = new PatientSource(arrivals);
    const pieces = nextOf(source);
    source.close(new Error("the reader left"));
    await expect(pieces).rejects.toThrow("the reader left");
    const heard: unknown[] = [];
    source.whenInterrupted((error) => heard.push(error));
    arrivals.interrupt?.("late");
    expect(heard).toEqual(["late"]);
  });
});
