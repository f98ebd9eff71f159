/** What a process holds: memory that is reachable, and what keeps its event loop alive. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** The heap in use when all that can be collected has been, in bytes. */
export async function heapInUse(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collect();
    // Finalizers and the ends of sockets need turns of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed;
}

/** The same without a turn of the event loop, for what a blocked thread holds. */
export function heapInUseNow(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** How many resources of each kind keep the process alive. */
export function activeResources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

const PATIENCE_MS = 30_000;

/** The resources beyond those of before, once there are none, or after a while. */
export async function leftResources(
  before: Record<string, number>,
): Promise<Record<string, number>> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const left = Object.entries(activeResources())
      .map(([kind, count]) => [kind, count - (before[kind] ?? 0)] as const)
      .filter(([, count]) => count > 0);
    if (left.length === 0 || performance.now() > until) return Object.fromEntries(left);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
