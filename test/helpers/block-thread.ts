/** Blocks the thread for some milliseconds, as work does, and leaves the processor to the other tests. */
export function blockThread(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
